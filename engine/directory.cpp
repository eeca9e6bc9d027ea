#include "engine/directory.h"

namespace ae::engine {

std::string_view to_string(Scope scope) { return scope == Scope::machine ? "machine" : "user"; }

}  // namespace ae::engine
