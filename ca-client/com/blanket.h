// Who the CA's host must prove to be, and how what is said to it is protected ([MS-WCCE] 2.1):
// sealed, by the identity of this process.  The same for the activation and for every interface.
#pragma once

#include "ca-client/rpc/security_context.h"
#include "engine/base/win32.h"

#include <functional>
#include <string>

#include <objbase.h>

namespace ae::ca {

struct Protection {
    DWORD service = RPC_C_AUTHN_GSS_NEGOTIATE;
    std::wstring principal{};  // "host/ca1.corp.example.test"
};
Protection protection_for(const std::string& host, Mechanism mechanism);

// For COSERVERINFO.  Points into `protection`.
COAUTHINFO activation_security(const Protection& protection);

// Applies to that one pointer: a proxy hands nothing on to the others of its object.
using SetBlanket = std::function<HRESULT(IUnknown* pointer, const Protection& protection)>;
HRESULT set_proxy_blanket(IUnknown* pointer, const Protection& protection);

}  // namespace ae::ca
