// The LDAP C API of the platform: OpenLDAP here, Wldap32 on Windows.  The two are nearly the same;
// what differs is bridged in this header and nowhere else.
#pragma once

#ifdef _WIN32
// Each of these needs the one before.
// clang-format off
#include <winsock2.h>
#include <windows.h>
#include <winldap.h>
#include <winber.h>
// clang-format on
#else
#include <ldap.h>
#include <openldap.h>
#endif

#include "engine/base/unique_handle.h"

#include <string>

namespace ae::policy {

#ifdef _WIN32
using LdapCode = ULONG;
inline std::string ldap_text(LdapCode code) { return ::ldap_err2stringA(code); }
#else
using LdapCode = int;
inline std::string ldap_text(LdapCode code) { return ::ldap_err2string(code); }
#endif

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

}  // namespace ae::policy
