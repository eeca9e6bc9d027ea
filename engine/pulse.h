// One pulse: gather a snapshot, plan, act, report.  The only sequencing code.
//
// A plain blocking function.  Policy and account first, then the replica (rule K8: also when
// AEPolicy is 0 or absent), then REQUEST, then what the plan says: one request per template that is
// on the list, then archiving, userCertificate and warnings.  Every failure ends as one sentence in
// the report; nothing half-written stays behind.  Events: 2, 4, one or more per template, 5, 3; a
// pulse that had to stop ends with 6, or with 15 when no domain controller answers, instead of 5
// and 3.
#pragma once

#include "engine/gather.h"
#include "engine/plan.h"

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

struct PulseReport {
    AutoenrollPolicy policy{};
    DirectoryServer server{};
    std::vector<Decision> decisions{};  // Plan::decisions; outcomes replace what was planned
    std::vector<Enrolled> enrolled{};
    std::vector<Error> failures{};     // empty: the pulse did all that it should
    std::vector<std::string> notes{};  // sentences for the log: left out on purpose, no failure

    [[nodiscard]] bool ok() const { return failures.empty(); }
};

PulseReport run_pulse(const Ports& ports, const PulseOptions& options);

}  // namespace ae::engine
