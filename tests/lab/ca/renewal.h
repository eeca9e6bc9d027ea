// Renewal requests and registration authority signatures ([MS-WCCE] 3.2.2.6.2.1.4.5.6, .4.8).
//
// Errors: HresultError with the code of the rule that was broken.
#pragma once

#include "tests/lab/ca/directory.h"
#include "tests/lab/ca/hierarchy.h"
#include "tests/lab/ca/request_parser.h"

namespace ae::labca {

// `old_requester_sid` is what the request database knows of the old certificate, if it is ours.
void check_renewal(const CertificateRequest& request, const Template& t, const Account& account,
                   const CaIdentity& ca, const std::optional<std::string>& old_requester_sid,
                   std::time_t now);

// Flag 0x40: does the old certificate stand in for a manager's approval and RA signatures?
bool previous_approval_counts(const CertificateRequest& request, const Template& t,
                              const Account& account);

void check_authority_signatures(const CertificateRequest& request, const Template& t,
                                const CaIdentity& ca);

}  // namespace ae::labca
