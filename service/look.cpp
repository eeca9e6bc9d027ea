#include "service/look.h"

#include "service/abilities.h"
#include "service/clock.h"
#include "service/context_place.h"

namespace ae::service {

void open_quiet_log(const Sources& sources) {
    open_log(sources.verbose ? ConsoleLevel::debug : ConsoleLevel::quiet);
}

Result<Preview> look(const Sources& sources, const std::string& from, AskSession session) {
    if (!from.empty()) {
        auto captured = read_capture(from, abilities_of_this_build());
        if (!captured) {
            return pass(captured);
        }
        captured->world.force = captured->world.force || sources.force;
        return preview_of(*captured);
    }
    auto seen = resolved(sources).and_then([session](const Sources& all) {
        return observe(all, wall_clock(), KeptAnswers::allowed, session);
    });
    if (!seen) {
        return pass(seen);
    }
    Preview preview = preview_of(std::move(seen->gathered));
    preview.notes = std::move(seen->warnings);
    preview.offline = std::move(seen->offline);
    preview.session = std::move(seen->session);
    preview.sid_names = std::move(seen->sid_names);
    return preview;
}

}  // namespace ae::service
