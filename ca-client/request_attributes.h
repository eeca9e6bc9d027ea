// Attributes that stand in more than one place of a request ([MS-WCCE] 2.2.2.7).  Pure.
#pragma once

#include "engine/base/bytes.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ae::ca {

// Who asks, and for what the CA may need it ([MS-WCCE] 2.2.2.7.4, 2.2.2.7.10).
struct Requester {
    std::string machine_fqdn{};  // "ws1.corp.example.test"; pair "rmd", left out when empty
    std::string dc_fqdn{};       // the domain controller just read; pair "cdc", left out when empty
    std::string account_name{};  // "CORP\\WS1$"
    std::string process_name{};  // "aeclient"
};

// Attribute ::= SEQUENCE { OID, SET { value } }: one value, because a CA refuses two.
Bytes attribute(std::string_view oid, ByteView value);

Bytes client_info_attribute(const Requester& who);

using NameValuePairs = std::vector<std::pair<std::string_view, std::string_view>>;
NameValuePairs name_value_pairs(const Requester& who);  // views into `who`

// "cdc=dc1.corp.example.test&rmd=..." ([MS-WCCE] 2.2.2.6.3).  The form quotes nothing, so that a
// pair whose value has a separator in it is left out.
std::string registration_info(const NameValuePairs& pairs);

}  // namespace ae::ca
