#include "engine/base/text.h"
#include "engine/policy_gates.h"
#include "service/doctor/doctor.h"
#include "service/period_text.h"

namespace ae::service {
namespace {

Finding finding(FindingVerdict verdict, std::string sentence) {
    return {
        .id = "POL6", .stage = Stage::policy, .verdict = verdict, .sentence = std::move(sentence)};
}

std::string refresh_text(const Examination& seen) {
    const GroupPolicyFacts& facts = seen.group_policy;
    if (!facts.refreshed) {
        return "when it was refreshed last is not known";
    }
    return "last refresh " + ae::to_string(*facts.refreshed) + " (" +
           ago(*facts.refreshed, seen.now) + ")" +
           (facts.refresh_result.empty() ? "" : ", " + printable(facts.refresh_result));
}

Finding not_arrived(const Examination& seen, std::uint32_t wanted) {
    Finding missing = finding(FindingVerdict::fail,
                              "A group policy sets autoenrollment but has not been applied here (" +
                                  refresh_text(seen) + ").");
    missing.evidence.push_back(printable(seen.group_policy.source) + " sets AEPolicy " +
                               engine::policy_bits_text(wanted) + ".");
    missing.remedy =
        "Refresh group policy; look at security filtering, loopback and the "
        "connection to the domain controllers.";
    return missing;
}

}  // namespace

std::vector<Finding> group_policy_findings(const Examination& seen) {
    const GroupPolicyFacts& facts = seen.group_policy;
    const auto here = seen.status ? seen.status->policy.bits : std::nullopt;
    if (facts.in_directory) {
        return facts.in_directory == here ? std::vector<Finding>{}
                                          : std::vector{not_arrived(seen, *facts.in_directory)};
    }
    // A policy that is here has arrived; only where there is none, one may be on its way.
    if (here || seen.captured || facts.not_told.empty()) {
        return {};
    }
    Finding unknown = finding(FindingVerdict::not_checked,
                              "Whether a group policy is on its way here cannot be told.");
    unknown.evidence.push_back(printable(facts.not_told));
    return {unknown};
}

}  // namespace ae::service
