#include "engine/base/secret.h"

#include <type_traits>

#include <catch2/catch.hpp>

namespace ae {

TEST_CASE("a secret has one owner", "[secret]") {
    static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
    Secret first(Bytes{1, 2, 3});
    Secret second(std::move(first));
    CHECK(first.view().empty());  // NOLINT(bugprone-use-after-move): that is the promise
    CHECK(equal(second.view(), Bytes{1, 2, 3}));
    Secret third;
    third = std::move(second);
    CHECK(second.view().empty());  // NOLINT(bugprone-use-after-move)
    CHECK(equal(third.view(), Bytes{1, 2, 3}));
}

}  // namespace ae
