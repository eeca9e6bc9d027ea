#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/doctor/attempt_text.h"
#include "service/doctor/doctor.h"
#include "service/period_text.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::EventSource;
using engine::Scope;

// RFC 4120 1.6, and what Active Directory's policy says by default: five minutes are allowed.
constexpr std::chrono::minutes kAllowedSkew{5};

const std::vector<EventName> kFailed{{EventSource::autoenrollment, 6}};
const std::vector<EventName> kUnreachable{{EventSource::autoenrollment, 15},
                                          {EventSource::autoenrollment, 6}};

Finding finding(std::string id, FindingVerdict verdict, std::string sentence) {
    return {.id = std::move(id),
            .stage = Stage::environment,
            .verdict = verdict,
            .sentence = std::move(sentence)};
}

Finding membership(const Examination& seen) {
    const EnvironmentFacts& facts = seen.environment;
    if (!facts.not_a_member) {
        Finding member = finding("ENV1", FindingVerdict::ok,
                                 printable(facts.account) + " is an account of the domain " +
                                     printable(facts.domain) + ".");
        member.evidence.push_back("This host calls itself " + printable(facts.host) + ".");
        return member;
    }
    Finding none =
        finding("ENV1", FindingVerdict::fail,
                "This host is not joined to a domain; autoenrollment has nothing to do.");
    none.evidence.push_back(cause_of(*facts.not_a_member));
    none.remedy = facts.not_a_member->remedy.empty() ? "Join the host to the domain."
                                                     : facts.not_a_member->remedy;
    none.events = kFailed;
    none.codes = {facts.not_a_member->code};
    return none;
}

// Rule C1 of users: no tickets, nobody to enroll for.
Finding local_user(const Examination& seen) {
    const EnvironmentFacts& facts = seen.environment;
    Finding local =
        finding("ENV4", FindingVerdict::fail, "User certificates need a signed-in domain user.");
    local.evidence.push_back("The process runs as " + printable(facts.process_account) + ".");
    if (facts.not_a_member) {
        local.evidence.push_back(cause_of(*facts.not_a_member));
    } else if (facts.sign_in) {
        local.evidence.push_back(evidence_of(*facts.sign_in));
    }
    local.remedy = "Run it in the user's own session, signed in with a domain account.";
    local.events = kFailed;
    local.codes = {kNoCredentials};
    return local;
}

Finding other_identity(const Examination& seen) {
    Finding other = finding(
        "ENV5", FindingVerdict::warn,
        "Programs started as another user get no group policy at first; AEPolicy may be missing "
        "for that user.");
    other.evidence.push_back("The process runs as " + printable(seen.environment.process_account) +
                             ", which is not whose session this is.");
    other.remedy = "Sign in normally once as that user, and ask again there.";
    return other;
}

// The first step that failed, of finding a controller and of reaching its services.
const Attempt* first_failure(const std::vector<Attempt>& attempts) {
    const auto at =
        std::ranges::find_if(attempts, [](const Attempt& one) { return one.problem.has_value(); });
    return at == attempts.end() ? nullptr : &*at;
}

Finding controller(const Examination& seen) {
    const std::vector<Attempt>& steps = seen.environment.controller;
    const Attempt* failure = first_failure(steps);
    Finding found =
        failure == nullptr
            ? finding("ENV2", FindingVerdict::ok, "A domain controller answers.")
            : finding("ENV2", FindingVerdict::fail,
                      "No domain controller answered: " + printable(failure->what) + ".");
    for (const Attempt& step : steps) {
        found.evidence.push_back(evidence_of(step));
    }
    if (failure != nullptr) {
        found.remedy = "Look at the network, DNS and the VPN of this host.";
        if (!failure->problem->remedy.empty()) {
            found.remedy += ' ' + failure->problem->remedy;
        }
        found.events = kUnreachable;
        found.codes = {failure->problem->code};
    }
    return found;
}

// "8 m ahead"
std::string skew_text(std::chrono::seconds skew) {
    return rough_period(skew) + (skew.count() > 0 ? " behind" : " ahead");
}

