// aeclient: reads the command line and runs what it asks for.
#include "service/commands.h"
#include "service/console.h"
#include "service/relay.h"
#include "service/start_up.h"

#include <exception>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace ae::service;

int run_any(const Command& chosen, char* const* argv) {
    return std::visit(
        [argv](const auto& command) {
            if constexpr (std::is_same_v<std::decay_t<decltype(command)>, ServiceCommand>) {
                return run_service(command, argv);
            } else {
                return run(command);
            }
        },
        chosen);
}

}  // namespace

int main(int argc, char** argv) try {
    std::vector<std::string> line = start_up(argc, argv);
    if (line.size() > 1 && line[1] == kRelayWord) {
        line.erase(line.begin() + 1);
        return relay(line, [&] { return run_any(parse_command_line(line), argv); });
    }
    const Command chosen = parse_command_line(line);
    if (const auto ask = inspection_of(chosen)) {
        return ask_service_to_look(chosen, *ask);
    }
    return run_any(chosen, argv);
} catch (const std::exception& error) {
    // Nothing of ours throws; what a library or a full memory still may ends in one sentence too.
    ae::service::mention(std::string("unexpected failure: ") + error.what());
    return ae::service::kFailed;
}
