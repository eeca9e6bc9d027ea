// aeclient: reads the command line, runs what it asks for, prints the report.
#include "engine/base/text.h"
#include "service/abilities.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/compose.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/preview_report.h"
#include "service/start_up.h"

#include <exception>
#include <iostream>

namespace {

using namespace ae;
using namespace ae::service;

char* const* arguments = nullptr;  // of main()

void open_quiet_log(const Sources& sources) {
    open_log(sources.verbose ? ConsoleLevel::debug : ConsoleLevel::quiet);
}

Result<Observation> look(const Sources& sources, KeptAnswers replica) {
    return resolved(sources).and_then(
        [replica](const Sources& all) { return observe(all, wall_clock(), replica); });
}

Result<Preview> preview(const PlanCommand& command) {
    if (!command.from.empty()) {
        auto captured = read_capture(command.from, abilities_of_this_build());
        if (!captured) {
            return pass(captured);
        }
        captured->world.force = captured->world.force || command.sources.force;
        return preview_of(*captured);
    }
    auto seen = look(command.sources, KeptAnswers::allowed);
    if (!seen) {
        return pass(seen);
    }
    Preview preview = preview_of(std::move(seen->gathered));
    preview.notes = std::move(seen->warnings);
    preview.offline = std::move(seen->offline);
    return preview;
}

int run(const PlanCommand& command) {
    open_quiet_log(command.sources);
    const auto made = preview(command);
    if (!made) {
        return complain(made.error());
    }
    return print(command.output == Output::json ? preview_as_json(*made) : preview_as_text(*made),
                 0);
}

int run(const CaptureCommand& command) {
    open_quiet_log(command.sources);
    // Somebody else is to see what this machine sees today.
    auto seen = look(command.sources, KeptAnswers::refused);
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

int run(const PulseCommand& command) { return run_pulse_command(command); }
int run(const ServiceCommand& command) { return run_service(command, arguments); }
int run(const StatusCommand& command) { return run_status(command); }
int run(const EventsCommand& command) { return run_events(command); }
int run(const NativeClientCommand& command) { return run_native_client(command); }
int run(const SelftestCommand& command) { return run_selftest(command); }
int run(const KeyTestCommand& command) { return run_key_test(command); }
int run(const ExitNow& command) { return command.code; }

}  // namespace

int main(int argc, char** argv) try {
    arguments = argv;
    return std::visit([](const auto& command) { return run(command); },
                      parse_command_line(start_up(argc, argv)));
} catch (const std::exception& error) {
    // Nothing of ours throws; what a library or a full memory still may ends in one sentence too.
    std::cerr << "aeclient: unexpected failure: " << error.what() << '\n';
    return kFailed;
}
