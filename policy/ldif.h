// LDIF, the text in which directory entries travel ([RFC2849]): content records only.
//
// Reads what ldapsearch, ldifde and write_ldif() print: folded lines, comments, base64, UTF-8 text
// as it stands.  Change records, values by URL and anything else that is not understood are errors:
// nothing is skipped and no file is ever opened.
// Names of attributes lose the option ";binary", which says nothing about the value (RFC 4522).
// Errors: kInvalidData with the number of the line.  Pure, portable, any thread.
#pragma once

#include "policy/search_answer.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ae::policy {

inline constexpr std::size_t kMaxLdifOctets = 64U << 20U;

struct LdifRecord {
    LdapEntry entry{};
    std::size_t line = 0;  // of its dn, counts from 1
};

Result<std::vector<LdifRecord>> parse_ldif(std::string_view text);

// Attributes in the order of their names, values in their own; at most 76 octets per line.  The
// same entries give the same octets, and parse_ldif() gives the entries back.
std::string write_ldif(const std::vector<LdapEntry>& entries);

}  // namespace ae::policy
