#include "engine/ca_selection.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>

namespace ae::engine {
namespace {

constexpr Hresult kUntrustedRoot = hresult(0x800B0109);  // CERT_E_UNTRUSTEDROOT

// Why a chain is not believed, and by which rule.
struct Distrust {
    std::string rule;
    std::string why;
};
Distrust distrust_of(const ChainStatus* chain) {
    if (chain == nullptr) {
        return {"choice 2", "its certificate was not checked"};
    }
    if (chain->state == ChainState::valid && chain->revocation_problem) {
        return {"choice 3",
                "whether it is revoked cannot be told: " + describe(*chain->revocation_problem)};
    }
    return {chain->state == ChainState::revoked ? "choice 3" : "choice 2", chain->detail};
}

}  // namespace

std::string version_of(const Template& wanted) {
    return std::to_string(wanted.major_version) + '.' + std::to_string(wanted.minor_version);
}

CaSelector::CaSelector(const Snapshot& world) : world_(world) {
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
    return until && world_.now < *until && !world_.force ? until : std::nullopt;
}

CaSelection CaSelector::select(const Template& wanted,
                               std::vector<const EnrollmentService*> offering, Need need) const {
    CaSelection selection;
    std::vector<std::string> distrusted;
    std::string rule = "choice 3";
    std::optional<Time> earliest;
    std::vector<std::string> refused;
    for (const EnrollmentService* service :
         order_of_cas(std::move(offering), wanted.name, world_)) {
        const CaRef ca = service->ref();
        const ChainStatus* chain = trust_in(ca);
        if (chain == nullptr || !is_trusted(*chain)) {
            const Distrust distrust = distrust_of(chain);
            rule = distrust.rule == "choice 2" ? distrust.rule : rule;
            distrusted.push_back(ca.config() + ": " + distrust.why);
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
    selection.obstacle =
        Decision{.template_name = wanted.name,
                 .verdict = Verdict::not_trusted,
                 .rule = rule,
                 .fact = "no CA that offers it is trusted: " + join(distrusted, "; "),
                 .remedy =
                     "publish the CA's root in CN=Certification Authorities, or renew the CA's "
                     "certificate",
                 .event = need == Need::renew ? EventId::ce_no_ca_for_renewal : EventId::ce_no_ca,
                 .failure = kUntrustedRoot};
    return selection;
}

}  // namespace ae::engine
