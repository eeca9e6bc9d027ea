#include "ca-client/rpc/reassembly.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

// Feeds fragments of call 7 on context 1 and tells how it ended.
class Feed {
  public:
    std::string operator()(std::uint8_t flags, std::size_t size, std::uint32_t call = 7,
                           std::uint16_t context = 1) {
        const Bytes stub(size);
        const auto complete = reply_.add({.flags = flags, .call_id = call}, {context, stub});
        return !complete ? complete.error().context : *complete ? "complete" : "more";
    }
    Bytes take() { return reply_.take(); }

  private:
    ReplyAssembler reply_{7, 1};
};

constexpr std::uint8_t kMiddle = 0;

}  // namespace

TEST_CASE("fragments are joined in order", "[reassembly][C706:12.6.3.1]") {
    Feed feed;
    CHECK(feed(pfc::kFirst, 10) == "more");
    CHECK(feed(kMiddle, 20) == "more");
    CHECK(feed(pfc::kLast, 5) == "complete");
    CHECK(feed.take().size() == 35);
}

TEST_CASE("one fragment may be all, and empty", "[reassembly]") {
    CHECK(Feed()(pfc::kFirst | pfc::kLast, 0) == "complete");
    CHECK(Feed()(pfc::kFirst | pfc::kLast, 9) == "complete");
}

TEST_CASE("a reply that is not ours or out of order is refused", "[reassembly][hostile]") {
    CHECK(Feed()(pfc::kFirst, 1, 8) == "malformed reply: it answers another call");
    CHECK(Feed()(pfc::kFirst, 1, 7, 0) ==
          "malformed reply: it comes from another presentation context");
    CHECK(Feed()(kMiddle, 1) == "malformed reply: its fragments are out of order");
    CHECK(Feed()(pfc::kFirst, 0) ==
          "malformed reply: a fragment that is not the last one is empty");
    Feed twice;
    CHECK(twice(pfc::kFirst, 1) == "more");
    CHECK(twice(pfc::kFirst, 1) == "malformed reply: its fragments are out of order");
}

TEST_CASE("a reply has at most 16 MiB", "[reassembly][hostile]") {
    Feed feed;
    CHECK(feed(pfc::kFirst, kMaxReplySize) == "more");
    CHECK(feed(pfc::kLast, 1) == "malformed reply: it exceeds 16 MiB");
    Feed full;
    CHECK(full(pfc::kFirst | pfc::kLast, kMaxReplySize) == "complete");
}

TEST_CASE("a reply has at most 8192 fragments", "[reassembly][hostile]") {
    Feed feed;
    CHECK(feed(pfc::kFirst, 1) == "more");
    for (std::size_t i = 1; i < kMaxReplyFragments; ++i) {
        REQUIRE(feed(kMiddle, 1) == "more");
    }
    CHECK(feed(pfc::kLast, 1) == "malformed reply: it has more than 8192 fragments");
}
