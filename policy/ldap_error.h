// LDAP result codes as HRESULTs, the way Windows' own client maps them (LdapMapErrorToWin32).
// Values of RFC 4511 4.1.9 and those of the libraries themselves: OpenLDAP's are negative,
// Wldap32's go from 81 to 97, which RFC 4511 keeps free for that.  Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"

namespace ae::policy {

inline constexpr Hresult kNoSuchAttribute = hresult(0x8007200A);  // ERROR_DS_NO_ATTRIBUTE_OR_VALUE
inline constexpr Hresult kNoSuchObject = hresult(0x80072030);     // ERROR_DS_NO_SUCH_OBJECT
inline constexpr Hresult kDirectoryReferral = hresult(0x8007202B);  // ERROR_DS_REFERRAL
inline constexpr Hresult kDirectorySizeLimit = hresult(0x80072023);

Hresult hresult_from_ldap(int code);

}  // namespace ae::policy
