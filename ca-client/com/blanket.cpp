#include "ca-client/com/blanket.h"

namespace ae::ca {
namespace {

constexpr DWORD kLevel = RPC_C_AUTHN_LEVEL_PKT_PRIVACY;
constexpr DWORD kImpersonation = RPC_C_IMP_LEVEL_IMPERSONATE;

// COM changes nothing behind this pointer, and declares it so.
OLECHAR* principal_of(const Protection& protection) {
    return const_cast<OLECHAR*>(protection.principal.c_str());
}

}  // namespace

Protection protection_for(const std::string& host, Mechanism mechanism) {
    // The values of Mechanism are RPC authentication types.
    return {.service = static_cast<DWORD>(mechanism), .principal = wide("host/" + host)};
}

COAUTHINFO activation_security(const Protection& protection) {
    return {.dwAuthnSvc = protection.service,
            .dwAuthzSvc = RPC_C_AUTHZ_NONE,
            .pwszServerPrincName = principal_of(protection),
            .dwAuthnLevel = kLevel,
            .dwImpersonationLevel = kImpersonation,
            .pAuthIdentityData = nullptr,
            .dwCapabilities = EOAC_NONE};
}

HRESULT set_proxy_blanket(IUnknown* pointer, const Protection& protection) {
    return ::CoSetProxyBlanket(pointer, protection.service, RPC_C_AUTHZ_NONE,
                               principal_of(protection), kLevel, kImpersonation, nullptr,
                               EOAC_NONE);
}

}  // namespace ae::ca
