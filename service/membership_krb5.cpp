#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/krb5_handles.h"
#include "service/membership.h"

#include <array>

#include <unistd.h>

namespace ae::service {
namespace {

using policy::krb5_error;
using policy::krb5_name;
using policy::krb5_start;
using policy::Krb5Cache;
using policy::Krb5Keytab;
using policy::Krb5Principal;

constexpr std::string_view kJoinRemedy =
    "Join the host to the domain (for example with adcli join), or name its keytab with --keytab";

// The machine account is a principal of a single component that ends in '$'.  After a rename or a
// new join an old one may still be there: the newest entry counts.
std::string machine_principal(krb5_context context, krb5_keytab keytab) {
    krb5_kt_cursor cursor{};
    if (krb5_kt_start_seq_get(context, keytab, &cursor) != 0) {
        return {};
    }
    std::string found;
    krb5_timestamp newest = 0;
    krb5_keytab_entry entry{};
    while (krb5_kt_next_entry(context, keytab, &entry, &cursor) == 0) {
        const std::string name = krb5_name(context, entry.principal);
        const auto at = name.rfind('@');
        if (at != std::string::npos && at > 0 && name[at - 1] == '$' &&
            name.find('/') == std::string::npos && (found.empty() || entry.timestamp > newest)) {
            found = name;
            newest = entry.timestamp;
        }
        krb5_free_keytab_entry_contents(context, &entry);
    }
    krb5_kt_end_seq_get(context, keytab, &cursor);
    return found;
}

std::string host_fqdn(const std::string& domain) {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) {
        return {};
    }
    const std::string host = to_lower(name.data());
    return host.find('.') == std::string::npos ? host + '.' + domain : host;
}

Result<std::string> keytab_name(krb5_context context, krb5_keytab keytab) {
    std::array<char, 1024> name{};
    if (const auto code = krb5_kt_get_name(context, keytab, name.data(), name.size()); code != 0) {
        return fail(krb5_error(context, code, "name of the machine keytab"));
    }
    const std::string text = name.data();
    return text.starts_with("FILE:") ? text.substr(5) : text;
}

Membership membership_of(const std::string& principal) {
    const auto at = principal.rfind('@');
    Membership membership;
    membership.principal = principal;
    membership.account_name = principal.substr(0, at);
    membership.realm = principal.substr(at + 1);
    membership.domain_dns = to_lower(membership.realm);
    membership.host_fqdn = host_fqdn(membership.domain_dns);
    return membership;
}

}  // namespace

Result<Membership> read_membership(const std::string& keytab_path) {
    auto context = krb5_start();
    if (!context) {
        return pass(context);
    }
    krb5_context krb5 = context->get();
    Krb5Keytab keytab(krb5);
    const krb5_error_code code = keytab_path.empty()
                                     ? krb5_kt_default(krb5, keytab.put())
                                     : krb5_kt_resolve(krb5, keytab_path.c_str(), keytab.put());
    if (code != 0) {
        return fail(krb5_error(krb5, code, "open the machine keytab " + keytab_path));
    }
    const auto path = keytab_name(krb5, keytab.get());
    if (!path) {
        return fail(path.error());
    }
    if (::access(path->c_str(), R_OK) != 0) {
        const bool missing = errno == ENOENT;
        return fail(missing ? kNotDomainJoined : kAccessDenied,
                    missing ? "this host is not joined to a domain: there is no keytab " + *path
                            : "the machine keytab " + *path + " may not be read",
                    std::string(missing ? kJoinRemedy : "Run the command as root"));
    }
    const std::string principal = machine_principal(krb5, keytab.get());
    if (principal.empty()) {
        return fail(kNotDomainJoined,
                    "the keytab " + *path + " holds no machine account (a principal NAME$@REALM)",
                    std::string(kJoinRemedy));
    }
    return membership_of(principal);
}

Result<Membership> read_user_membership(const std::string& cache_name) {
    auto context = krb5_start();
    if (!context) {
        return pass(context);
    }
    krb5_context krb5 = context->get();
    Krb5Cache cache(krb5);
    Krb5Principal principal(krb5);
    const krb5_error_code code = cache_name.empty()
                                     ? krb5_cc_default(krb5, cache.put())
                                     : krb5_cc_resolve(krb5, cache_name.c_str(), cache.put());
    if (code != 0) {
        return fail(krb5_error(krb5, code, "open the Kerberos ticket cache " + cache_name));
    }
    char* name = nullptr;
    std::string full_name;
    if (krb5_cc_get_full_name(krb5, cache.get(), &name) == 0) {
        full_name = name;
        krb5_free_string(krb5, name);
    }
    if (krb5_cc_get_principal(krb5, cache.get(), principal.put()) != 0) {
        return fail(kNoCredentials, "this account has no Kerberos tickets in " + full_name,
                    "Log on with a domain account, or get tickets with kinit");
    }
    Membership membership = membership_of(krb5_name(krb5, principal.get()));
    membership.ticket_cache = full_name;
    return membership;
}

}  // namespace ae::service
