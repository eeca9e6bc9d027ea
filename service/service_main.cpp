// aeclientd: the service host as a program (host_start.h).  Started by `aeclient service run`,
// whose command line it takes.
#include "engine/base/hresult_table.h"
#include "service/cli/options.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/event_log.h"
#include "service/host_start.h"

#include <exception>
#include <iostream>

namespace {

using namespace ae;
using namespace ae::service;

int serve(const ServiceCommand& command) {
    auto sources = resolved(command.sources);
    if (!sources) {
        return complain(sources.error());
    }
    const auto options = host_options(*sources);
    if (!options) {
        return complain(options.error());
    }
    open_log(sources->verbose ? ConsoleLevel::debug : ConsoleLevel::info);
    const Done ran = run_host(*options);
    return ran ? 0 : complain(ran.error());
}

}  // namespace

int main(int argc, char** argv) try {
    const Command command = parse_command_line({argv, argv + argc});
    const auto* service = std::get_if<ServiceCommand>(&command);
    if (service != nullptr && service->action == ServiceAction::run) {
        return serve(*service);
    }
    const auto* over = std::get_if<ExitNow>(&command);
    return over != nullptr
               ? over->code
               : complain({kInvalidArgument, "aeclientd is the service and nothing else",
                           "Run this command with aeclient"});
} catch (const std::exception& error) {
    std::cerr << "aeclient: unexpected failure: " << error.what() << '\n';
    return kFailed;
}
