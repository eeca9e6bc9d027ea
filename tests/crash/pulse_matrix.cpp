#include "tests/crash/pulse_matrix.h"

#include "tests/support/builders.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace ae::test {

namespace fs = std::filesystem;

namespace {

Scene begin(const Story& story, const fs::path& folder) {
    Scene scene;
    scene.folder = folder;
    scene.forest.now = kNow;
    fs::create_directories(scene.disk());
    fs::create_directories(scene.ca());
    story.before(scene);
    return scene;
}

std::size_t lost_of(const Lines& before, const Scene& scene) {
    const Lines now = usable_certificates(scene);
    return static_cast<std::size_t>(std::ranges::count_if(
        before, [&](const std::string& one) { return !std::ranges::binary_search(now, one); }));
}

// The entry of a lost answer stays for rule W7 when the next answer is no certificate.
Lines without_unanswered(Lines lines, bool allowed) {
    const auto first = std::ranges::find_if(
        lines, [](const std::string& line) { return line.ends_with(" unanswered"); });
    if (allowed && first != lines.end()) {
        lines.erase(first);
    }
    return lines;
}

}  // namespace

std::size_t issued_by(const Scene& scene) {
    const auto records = records_of(scene.ca());
    return static_cast<std::size_t>(std::ranges::count_if(
        records, [](const CaRecord& one) { return !one.certificate.empty(); }));
}

Stage prepare(const Story& story, const fs::path& folder) {
    Stage stage{.base = begin(story, folder / "base")};
    stage.usable = usable_certificates(stage.base);
    Scene scene = stage.base.copied_to(folder / "undisturbed");
    const Ran first = pulse(scene);
    INFO(story.name << ": " << Catch::Detail::stringify(first.troubles));
    CHECK(first.troubles.empty() == !story.fails);
    CHECK(first.warnings == Lines{});
    CHECK(damages(scene) == Lines{});
    CHECK(entries_of(scene) == story.after);
    scene.forest.now += kRestart;
    pulse(scene);
    stage.lines = picture(scene);
    stage.issued = issued_by(scene);
    return stage;
}

void check_recovered(const Story& story, Scene& scene, const Stage& stage) {
    CHECK(dangers(scene) == Lines{});
    CHECK(lost_of(stage.usable, scene) <= story.deleted);
    scene.forest.now += kRestart;
    const Ran ran = pulse(scene);
    CHECK(ran.warnings == Lines{});
    if (!story.fails) {
        CHECK(ran.troubles == Lines{});
    }
    CHECK(damages(scene) == Lines{});
    CHECK(without_unanswered(picture(scene), story.fails) == stage.lines);
    CHECK(issued_by(scene) <= stage.issued + 1);
    CHECK(lost_of(stage.usable, scene) == story.deleted);
}

}  // namespace ae::test
