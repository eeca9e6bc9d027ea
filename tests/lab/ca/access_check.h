// The CA's access check: does a caller hold an extended right on an object ([MS-ADTS] 5.1.3.3.4)?
//
// For: Enroll on a template ([MS-CRTD] 2.5.2).  Own code, small on purpose: the client's check is
// in engine/ and must not be able to agree with itself.  Errors: ParseError on a malformed
// descriptor.
#pragma once

#include "tests/lab/ca/bytes.h"

namespace ae::labca {

inline const Guid kEnrollRight = Guid::parse("0e10c968-78fb-11d2-90d4-00c04f79dc55");

enum class Access { granted, denied };
Access check_extended_right(View security_descriptor, const Guid& right,
                            const std::vector<std::string>& sids);

// The SIDs of a PAC plus the well-known ones that a server adds for a network logon.
std::vector<std::string> token_sids(const std::vector<std::string>& pac_sids,
                                    std::uint32_t account_control);

}  // namespace ae::labca
