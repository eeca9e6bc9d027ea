// [LDAP_AUTH_NEGOTIATE]: Wldap32 asks SSPI for Negotiate, which takes Kerberos where it can.  The
// service's name in the ticket is built by the library from the host's name that it was given.
#define SECURITY_WIN32

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/win32.h"
#include "policy/ldap_bind.h"
#include "policy/ldap_error.h"
#include "policy/ldap_sealing.h"

#include <optional>
#include <string>
#include <utility>

#include <security.h>

namespace ae::policy {
namespace {

// Who binds, in the form that Negotiate takes; wiped when it goes.
class Identity {
  public:
    explicit Identity(const LdapCredentials& credentials)
        : user_(wide(credentials.user)), domain_(wide(credentials.domain)) {
        if (credentials.password) {
            password_ = wide(as_text(credentials.password->view()));
        }
        native_.User = octets_of(user_);
        native_.UserLength = static_cast<ULONG>(user_.size());
        native_.Domain = octets_of(domain_);
        native_.DomainLength = static_cast<ULONG>(domain_.size());
        native_.Password = octets_of(password_);
        native_.PasswordLength = static_cast<ULONG>(password_.size());
        native_.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
    }
    Identity(const Identity&) = delete;
    Identity& operator=(const Identity&) = delete;
    Identity(Identity&&) = delete;
    Identity& operator=(Identity&&) = delete;
    ~Identity() { ::SecureZeroMemory(password_.data(), password_.size() * sizeof(wchar_t)); }

    // The function's prototype is that of a simple bind.
    wchar_t* native() { return reinterpret_cast<wchar_t*>(&native_); }

  private:
    static unsigned short* octets_of(std::wstring& text) {
        return reinterpret_cast<unsigned short*>(text.data());
    }

    std::wstring user_;
    std::wstring domain_;
    std::wstring password_{};
    SEC_WINNT_AUTH_IDENTITY_W native_{};
};

bool set(LDAP* ldap, int option, const void* value) {
    return ::ldap_set_optionW(ldap, option, value) == LDAP_SUCCESS;
}

bool set_options(LDAP* ldap) {
    const ULONG version = LDAP_VERSION3;
    const ULONG never = LDAP_DEREF_NEVER;
    // The name is a host's, not a domain's.  Wine has no such option and needs none.
    set(ldap, LDAP_OPT_AREC_EXCLUSIVE, LDAP_OPT_ON);
    // A connection that broke is not mended behind our back: the next one may lead elsewhere.
    set(ldap, LDAP_OPT_AUTO_RECONNECT, LDAP_OPT_OFF);
    return set(ldap, LDAP_OPT_PROTOCOL_VERSION, &version) &&
           set(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) && set(ldap, LDAP_OPT_DEREF, &never);
}

std::string diagnostic(LDAP* ldap) {
    wchar_t* text = nullptr;
    if (::ldap_get_optionW(ldap, LDAP_OPT_SERVER_ERROR, &text) != LDAP_SUCCESS || text == nullptr) {
        return {};
    }
    std::string copy = ", " + printable(trim(narrow(text)));
    ::ldap_memfreeW(text);
    return copy;
}

// Nothing: the library does not hand out its security context.
std::optional<bool> is_confidential(LDAP* ldap) {
    CtxtHandle context{};
    SecPkgContext_Flags flags{};
    if (::ldap_get_optionW(ldap, LDAP_OPT_SECURITY_CONTEXT, &context) != LDAP_SUCCESS ||
        ::QueryContextAttributesW(&context, SECPKG_ATTR_FLAGS, &flags) != SEC_E_OK) {
        return std::nullopt;
    }
    return (flags.Flags & ISC_RET_CONFIDENTIALITY) != 0;
}

// Empty: it cannot be asked.
std::string negotiated_package(LDAP* ldap) {
    CtxtHandle context{};
    SecPkgContext_NegotiationInfoW chosen{};
    if (::ldap_get_optionW(ldap, LDAP_OPT_SECURITY_CONTEXT, &context) != LDAP_SUCCESS ||
        ::QueryContextAttributesW(&context, SECPKG_ATTR_NEGOTIATION_INFO, &chosen) != SEC_E_OK ||
        chosen.PackageInfo == nullptr) {
        return {};
    }
    std::string name = printable(narrow(chosen.PackageInfo->Name));
    ::FreeContextBuffer(chosen.PackageInfo);
    return name;
}

ULONG bind(LDAP* ldap, const LdapCredentials& credentials) {
    if (credentials.user.empty()) {
        return ::ldap_bind_sW(ldap, nullptr, nullptr, LDAP_AUTH_NEGOTIATE);
    }
    Identity identity(credentials);
    return ::ldap_bind_sW(ldap, nullptr, identity.native(), LDAP_AUTH_NEGOTIATE);
}

Hresult hresult_of_bind(ULONG code) {
    return code == LDAP_LOCAL_ERROR ? kSecurityInternal : hresult_from_ldap(static_cast<int>(code));
}

}  // namespace

Result<BoundLdap> connect_and_bind(const LdapServer& server, const LdapCredentials& credentials,
                                   const LdapTimeouts& timeouts) {
    const auto binding = "bind to " + server.dns_name;
    BoundLdap bound;
    std::wstring host = wide(server.dns_name);
    bound.ldap.reset(::ldap_initW(host.data(), server.port));
    auto* ldap = bound.ldap.get();
    if (ldap == nullptr || !set_options(ldap)) {
        return fail(kUnexpected, binding + ": the LDAP library refuses an option");
    }
    const bool signs = set(ldap, LDAP_OPT_SIGN, LDAP_OPT_ON);
    const bool seals = set(ldap, LDAP_OPT_ENCRYPT, LDAP_OPT_ON);

    l_timeval limit{static_cast<LONG>(timeouts.connect.count() / 1000),
                    static_cast<LONG>(timeouts.connect.count() % 1000 * 1000)};
    if (const ULONG code = ::ldap_connect(ldap, &limit); code != LDAP_SUCCESS) {
        return fail(hresult_from_ldap(static_cast<int>(code)),
                    "connect to " + server.dns_name + ": " + ldap_text(static_cast<int>(code)));
    }
    if (const ULONG code = bind(ldap, credentials); code != LDAP_SUCCESS) {
        return fail(hresult_of_bind(code),
                    binding + ": " + ldap_text(static_cast<int>(code)) + diagnostic(ldap));
    }
    auto sealing = judge_sealing({.demanded = signs && seals,
                                  .in_effect = is_confidential(ldap),
                                  .explicit_member = credentials.explicit_member,
                                  .package = negotiated_package(ldap)});
    if (!sealing) {
        return pass(sealing, binding);
    }
    bound.sealing = *sealing;
    return bound;
}

}  // namespace ae::policy
