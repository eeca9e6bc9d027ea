// Who somebody is, in the platform's own words.  Portable, any thread.
#pragma once

#include <string>

namespace ae::service {

// "1000" is a uid, "S-1-5-21-1-2-3-1104" a SID.  The platform writes each account in one way only,
// so they are compared as texts.
using AccountId = std::string;

// Whoever is at the other end of a local connection, by the system's word.
struct Peer {
    AccountId account{};
    // Linux: root.  Windows: SYSTEM, and whoever has the rights of Administrators now; a member of
    // them whose token is filtered (UAC) has not.
    bool administrator = false;
};

}  // namespace ae::service
