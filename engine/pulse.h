// One pulse: gather a snapshot, plan, act, report.  The only sequencing code.
//
// A plain blocking function.  Policy and account first, then the replica (rule K8: also when
// AEPolicy is 0 or absent), then REQUEST, then what the plan says: one request per template that is
// on the list, then archiving, userCertificate and warnings.  Every failure ends as one sentence in
// the report; nothing half-written stays behind.  Events: AutoEnrollment 2, 4, the client's 1 and
// 3, CertEnroll 65 and 64, one or more per template, AutoEnrollment 5, 3, the client's 2; a pulse
// that had to stop ends with 6, or with 15 when no domain controller answers, instead of the last
// three. Asked to stop (PulseOptions::stop), it finishes the request that is under way and begins
// no other.  With PulseOptions::errand it does that one thing alone (rules M, errand_plan.h).
#pragma once

#include "engine/gather.h"
#include "engine/plan.h"
#include "engine/renewal_dates.h"
#include "engine/triggers.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ae::engine {

struct Enrolled {
    std::string template_name{};
    CaRef ca{};
    std::uint32_t request_id = 0;
    std::string replaced{};  // thumbprint of the certificate that was renewed; empty: a new one
    InstalledCertificate where{};
    CertificateFacts facts{};
};

// How sentences name a request: "17", or "unknown" where no CA told its id (rules W7, W10).
std::string number_or_unknown(std::uint32_t request_id);

struct PulseReport {
    AutoenrollPolicy policy{};
    DirectoryServer server{};
    std::string account_sid{};  // empty when the directory was not read
    Outcome outcome{};
    std::vector<RenewalDate> renewals{};  // of what MY holds when the pulse ends
    std::vector<Decision> decisions{};    // Plan::decisions; outcomes replace what was planned
    std::vector<Enrolled> enrolled{};
    std::vector<Error> failures{};     // empty: the pulse did all that it should
    std::vector<std::string> notes{};  // sentences for the log: left out on purpose, no failure

    [[nodiscard]] bool ok() const { return failures.empty(); }
};

// A user who logged on without a network (the VPN case) has no Kerberos tickets yet: J2 and J3 make
// up for it, as for a controller that does not answer.
bool lacks_tickets(Scope scope, Hresult code);
// No domain controller answered, or none can be asked: a later run may find one (rule C2).
bool is_unreachable(Scope scope, Hresult code);

PulseReport run_pulse(const Ports& ports, const PulseOptions& options);

}  // namespace ae::engine
