// What a directory server answers to one search: plain data, portable.
#pragma once

#include "engine/base/result.h"
#include "policy/attribute_map.h"

#include <string>
#include <vector>

namespace ae::policy {

struct LdapEntry {
    std::string dn{};
    AttributeMap attributes{};
    bool operator==(const LdapEntry&) const = default;
};

// `complete` is false when the search failed, a size limit cut the answer or a referral stands for
// a part of it (rule K3); the entries that came are there all the same.  Then `problem` is one
// clause that says why, without the base, and `code` what it is as an HRESULT.
struct SearchAnswer {
    std::vector<LdapEntry> entries{};
    bool complete = true;
    std::string problem{};
    Hresult code{};
    bool operator==(const SearchAnswer&) const = default;
};

}  // namespace ae::policy
