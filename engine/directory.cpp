#include "engine/directory.h"

namespace ae::engine {

std::string_view to_string(Scope scope) { return scope == Scope::machine ? "machine" : "user"; }

std::string_view to_string(TrustStore store) {
    switch (store) {
        case TrustStore::root:
            return "Root";
        case TrustStore::intermediate:
            return "CA";
        case TrustStore::nt_auth:
            break;
    }
    return "NTAuth";
}

}  // namespace ae::engine
