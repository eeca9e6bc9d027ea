// The LDAP C API of the platform under one spelling: OpenLDAP (ldap_api_openldap.cpp) or Wldap32
// (ldap_api_wldap32.cpp), with UTF-8 text and octets going in and out, and the one place with a
// platform condition.  The two are nearly the same; what differs ends here, but for the bind
// (ldap_bind.h).
// Not for: paging, ranges, what an answer means (ldap_connection.h).
// Codes are the library's own (hresult_from_ldap knows those of both).  An LDAP* belongs to one
// thread at a time.
#pragma once

#ifdef _WIN32
// Each of these needs the one before.
// clang-format off
#include <winsock2.h>
#include <windows.h>
#include <winldap.h>
// clang-format on
#else
#include <ldap.h>
#endif

#include "engine/base/unique_handle.h"
#include "policy/search_answer.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ae::policy {

struct LdapTraits {
    using value_type = LDAP*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type ldap) noexcept {
#ifdef _WIN32
        ::ldap_unbind_s(ldap);
#else
        ::ldap_unbind_ext_s(ldap, nullptr, nullptr);
#endif
    }
};
using UniqueLdap = UniqueHandle<LdapTraits>;

struct LdapMessageTraits {
    using value_type = LDAPMessage*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type message) noexcept { ::ldap_msgfree(message); }
};
using UniqueLdapMessage = UniqueHandle<LdapMessageTraits>;

enum class SearchScope { base, one_level, subtree };

struct LdapControlValue {  // always critical
    std::string oid{};
    Bytes value{};
};

struct LdapSearch {
    std::string base{};
    SearchScope scope = SearchScope::base;
    std::string filter{};
    std::vector<std::string> attributes{};
    std::vector<LdapControlValue> controls{};
    std::optional<std::string> page_cookie{};  // empty text: the first page; nothing: no pages
    int page_size = 0;
};

// Each sends a request and says LDAP_SUCCESS or why not; `id` is what its answer goes by.
int start_search(LDAP* ldap, const LdapSearch& search, int& id);
int start_removal(LDAP* ldap, const std::string& dn, const std::string& attribute, ByteView value,
                  int& id);

enum class Arrival { entry, reference, end, other, nothing, failure };
// The next message of that answer; blocks for `limit` at most.
Arrival await_message(LDAP* ldap, int id, std::chrono::milliseconds limit,
                      UniqueLdapMessage& message);
void abandon(LDAP* ldap, int id);
int last_code(LDAP* ldap);  // of the call that failed without saying why
std::string ldap_text(int code);

LdapEntry entry_of(LDAP* ldap, LDAPMessage* message);

// The end of an answer.
struct LdapOutcome {
    int parsed = 0;  // not LDAP_SUCCESS: the message could not be read, the rest is empty
    int code = 0;
    std::string server_text{};
    std::string page_cookie{};  // empty after the last page
};
LdapOutcome outcome_of(LDAP* ldap, LDAPMessage* message);

}  // namespace ae::policy
