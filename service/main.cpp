// aeclient: reads the command line, runs what it asks for, prints the report.
#include "service/compose.h"
#include "service/options.h"

#include <chrono>
#include <exception>
#include <iostream>

namespace {

using namespace ae;
using namespace ae::service;

LogLevel log_level(const PulseCommand& command) {
    if (command.verbose) {
        return LogLevel::debug;
    }
    return command.output == Output::json ? LogLevel::quiet : LogLevel::info;
}

int run(const PulseCommand& command) {
    open_log(log_level(command));
    EventLog events;
    const Time now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    const RunReport report = run_machine_pulse(command, events, now);
    std::cout << (command.output == Output::json ? as_json(report) : as_text(report)) << std::flush;
    if (!std::cout) {
        std::cerr << "aeclient: the report could not be written to standard output\n";
        return 2;
    }
    return exit_code(report);
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
