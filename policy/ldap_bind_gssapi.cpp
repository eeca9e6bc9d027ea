#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/ldap_bind.h"
#include "policy/ldap_credentials.h"
#include "policy/ldap_error.h"
#include "policy/socket_posix.h"

#include <utility>

#include <openldap.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace ae::policy {
namespace {

// Sealed, whatever the Kerberos key type: 56 is the least that counts as encryption in SASL.
constexpr int kLeastStrength = 56;
constexpr const char* kSecurityProperties = "noanonymous,noplain,minssf=56,maxssf=65536";

timeval to_timeval(std::chrono::milliseconds time) {
    return {static_cast<time_t>(time.count() / 1000),
            static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

// GSSAPI takes everything from the credential: nothing may be asked.
int answer_nothing(LDAP* /*ldap*/, unsigned /*flags*/, void* /*defaults*/, void* /*questions*/) {
    return LDAP_SUCCESS;
}

std::string diagnostic(LDAP* ldap) {
    char* text = nullptr;
    ::ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &text);
    std::string copy = text == nullptr ? "" : printable(text);
    ::ldap_memfree(text);
    return copy;
}

// Every option that the system's ldap.conf could set otherwise and that matters is set here.
bool set_options(LDAP* ldap, const LdapTimeouts& timeouts) {
    const int version = LDAP_VERSION3;
    const int never = LDAP_DEREF_NEVER;
    const int none = 0;
    const timeval limit = to_timeval(timeouts.connect);
    const auto set = [&](int option, const void* value) {
        return ::ldap_set_option(ldap, option, value) == LDAP_OPT_SUCCESS;
    };
    return set(LDAP_OPT_PROTOCOL_VERSION, &version) && set(LDAP_OPT_REFERRALS, LDAP_OPT_OFF) &&
           set(LDAP_OPT_DEREF, &never) && set(LDAP_OPT_SIZELIMIT, &none) &&
           set(LDAP_OPT_TIMELIMIT, &none) && set(LDAP_OPT_TIMEOUT, &limit) &&
           set(LDAP_OPT_NETWORK_TIMEOUT, &limit) && set(LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON) &&
           set(LDAP_OPT_X_SASL_SECPROPS, kSecurityProperties);
}

}  // namespace

Result<BoundLdap> connect_and_bind(const LdapServer& server, const LdapCredentials& credentials,
                                   const LdapTimeouts& timeouts) {
    if (!credentials.user.empty()) {
        return fail(kNotSupported, "a bind with a user's name and password is for Windows",
                    "Use a Kerberos credential cache.");
    }
    // Our own socket: it goes to the address that answered the ping, without another DNS query.
    auto socket = connect_socket(server.address, server.port, SOCK_STREAM, timeouts.connect);
    if (!socket) {
        socket.error().context = "it " + socket.error().context;
        return pass(socket, "connect to " + server.dns_name + " (" + server.address + ")");
    }
    const auto binding = "bind to " + server.dns_name;
    if (auto fetched = fetch_ldap_ticket(credentials.cache, server.dns_name, server.domain_dns);
        !fetched) {
        return pass(fetched, binding);
    }
    BoundLdap bound;
    const auto url = "ldap://" + server.dns_name;
    if (::ldap_init_fd(socket->get(), LDAP_PROTO_TCP, url.c_str(), bound.ldap.put()) !=
        LDAP_SUCCESS) {
        return fail(kUnexpected, binding + ": the LDAP library does not take the connection");
    }
    static_cast<void>(socket->release());  // closed by ldap_unbind from here on
    auto* ldap = bound.ldap.get();
    if (!set_options(ldap, timeouts)) {
        return fail(kUnexpected, binding + ": the LDAP library refuses an option");
    }
    const ThreadCredentialCache cache(credentials.cache);
    if (!cache.ok()) {
        return fail(kNoCredentials, binding + ": GSSAPI does not take the credential cache");
    }
    const int code = ::ldap_sasl_interactive_bind_s(ldap, nullptr, "GSSAPI", nullptr, nullptr,
                                                    LDAP_SASL_QUIET, answer_nothing, nullptr);
    if (code != LDAP_SUCCESS) {
        const auto text = diagnostic(ldap);
        const auto hresult = code == LDAP_LOCAL_ERROR ? kSecurityInternal : hresult_from_ldap(code);
        return fail(hresult, binding + ": " + ldap_text(code) + (text.empty() ? "" : ", ") + text);
    }
    ber_len_t strength = 0;
    ::ldap_get_option(ldap, LDAP_OPT_X_SASL_SSF, &strength);
    bound.strength = static_cast<int>(strength);
    if (bound.strength < kLeastStrength) {
        return fail(kSecurityPackage, binding + ": the connection is not sealed");
    }
    bound.sealing = Sealing::assured;
    return bound;
}

}  // namespace ae::policy
