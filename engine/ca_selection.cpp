#include "engine/ca_selection.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/chain_code.h"

#include <algorithm>

namespace ae::engine {
namespace {

constexpr Hresult kUntrustedRoot = hresult(0x800B0109);  // CERT_E_UNTRUSTEDROOT

// Why a chain is not believed, by which rule, and what that is called.
struct Distrust {
    std::string rule;
    std::string why;
    Hresult code = kUntrustedRoot;
};
Distrust distrust_of(const ChainStatus* chain) {
    if (chain == nullptr) {
        return {"choice 2", "its certificate was not checked"};
    }
    if (chain->state == ChainState::valid && chain->revocation_problem) {
        return {"choice 3",
                "whether it is revoked cannot be told: " + describe(*chain->revocation_problem),
                *chain->revocation_problem};
    }
    return chain->state == ChainState::revoked
               ? Distrust{"choice 3", chain->detail, code_of(chain->state)}
               : Distrust{"choice 2", chain->detail};
}

std::string remedy_against(const Distrust& distrust) {
    if (distrust.rule == "choice 2") {
        return "publish the CA's root in CN=Certification Authorities, or renew the CA's "
               "certificate";
    }
    return distrust.code == code_of(ChainState::revoked)
               ? "renew the CA's certificate, or take the CA out of the directory"
               : "look at the revocation lists of the CA's certificate";
}

// What is said of all of them: "choice 2" before "choice 3", there "revoked" before the rest.
bool is_graver(const Distrust& left, const Distrust& right) {
    const auto rank = [](const Distrust& one) {
        return one.rule == "choice 2" ? 2 : one.code == code_of(ChainState::revoked) ? 1 : 0;
    };
    return rank(left) > rank(right);
}

}  // namespace

std::string version_of(const Template& wanted) {
    return std::to_string(wanted.major_version) + '.' + std::to_string(wanted.minor_version);
}

CaSelector::CaSelector(const Snapshot& world, BackOff back_off)
    : world_(world), back_off_(back_off) {
    for (const CaTrust& one : world.ca_trust) {
        trust_.emplace(one.ca, &one.chain);
    }
}

const ChainStatus* CaSelector::trust_in(const CaRef& ca) const {
    const auto at = trust_.find(ca);
    return at == trust_.end() ? nullptr : at->second;
}

std::optional<Time> CaSelector::waits_until(const Template& wanted, const CaRef& ca) const {
    const auto until = refused_until(world_.memory, wanted.name, version_of(wanted), ca);
    const bool holds = back_off_ == BackOff::holds && !world_.force;
    return holds && until && world_.now < *until ? until : std::nullopt;
}

CaSelection CaSelector::select(const Template& wanted,
                               std::vector<const EnrollmentService*> offering, Need need) const {
    CaSelection selection;
    std::vector<std::string> distrusted;
    std::optional<Distrust> gravest;
    std::optional<Time> earliest;
    std::vector<std::string> refused;
    for (const EnrollmentService* service :
         order_of_cas(std::move(offering), wanted.name, world_)) {
        const CaRef ca = service->ref();
        const ChainStatus* chain = trust_in(ca);
        if (chain == nullptr || !is_trusted(*chain)) {
            const Distrust distrust = distrust_of(chain);
            distrusted.push_back(ca.config() + ": " + distrust.why);
            if (!gravest || is_graver(distrust, *gravest)) {
                gravest = distrust;
            }
        } else if (const auto until = waits_until(wanted, ca)) {
            earliest = std::min(earliest.value_or(*until), *until);
            refused.push_back(ca.config() + " denied it");
        } else {
            selection.cas.push_back(ca);
        }
    }
    if (!selection.cas.empty()) {
        return selection;
    }
    if (earliest) {
        selection.obstacle =
            Decision{.template_name = wanted.name,
                     .verdict = Verdict::waiting,
                     .rule = "back-off",
                     .fact = join(refused, ", ") + "; asked again at " + ae::to_string(*earliest),
                     .remedy =
                         "correct what the CA denies; to ask at once: "
                         "aeclient pulse --force"};
        return selection;
    }
    const Distrust distrust = gravest.value_or(distrust_of(nullptr));
    selection.obstacle =
        Decision{.template_name = wanted.name,
                 .verdict = Verdict::not_trusted,
                 .rule = distrust.rule,
                 .fact = "no CA that offers it is trusted: " + join(distrusted, "; "),
                 .remedy = remedy_against(distrust),
                 .event = need == Need::renew ? EventId::ce_no_ca_for_renewal : EventId::ce_no_ca,
                 .failure = distrust.code};
    return selection;
}

}  // namespace ae::engine
