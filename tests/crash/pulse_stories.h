// The pulses that are cut off: what each finds, and what an undisturbed one makes of it.
#pragma once

#include "tests/crash/pulse_scene.h"

#include <functional>
#include <string>
#include <vector>

namespace ae::test {

struct Story {
    std::string name;
    std::function<void(Scene&)> before;  // earlier pulses, and what the world did since
    std::vector<std::string> after;      // picture() without the trust stores
    // Certificates that are not held any more when it is over, by the table of section 11.
    std::size_t deleted = 0;
    bool fails = false;  // the undisturbed pulse reports a failure: the authority says no
};

std::vector<Story> stories();

// The trust stores are in every picture; a story speaks of the rest.
std::vector<std::string> entries_of(const Scene& scene);

}  // namespace ae::test
