// Every scenario folder replayed: what `aeclient plan --from FOLDER --json` says must be its
// expected.json, octet by octet.  The cases stand in scenario_cases.inc, which CMake makes of the
// folders; what they state and why stands in each story.md.
#include "engine/base/text.h"
#include "service/preview_report.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;

// What a build that can do nothing special would be; every scenario states its own abilities.
const engine::Abilities kNoAbilities{};

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    REQUIRE(stream.is_open());
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string line_at(const std::vector<std::string_view>& lines, std::size_t at) {
    return at < lines.size() ? std::string(lines[at]) : std::string("(end)");
}

// Empty when both are the same; else the first line that differs.
std::string first_difference(std::string_view expected, std::string_view found) {
    if (expected == found) {
        return {};
    }
    const auto left = split(expected, '\n');
    const auto right = split(found, '\n');
    std::size_t at = 0;
    while (at < left.size() && at < right.size() && left[at] == right[at]) {
        ++at;
    }
    return "line " + std::to_string(at + 1) + "\nexpected " + line_at(left, at) + "\nfound    " +
           line_at(right, at);
}

void replay(const std::string& name) {
    const auto folder = std::filesystem::path(AE_SCENARIOS) / name;
    const auto captured = service::read_capture(folder, kNoAbilities);
    if (!captured) {
        FAIL(captured.error().sentence());
    }
    const std::string found = service::preview_as_json(service::preview_of(*captured));
    const std::string difference = first_difference(text_of(folder / "expected.json"), found);
    INFO(difference);
    CHECK(difference.empty());
    // The same capture, the same octets: nothing of the first replay lives on.
    CHECK(service::preview_as_json(service::preview_of(*captured)) == found);
}

}  // namespace

TEST_CASE("the comparison finds the first line that differs", "[scenario]") {
    CHECK(first_difference("a\nb\n", "a\nb\n").empty());
    CHECK(first_difference("a\nb\n", "a\nc\n") == "line 2\nexpected b\nfound    c");
    CHECK(first_difference("a\n", "a\nb\n") == "line 2\nexpected \nfound    b");
    CHECK(first_difference("a", "a\n") == "line 2\nexpected (end)\nfound    ");
}

#include "scenario_cases.inc"
