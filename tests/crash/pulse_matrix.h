// What the tests that disturb a pulse share: the story told once without a disturbance, and what
// must hold after one.  Catch2's checks are made here.
#pragma once

#include "tests/crash/pulse_stories.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace ae::test {

using Lines = std::vector<std::string>;

inline constexpr std::chrono::minutes kRestart{1};

// A story's machine before its pulse, below `folder`, and what an undisturbed pulse and the next
// one make of it.
struct Stage {
    Scene base{};
    Lines lines{};           // picture()
    std::size_t issued = 0;  // certificates of the authority
    Lines usable{};          // before the pulse
};
Stage prepare(const Story& story, const std::filesystem::path& folder);

std::size_t issued_by(const Scene& scene);

// Right after the disturbance, then one more pulse, and everything is as it should be: no key lost,
// no certificate without its key, none doubled, no half entry, no temporary, at most one surplus
// certificate at the authority.
void check_recovered(const Story& story, Scene& scene, const Stage& stage);

}  // namespace ae::test
