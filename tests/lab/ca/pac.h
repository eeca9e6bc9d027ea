// The caller's SIDs out of the PAC ([MS-PAC] 2.5 KERB_VALIDATION_INFO).
//
// For: the logon-info buffer as gss_get_name_attribute("urn:mspac:logon-info") hands it over; the
// Kerberos library has checked the PAC's signature by then.  Errors: ParseError.
#pragma once

#include "tests/lab/ca/bytes.h"

namespace ae::labca {

struct PacLogon {
    std::string account{};            // EffectiveName
    std::vector<std::string> sids{};  // the account first, then all its groups
    std::uint32_t account_control = 0;
};

PacLogon read_logon_info(View bytes);

}  // namespace ae::labca
