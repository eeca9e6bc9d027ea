// aeclient: reads the command line, runs what it asks for, prints the report.
#include "engine/base/text.h"
#include "service/abilities.h"
#include "service/compose.h"
#include "service/options.h"
#include "service/preview_report.h"

#include <chrono>
#include <exception>
#include <iostream>

namespace {

using namespace ae;
using namespace ae::service;

constexpr int kFailed = 2;

Time now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

void open_log(const Sources& sources, LogLevel level) {
    open_log(sources.verbose ? LogLevel::debug : level);
}

int print(const std::string& text, int code) {
    std::cout << text << std::flush;
    if (!std::cout) {
        std::cerr << "aeclient: the report could not be written to standard output\n";
        return kFailed;
    }
    return code;
}

int explain(const Error& error) {
    std::cerr << "aeclient: " << printable(error.sentence()) << '\n';
    return kFailed;
}

int run(const PulseCommand& command) {
    open_log(command.sources, command.output == Output::json ? LogLevel::quiet : LogLevel::info);
    EventLog events;
    const RunReport report = run_machine_pulse(command.sources, events, now());
    return print(command.output == Output::json ? as_json(report) : as_text(report),
                 exit_code(report));
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
    auto seen = observe_machine(command.sources, now());
    if (!seen) {
        return pass(seen);
    }
    Preview preview = preview_of(std::move(seen->gathered));
    preview.notes = std::move(seen->warnings);
    return preview;
}

int run(const PlanCommand& command) {
    open_log(command.sources, LogLevel::quiet);
    const auto made = preview(command);
    if (!made) {
        return explain(made.error());
    }
    return print(command.output == Output::json ? preview_as_json(*made) : preview_as_text(*made),
                 0);
}

int run(const CaptureCommand& command) {
    open_log(command.sources, LogLevel::quiet);
    auto seen = observe_machine(command.sources, now());
    if (!seen) {
        return explain(seen.error());
    }
    for (const std::string& warning : seen->warnings) {
        std::cerr << "aeclient: left out: " << printable(warning) << '\n';
    }
    const Captured captured = capture_of(std::move(seen->gathered), std::move(seen->answers));
    if (Done written = write_capture(command.file, captured); !written) {
        return explain(written.error());
    }
    return print("wrote " + printable(command.file) +
                     "; it holds names, certificates and permissions of the directory, and no "
                     "private key\n",
                 0);
}

int run(const ExitNow& command) { return command.code; }

}  // namespace

int main(int argc, char** argv) try {
    return std::visit([](const auto& command) { return run(command); },
                      parse_command_line(argc, argv));
} catch (const std::exception& error) {
    // Nothing of ours throws; what a library or a full memory still may ends in one sentence too.
    std::cerr << "aeclient: unexpected failure: " << error.what() << '\n';
    return 2;
}
