// Whether a connection may be used whose library seals it by the system's means and not by ours
// (Wldap32): it may when it is certain to be sealed, and not on trust.
// Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"

#include <optional>
#include <string>

namespace ae::policy {

enum class Sealing { assured, not_shown };

struct SealingFacts {
    // The library took the demand to sign and to seal, so a bind without them fails.
    bool demanded = false;
    // What the security context of the bound connection says of itself; nothing: it cannot be
    // asked.
    std::optional<bool> in_effect{};
    // LdapCredentials::explicit_member.
    bool explicit_member = false;
    // What Negotiate chose: "Kerberos", "NTLM"; empty: it cannot be asked.  NTLM does not prove the
    // server's name, and the forest's roots come over this connection.
    std::string package{};
};

// Error: kSecurityPackage.
Result<Sealing> judge_sealing(const SealingFacts& facts);

}  // namespace ae::policy
