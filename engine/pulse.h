// One pulse: gather a snapshot, decide, act, report.  The only sequencing code.
//
// A plain blocking function.  Policy and account first, then the replica (rule K8: also when
// AEPolicy is 0 or absent), then the requirements list, then one request per template that is on
// it. Every failure ends as one sentence in the report; nothing half-written stays behind. One
// request at most per template and pulse.  Events: 2, 4, one or more per template, 5, 3; a pulse
// that had to stop ends with 6, or with 15 when no domain controller answers, instead of 5 and 3.
//
// Not in this build: renewal, retrieval of pending requests, archiving, userCertificate (RULES.md).
#pragma once

#include "engine/ports.h"
#include "engine/requirements.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ae::engine {

struct PulseOptions {
    Scope scope = Scope::machine;
    Time now{};
    std::uint64_t seed = 0;  // for the order of CAs; fresh per pulse in the product
};

struct Enrolled {
    std::string template_name{};
    CaRef ca{};
    std::uint32_t request_id = 0;
    InstalledCertificate where{};
    CertificateFacts facts{};
};

struct PulseReport {
    AutoenrollPolicy policy{};
    DirectoryServer server{};
    std::vector<Decision> decisions{};  // one per template; outcomes replace enroll
    std::vector<Enrolled> enrolled{};
    std::vector<Error> failures{};     // empty: the pulse did all that it should
    std::vector<std::string> notes{};  // sentences for the log: left out on purpose, no failure

    [[nodiscard]] bool ok() const { return failures.empty(); }
};

PulseReport run_pulse(const Ports& ports, const PulseOptions& options);

}  // namespace ae::engine
