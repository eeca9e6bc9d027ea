#include "engine/base/text.h"
#include "service/event_store.h"
#include "tests/service/state_folder_world.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::service;
using namespace ae::test;
namespace fs = std::filesystem;

using World = StateWorld;

std::vector<StoredEvent> events(std::size_t count, std::size_t text_size) {
    return std::vector<StoredEvent>(count, {*time_from_string("2026-11-21T12:00:00Z"),
                                            {.number = 19, .text = std::string(text_size, 'x')}});
}

}  // namespace

TEST_CASE("events come back oldest first, from the time that was asked for", "[event-store]") {
    const World world;
    const Time noon = *time_from_string("2026-11-21T12:00:00Z");
    CHECK(read_events(world.state, {}).value().empty());
    REQUIRE(append_events(world.state, {}));
    CHECK_FALSE(fs::exists(world.root));
    for (int hour = 0; hour < 3; ++hour) {
        REQUIRE(append_events(world.state, {{noon + std::chrono::hours(hour),
                                             {.number = static_cast<std::uint32_t>(hour + 1)}}}));
    }
    CHECK(read_events(world.state, {}).value().size() == 3);
    const auto later = read_events(world.state, noon + std::chrono::hours(1)).value();
    REQUIRE(later.size() == 2);
    CHECK(later[0].event.number == 2);
    CHECK(later[1].event.number == 3);
    CHECK(read_events(world.state, noon + std::chrono::hours(1) + Seconds(1)).value().size() == 1);
}

TEST_CASE("damaged lines are left out and cost no other", "[event-store]") {
    const World world;
    REQUIRE(append_events(world.state, events(1, 5)));
    const fs::path file = world.machine / kEventFile;
    write_text(file, "garbage\n\n{\"time\":\n" + read_text(file) + "{\"time\":\"2026-11-2");
    REQUIRE(append_events(world.state, events(1, 5)));
    CHECK(read_events(world.state, {}).value().size() == 2);
}

TEST_CASE("the event store is bounded, and its border is exact", "[event-store]") {
    const World world;
    const std::size_t one = line_of(events(1, 0)[0]).size();
    const std::size_t half = kLargestEventFile / 2;
    const auto line_of_size = [&](std::size_t size) {  // many lines, this size together
        std::vector<StoredEvent> lines;
        while (size > 0) {
            const std::size_t part = size < 2 * kLongestEventText ? size : kLongestEventText;
            lines.push_back(events(1, std::min(part - one, kLongestEventText))[0]);
            size -= line_of(lines.back()).size();
            REQUIRE((size == 0 || size > one));
        }
        return lines;
    };
    REQUIRE(append_events(world.state, line_of_size(half)));
    REQUIRE(append_events(world.state, line_of_size(half)));
    CHECK(fs::file_size(world.machine / kEventFile) == kLargestEventFile);
    CHECK_FALSE(fs::exists(world.machine / kOlderEventFile));
    const auto before = read_events(world.state, {}).value().size();
    REQUIRE(append_events(world.state, events(1, 0)));
    CHECK(fs::file_size(world.machine / kEventFile) == one);
    CHECK(fs::file_size(world.machine / kOlderEventFile) == kLargestEventFile);
    CHECK(read_events(world.state, {}).value().size() == before + 1);
}

TEST_CASE("half a line at the border does not make the store unreadable", "[event-store]") {
    const World world;
    REQUIRE(append_events(world.state, events(1, 0)));
    const std::string line = read_text(world.machine / kEventFile);
    write_text(world.machine / kEventFile,
               line + std::string(kLargestEventFile - 2 * line.size(), 'x'));
    REQUIRE(append_events(world.state, events(1, 0)));  // and a line feed before it
    CHECK(fs::file_size(world.machine / kEventFile) == kLargestEventFile + 1);
    CHECK(read_events(world.state, {}).value().size() == 2);
}

TEST_CASE("more events than a file holds are split, and what is kept can be read",
          "[event-store]") {
    const World world;
    // Control characters take six octets each: the longest lines that there can be.
    StoredEvent large = events(1, 0)[0];
    const std::string longest(kLongestEventText, '\x01');
    large.event.text = large.event.template_name = large.event.ca = longest;
    large.event.parameters.assign(6, longest);
    REQUIRE(append_events(world.state, std::vector<StoredEvent>(64, large)));
    CHECK(fs::file_size(world.machine / kEventFile) <= kLargestEventFile);
    CHECK(fs::file_size(world.machine / kOlderEventFile) <= kLargestEventFile);
    const auto read = read_events(world.state, {});
    REQUIRE(read);
    CHECK(read->size() >= 4);
    CHECK(read->back().event.text == longest);
}

TEST_CASE("a reader loses nothing while the file is rotated", "[event-store]") {
    // Another writer fills the store many times over; whatever a reader sees is without gaps.
    const World world;
    std::atomic<bool> writes = true;
    int failures = 0;
    std::thread writer([&] {
        std::vector<StoredEvent> batch = events(64, 4000);
        std::uint32_t number = 0;
        for (int i = 0; i < 60; ++i) {
            for (StoredEvent& one : batch) {
                one.event.number = ++number;
            }
            failures += append_events(world.state, batch) ? 0 : 1;
        }
        writes = false;
    });
    std::size_t reads = 0;
    std::size_t gaps = 0;
    while (writes) {
        const auto read = read_events(world.state, {});
        gaps += read ? 0 : 1;
        for (std::size_t i = 1; read && i < read->size(); ++i) {
            gaps += read->at(i).event.number == read->at(i - 1).event.number + 1 ? 0 : 1;
        }
        ++reads;
    }
    writer.join();
    CHECK(failures == 0);
    CHECK(gaps == 0);
    CHECK(reads > 0);
    CHECK(read_events(world.state, {}).value().back().event.number == 60U * 64U);
}
