// MAP1-MAP3: will a domain controller map the certificate to this account (KB5014754), and will a
// Wi-Fi or VPN client find the right one?
#include "engine/base/text.h"
#include "engine/held_review.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"
#include "service/doctor/usages.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::HeldCertificate;
using enum FindingVerdict;

// [MS-CRTD] 2.26 CT_FLAG_NO_SECURITY_EXTENSION: the CA is told not to add the SID.
constexpr std::uint32_t kNoSecurityExtension = 0x80000;

struct ForClients {
    const HeldCertificate* held;
    const TemplateCase* of;
};

bool authenticates_clients(const HeldCertificate& held) {
    const auto& usages = held.facts.extended_key_usages;
    return std::ranges::find(usages, kClientAuthentication) != usages.end();
}

// Valid ones only: what has expired or is revoked authenticates nobody.
std::vector<ForClients> for_clients(const Examination& seen,
                                    const std::vector<TemplateCase>& cases) {
    std::vector<ForClients> found;
    for (const TemplateCase& one : cases) {
        for (const engine::Decision* decision : one.certificates) {
            const HeldCertificate* held = held_by(seen, decision->subject);
            if (held != nullptr && authenticates_clients(*held) &&
                engine::is_valid(*held, seen.view->world.now)) {
                found.push_back({held, &one});
            }
        }
    }
    return found;
}

Finding finding(const ForClients& one, std::string id, FindingVerdict verdict,
                std::string sentence) {
    return {.id = std::move(id),
            .stage = Stage::mapping,
            .verdict = verdict,
            .subject = one.held->thumbprint,
            .sentence = std::move(sentence),
            .evidence = {one.of->wanted.name + ", subject " + one.held->facts.subject +
                         ", valid until " + ae::to_string(one.held->facts.not_after)}};
}

Finding mapped(const Examination& seen, const ForClients& one) {
    const auto& sid = one.held->facts.sid;
    const std::string name = "Certificate " + one.held->thumbprint;
    const Sid& ours = seen.view->world.account.object_sid;
    if (!sid) {
        const bool asked_not_to = (one.of->wanted.enrollment_flags & kNoSecurityExtension) != 0;
        Finding weak = finding(one, "MAP1", asked_not_to ? note : warn,
                               name +
                                   " has no SID extension; a domain controller that enforces "
                                   "strong mapping (KB5014754) does not take it for " +
                                   account_of(seen) + ".");
        weak.evidence.push_back(asked_not_to ? "the template tells the CA not to add it (0x80000)"
                                             : "1.3.6.1.4.1.311.25.2 is missing");
        weak.remedy =
            "Update the CA (May 2022 or later), let the template build the subject from the "
            "directory, then let the certificate be enrolled anew; or map it by "
            "altSecurityIdentities.";
        return weak;
    }
    if (*sid != ours) {
        Finding wrong = finding(one, "MAP2", fail,
                                name +
                                    " carries the SID of another account; a domain controller "
                                    "does not take it for " +
                                    account_of(seen) + ".");
        wrong.evidence.push_back("it carries " + sid->to_string() + ", the account has " +
                                 ours.to_string());
        wrong.remedy =
            "Delete the certificate, if it is not for somebody else, and run: aeclient "
            "pulse";
        return wrong;
    }
    Finding good = finding(one, "MAP1", ok, name + " is bound to " + account_of(seen) + ".");
    good.evidence.push_back("it carries " + sid->to_string());
    return good;
}

// Windows takes the first that the server's list of CAs lets through.
bool compete(const ForClients& left, const ForClients& right) {
    return left.of != right.of && left.held->facts.issuer_der == right.held->facts.issuer_der;
}

std::vector<Finding> ambiguous(const std::vector<ForClients>& all) {
    for (const ForClients& one : all) {
        std::vector<std::string> others;
        for (const ForClients& other : all) {
            if (compete(one, other)) {
                others.push_back(other.held->thumbprint + " (" + other.of->wanted.name + ")");
            }
        }
        if (others.empty()) {
            continue;
        }
        Finding many = finding(one, "MAP3", warn,
                               std::to_string(others.size() + 1) +
                                   " certificates for client authentication come from one CA; "
                                   "Wi-Fi and VPN may pick the wrong one.");
        many.subject.clear();
        many.evidence.front() = one.held->thumbprint + " (" + one.of->wanted.name + ")";
        many.evidence.insert(many.evidence.end(), others.begin(), others.end());
        many.remedy =
            "Let one template supersede the other, or name the wanted one in the profile "
            "of the Wi-Fi or VPN (its template's usage or issuer).";
        return {many};
    }
    return {};
}

}  // namespace

std::vector<Finding> mapping_findings(const Examination& seen) {
    std::vector<Finding> findings;
    const std::vector<TemplateCase> cases = cases_of(seen);
    const std::vector<ForClients> all = for_clients(seen, cases);
    for (const ForClients& one : all) {
        findings.push_back(mapped(seen, one));
    }
    for (Finding& one : ambiguous(all)) {
        findings.push_back(std::move(one));
    }
    return findings;
}

}  // namespace ae::service
