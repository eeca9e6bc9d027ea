#include "service/context_place.h"

#include <cstdlib>

#include <unistd.h>

namespace ae::service {
namespace {

using engine::Scope;

constexpr const char* kMachineSocket = "/run/aeclient/control.sock";

}  // namespace

ControlAddress control_address(const Sources& sources) {
    if (sources.scope == Scope::machine) {
        return {kMachineSocket, "0"};
    }
    // Without a session manager (a container) the account's own state is as private.
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const std::string folder = runtime != nullptr && *runtime == '/'
                                   ? std::string(runtime) + "/aeclient"
                                   : sources.state_dir + "/run";
    return {folder + "/control.sock", std::to_string(::geteuid()), Scope::user};
}

}  // namespace ae::service
