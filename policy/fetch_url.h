// The URLs that certificates name for what belongs to them, taken apart: http, https (RFC 3986) and
// ldap (RFC 4516).  They are foreign text: what a fetch has no business with is refused here, in
// one clause that names the URL in printable form.
// Not for: fetching (url_source.h).
// Errors: kNotSupported, another scheme or a part that is refused; kInvalidData, no URL.
// Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace ae::policy {

inline constexpr std::size_t kLongestUrl = 4096;

// The scheme in lower case; empty when the text begins with none.
std::string scheme_of(std::string_view url);

// Is this "http://host..." or "https://host..." of printable ASCII, without user and password?
Done check_http_url(std::string_view url);

// RFC 3986 5.2: where `location`, an answer's own text, leads from `url`, which was checked.  The
// scheme stays; one that changes is refused.
Result<std::string> redirected(std::string_view url, std::string_view location);

struct LdapUrl {
    std::string dn{};
    std::string attribute{};  // without options: "certificateRevocationList"
    std::string filter{};     // in parentheses
    bool operator==(const LdapUrl&) const = default;
};
// The host is dropped: the bound controller answers.  Only the entry itself may be asked for, and
// only for one of the attributes in which authorities publish: a certificate must not make this
// machine read anything else of the directory.
Result<LdapUrl> parse_ldap_url(std::string_view url);

}  // namespace ae::policy
