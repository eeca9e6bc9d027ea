// The policy of an Enterprise CA: may this caller have this certificate, and what stands in it
// ([MS-WCCE] 3.2.2.6.2.1)?
//
// Pure but for the directory that it is handed.  Errors: HresultError with the code of the refusal.
#pragma once

#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/directory.h"
#include "tests/lab/ca/hierarchy.h"
#include "tests/lab/ca/rpc_association.h"

namespace ae::labca {

// The template that the request and the call's attributes agree on: 0x80094801 none, 0x80094802
// contradiction, 0x80094800 not in the directory.
Template choose_template(const CertificateRequest& request,
                         const std::map<std::string, std::string>& call_attributes,
                         Directory& directory);

struct PolicyInput {
    const CertificateRequest& request;
    const Template& chosen;
    const Account& account;
    const CaIdentity& ca;
    const Caller& caller;
    const std::vector<std::string>& offered;
    std::optional<std::string> old_requester_sid{};  // for renewals
    std::time_t now = 0;
};
enum class Verdict { issue, pend };
struct PolicyResult {
    Verdict verdict = Verdict::issue;
    CertificatePlan plan{};
};
PolicyResult decide(const PolicyInput& input);

}  // namespace ae::labca
