#include "service/context_place.h"
#include "stores/store_context.h"

#include <cstdlib>

#include <unistd.h>

namespace ae::service {
namespace {

using engine::Scope;

constexpr const char* kMachineSocket = "/run/aeclient/control.sock";

}  // namespace

Result<Sources> resolved(Sources sources) {
    if (sources.state_dir.empty()) {
        auto root = stores::default_store_root(sources.scope);
        if (!root) {
            return pass(root);
        }
        sources.state_dir = std::move(*root);
    }
    return sources;
}

ControlAddress control_address(const Sources& sources) {
    if (sources.scope == Scope::machine) {
        return {kMachineSocket, 0};
    }
    // Without a session manager (a container) the account's own state is as private.
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    const std::string folder = runtime != nullptr && *runtime == '/'
                                   ? std::string(runtime) + "/aeclient"
                                   : sources.state_dir + "/run";
    return {folder + "/control.sock", ::geteuid(), Scope::user};
}

}  // namespace ae::service
