// What a pulse says to people (a table) and to programs (one JSON object): pure, any thread.
// Both are made from the same PulseReport; foreign text is escaped here and nowhere else.
#pragma once

#include "engine/pulse.h"
#include "policy/directory_answers.h"
#include "service/style.h"

#include <string>
#include <vector>

namespace ae::service {

struct RunReport {
    engine::PulseReport pulse{};
    std::vector<engine::Event> events{};
    engine::Errand::Kind errand{};  // what was asked for by hand; none: a whole pulse
    bool kept_out = false;  // another aeclient works in the stores: its run is the one that counts
    policy::DirectoryAnswers answers{};  // all that the directory said
};

std::string as_text(const RunReport& report, const Style& style = {});
std::string as_json(const RunReport& report);

// 0: everything that should happen did.  2: something failed; the report says what.
// Of an errand, 1: no certificate came, and nothing is wrong: a valid one is held, a request waits.
int exit_code(const RunReport& report);

}  // namespace ae::service
