#include "service/selftest/checks.h"

#include <algorithm>
#include <random>

namespace ae::service {
namespace {

// Told from those of every other trial.
std::string fresh_words() {
    std::random_device random;
    return "selftest " + std::to_string(random()) + std::to_string(random()) +
           ": this event was written to be read back";
}

void check_store(const SelftestParts& parts, const std::string& words, Notebook& notes) {
    const engine::Event event{.level = engine::EventLevel::information, .text = words};
    if (Done written = parts.write_events({{parts.now, event}}); !written) {
        notes.failure("events.store", written.error());
        return;
    }
    const auto events = parts.read_events();
    if (!events) {
        notes.failure("events.store", events.error());
    } else if (std::ranges::none_of(*events, [&](const StoredEvent& one) {
                   return one.event.text == words && one.when == parts.now;
               })) {
        notes.failure("events.store",
                      not_as_expected("an event that was stored is not found again"));
    } else {
        notes.ok("events.store", "an event was stored and read back");
    }
}

}  // namespace

void check_events(const SelftestParts& parts, Notebook& notes) {
    const std::string words = fresh_words();
    check_store(parts, words, notes);
    if (parts.system_log) {
        notes.result("events.system-log", parts.system_log(words),
                     "an event was written to the system's log and read back");
    }
}

}  // namespace ae::service
