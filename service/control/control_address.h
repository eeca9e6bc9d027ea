// Where a context's host listens, and who may talk to whom there.  Both ends learn from the system,
// never from the other end, which account they talk to.
// Errors: kAccessDenied.  Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/directory.h"
#include "service/account.h"

#include <string>

namespace ae::service {

// Who may ask: administrators and the account whose context it is.  A user's folder or pipe keeps
// others away; a machine's takes the connection of everybody on it, and tells those that may not
// ask so in one sentence.
struct ControlAddress {
    std::string path{};  // "/run/aeclient/control.sock", "\\.\pipe\aeclient\control"
    AccountId owner{};   // the context's account
    engine::Scope scope = engine::Scope::machine;
};

Done may_ask(const ControlAddress& address, const Peer& client);
// An administrator or the account whose context it is: nobody else's word is a service's, not even
// of the account that asks.
Done may_answer(const ControlAddress& address, const Peer& server);

// How a host of this context is started, for an error's remedy.
std::string start_remedy(const ControlAddress& address);
// The same, for an account that may not reach this one.
std::string own_context_remedy();

}  // namespace ae::service
