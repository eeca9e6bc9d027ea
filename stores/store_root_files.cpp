// By itself, so that the service host, which only asks for this, carries no keys and no OpenSSL.
#include "engine/base/hresult_table.h"
#include "stores/context_stores.h"
#include "stores/store_layout.h"

#include <cstdlib>

namespace ae::stores {

Result<std::string> default_store_root(engine::Scope scope) {
    if (scope == engine::Scope::machine) {
        return std::string(kMachineRoot);
    }
    // XDG Base Directory Specification: a relative value counts as not set.
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
        return std::string(data) + "/aeclient";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
        return std::string(home) + "/.local/share/aeclient";
    }
    return fail(kFileNotFound, "neither XDG_DATA_HOME nor HOME names this user's folder",
                "Set HOME");
}

}  // namespace ae::stores
