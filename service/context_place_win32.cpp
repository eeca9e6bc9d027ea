#include "service/account_win32.h"
#include "service/context_place.h"
#include "service/control/control_name_pipe.h"

namespace ae::service {

using engine::Scope;

ControlAddress control_address(const Sources& sources) {
    // Whose token cannot be read owns no context; nobody then listens at, or answers on, that name.
    const auto owner = sources.scope == Scope::machine ? AccountId(kLocalSystem)
                                                       : own_peer().value_or(Peer{}).account;
    return {pipe_of(sources.scope, owner), owner, sources.scope};
}

}  // namespace ae::service
