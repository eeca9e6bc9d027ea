// The file of `--as-member`: who this machine is, for a host that cannot say so itself (Wine, a
// recovery environment).  Windows only.  JSON, all members are text:
//
//   {"account": "WS1$", "domain": "corp.example.test", "forest": "corp.example.test",
//    "dc": "dc1.corp.example.test", "ldap_user": "WS1$", "ldap_password": "..."}
//
// The file must be readable by its owner and administrators only.  The service, its workers and the
// control channel refuse it; every event of such a run says so.  The password reaches the LDAP bind
// and nothing else, no log and no output.
// Errors: kFileNotFound, kAccessDenied (others may read it), kInvalidData with the member.
#pragma once

#include "engine/base/result.h"
#include "engine/base/secret.h"

#include <string>
#include <string_view>

namespace ae::service {

struct AsMember {
    std::string account{};
    std::string domain{};
    std::string forest{};
    std::string dc{};
    std::string ldap_user{};
    Secret ldap_password{};
};

Result<AsMember> as_member_from_json(std::string_view text);  // portable, pure
Result<AsMember> read_as_member(const std::string& path);

}  // namespace ae::service
