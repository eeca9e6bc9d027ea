// Distinguished names as a controller writes them when it is asked for more: with the object's GUID
// and SID in front ([MS-ADTS] 3.1.1.3.4.1.5, LDAP_SERVER_EXTENDED_DN_OID with flag 1).
// Never fails: what is not there or not readable is absent.  Pure, portable, any thread.
#pragma once

#include "engine/base/guid.h"
#include "engine/base/sid.h"

#include <optional>
#include <string>
#include <string_view>

namespace ae::policy {

struct ExtendedName {
    std::optional<Guid> guid{};
    std::optional<Sid> sid{};
    std::string dn{};
};

// "<GUID=0e10c968-...>;<SID=S-1-5-21-...>;DC=corp,DC=example,DC=test"
ExtendedName parse_extended_name(std::string_view text);

}  // namespace ae::policy
