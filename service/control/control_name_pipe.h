// The name of a context's pipe.  Pure, any thread.
// Windows lets only administrators make a pipe below ProtectedPrefix\Administrators, so that nobody
// takes the machine's name while its service is down.
#pragma once

#include "engine/directory.h"
#include "service/account.h"

#include <string>

namespace ae::service {

// One for the machine, one for each user: names of pipes are the whole machine's.
inline std::string pipe_of(engine::Scope scope, const AccountId& user) {
    return scope == engine::Scope::machine
               ? R"(\\.\pipe\ProtectedPrefix\Administrators\aeclient\control)"
               : R"(\\.\pipe\aeclient\user-)" + user;
}

}  // namespace ae::service
