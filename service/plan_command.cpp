// `aeclient plan` and `capture`: what a pulse would know and do.
#include "engine/base/text.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/look.h"
#include "service/preview_report.h"
#include "service/style.h"

namespace ae::service {

int run(const PlanCommand& command) {
    open_quiet_log(command.sources);
    const auto made = look(command.sources, command.from);
    if (!made) {
        return complain(made.error());
    }
    return print_as(
        command.output, [&] { return preview_as_text(*made, style_of_output()); },
        [&] { return preview_as_json(*made); }, 0);
}

int run(const CaptureCommand& command) {
    open_quiet_log(command.sources);
    // Somebody else is to see what this machine sees today.
    auto seen = resolved(command.sources).and_then([](const Sources& all) {
        return observe(all, wall_clock(), KeptAnswers::refused);
    });
    if (!seen) {
        return complain(seen.error());
    }
    for (const std::string& warning : seen->warnings) {
        mention("left out: " + warning);
    }
    const Captured captured = capture_of(std::move(seen->gathered), std::move(seen->answers));
    if (Done written = write_capture(command.file, captured); !written) {
        return complain(written.error());
    }
    return print("wrote " + printable(command.file) +
                     "; it holds names, certificates and permissions of the directory, and no "
                     "private key\n",
                 0);
}

}  // namespace ae::service