Finding clock(const Examination& seen) {
    const std::chrono::seconds skew = *seen.environment.skew;
    if (std::chrono::abs(skew) <= kAllowedSkew) {
        return finding(
            "ENV3", FindingVerdict::ok,
            "The clock agrees with the domain controller's within " + rough_period(skew) + ".");
    }
    Finding wrong = finding("ENV3", FindingVerdict::fail,
                            "The clock differs from the domain controller's by " +
                                rough_period(skew) + "; Kerberos will fail.");
    wrong.evidence.push_back("This host's clock is " + skew_text(skew) + "; 5 m are allowed.");
    wrong.remedy = "Synchronize the time of this host with the domain's.";
    wrong.codes = {kTimeSkew, kAccessDenied, kLogonFailure};
    return wrong;
}

bool has_wrong_clock(const EnvironmentFacts& facts) {
    return facts.skew && std::chrono::abs(*facts.skew) > kAllowedSkew;
}

// What the sign-in says of the clock where the controller's could not be asked.
Finding clock_by_kerberos(const Attempt& sign_in) {
    Finding wrong = finding("ENV3", FindingVerdict::fail,
                            "The clock differs from the domain controller's by more than Kerberos "
                            "allows.");
    wrong.evidence.push_back(evidence_of(sign_in));
    wrong.remedy = "Synchronize the time of this host with the domain's.";
    wrong.codes = {kTimeSkew};
    return wrong;
}

Finding secret(const Examination& seen) {
    const Attempt& sign_in = *seen.environment.sign_in;
    const bool machine = seen.scope == Scope::machine;
    if (!sign_in.problem) {
        Finding good = finding("ENV6", FindingVerdict::ok,
                               printable(seen.environment.account) +
                                   (machine ? " can authenticate." : " is signed in."));
        good.evidence.push_back(evidence_of(sign_in));
        return good;
    }
    const Error& problem = *sign_in.problem;
    Finding broken = finding("ENV6", FindingVerdict::fail,
                             std::string(machine ? "The machine account" : "The account") +
                                 " cannot authenticate (" + describe(problem.code) + ").");
    broken.evidence.push_back(evidence_of(sign_in));
    broken.remedy = problem.remedy.empty() ? "Reset the secret of the machine account, or join the "
                                             "host to the domain anew."
                                           : problem.remedy;
    broken.events = kFailed;
    broken.codes = {problem.code};
    return broken;
}

bool lacks_tickets(const Examination& seen) {
    const auto& sign_in = seen.environment.sign_in;
    return seen.scope == Scope::user && sign_in && sign_in->problem &&
           engine::lacks_tickets(seen.scope, sign_in->problem->code);
}

void add_sign_in(const Examination& seen, std::vector<Finding>& found) {
    const EnvironmentFacts& facts = seen.environment;
    if (!facts.sign_in) {
        return;
    }
    // One cause: a clock that is wrong, or tickets that are none, is not a broken secret.
    const bool failed = facts.sign_in->problem.has_value();
    if (failed && facts.sign_in->problem->code == kTimeSkew) {
        if (!has_wrong_clock(facts)) {
            found.push_back(clock_by_kerberos(*facts.sign_in));
        }
    } else if (lacks_tickets(seen)) {
        found.push_back(local_user(seen));
    } else if (!failed || !has_wrong_clock(facts)) {
        found.push_back(secret(seen));
    }
}

Finding two_clients(const std::vector<std::string>& clients) {
    Finding two = finding("ENV7", FindingVerdict::warn,
                          "Two clients manage the same store: Windows' own autoenrollment is "
                          "enabled beside this agent.");
    for (const std::string& one : clients) {
        two.evidence.push_back("Enabled: " + printable(one));
    }
    two.remedy = "Turn it off: aeclient native-client disable";
    return two;
}

Finding not_known() {
    return finding("ENV1", FindingVerdict::not_checked,
                   "A capture does not tell how its host reaches the domain.");
}

}  // namespace

std::vector<Finding> environment_findings(const Examination& seen) {
    const EnvironmentFacts& facts = seen.environment;
    if (seen.captured) {
        return {not_known()};
    }
    if (facts.user_is_local) {
        return {local_user(seen)};
    }
    std::vector<Finding> found{membership(seen)};
    if (facts.not_a_member) {
        return found;
    }
    if (facts.other_identity) {
        found.push_back(other_identity(seen));
    }
    if (!facts.controller.empty()) {
        found.push_back(controller(seen));
    }
    if (facts.skew) {
        found.push_back(clock(seen));
    }
    add_sign_in(seen, found);
    if (!facts.other_clients.empty()) {
        found.push_back(two_clients(facts.other_clients));
    }
    return found;
}

}  // namespace ae::service
