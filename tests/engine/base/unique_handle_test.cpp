#include "engine/base/unique_handle.h"

#include <vector>

#include <catch2/catch.hpp>

namespace ae {
namespace {

std::vector<int>& closed() {
    static std::vector<int> values;
    return values;
}

struct NumberTraits {
    using value_type = int;
    static value_type none() noexcept { return -1; }
    static void close(value_type value) noexcept { closed().push_back(value); }
};
using Number = UniqueHandle<NumberTraits>;

}  // namespace

TEST_CASE("a handle is closed once, by its last owner", "[unique_handle]") {
    closed().clear();
    {
        Number first(5);
        Number second(std::move(first));
        CHECK_FALSE(first);  // NOLINT(bugprone-use-after-move): that is the promise
        CHECK(second.get() == 5);
        Number third(6);
        third = std::move(second);
        CHECK(closed() == std::vector{6});
    }
    CHECK(closed() == std::vector{6, 5});
}

TEST_CASE("release gives the handle away, reset and put close it", "[unique_handle]") {
    closed().clear();
    {
        Number handle(1);
        CHECK(handle.release() == 1);
        CHECK(closed().empty());
        handle.reset(2);
        handle.reset(2);  // the same value is not closed under its owner
        CHECK(closed().empty());
        *handle.put() = 3;
        CHECK(closed() == std::vector{2});
        handle.reset();
        CHECK(closed() == std::vector{2, 3});
    }
    CHECK(closed() == std::vector{2, 3});
}

}  // namespace ae
