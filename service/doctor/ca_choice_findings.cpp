// CAS1-CAS5: which certification authorities are there for the account, and are they believed?
#include "engine/asked.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/chain_code.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"
#include "service/doctor/usages.h"

#include <algorithm>
#include <array>
#include <map>

namespace ae::service {
namespace {

using engine::CertificateFacts;
using engine::ChainStatus;
using engine::EventSource;
using enum FindingVerdict;

Finding finding(std::string id, FindingVerdict verdict, std::string subject, std::string sentence) {
    return {.id = std::move(id),
            .stage = Stage::ca_choice,
            .verdict = verdict,
            .subject = std::move(subject),
            .sentence = std::move(sentence)};
}

const ChainStatus* chain_of(const Examination& seen, const engine::CaRef& ca) {
    const auto& trust = seen.view->world.ca_trust;
    const auto at = std::ranges::find(trust, ca, &engine::CaTrust::ca);
    return at == trust.end() ? nullptr : &at->chain;
}

// Where the directory's own certificates lead to from the CA's: the last issuer's name, and whether
// the directory has that issuer.
struct ChainEnd {
    std::string name{};
    bool in_directory = false;
};

class IssuerIndex {
  public:
    explicit IssuerIndex(const engine::Replica& replica) {
        for (const auto* set : {&replica.roots, &replica.intermediates}) {
            for (const Bytes& der : set->certificates) {
                if (auto facts = engine::parse_certificate(der)) {
                    Bytes name = facts->subject_der;
                    by_subject_.emplace(std::move(name), std::move(*facts));
                }
            }
        }
    }

    [[nodiscard]] ChainEnd end_of(CertificateFacts at) const {
        for (std::size_t steps = 0; steps <= by_subject_.size(); ++steps) {
            if (at.subject_der == at.issuer_der) {
                return {at.subject, by_subject_.contains(at.subject_der)};
            }
            const auto issuer = by_subject_.find(at.issuer_der);
            if (issuer == by_subject_.end()) {
                return {at.issuer, false};
            }
            at = issuer->second;
        }
        return {at.issuer, true};  // a ring
    }

  private:
    std::map<Bytes, CertificateFacts> by_subject_{};
};

Finding about_chain(const CaCase& ca, const ChainStatus* chain) {
    const std::string name = ca.service.ref().config();
    const auto is_why = [](const TemplateCase* one) {
        return one->decision.verdict == engine::Verdict::not_trusted;
    };
    FindingVerdict verdict = warn;  // others serve its templates
    for (const TemplateCase* one : ca.cases) {
        if (is_why(one)) {
            verdict = std::max(verdict, one->verdict_of(*one->cause));
        }
    }
    Finding bad = finding("CAS2", verdict, name, "");
    if (chain != nullptr && !chain->detail.empty()) {
        bad.evidence.push_back(chain->detail);
    }
    for (const TemplateCase* one : ca.cases) {
        bad.evidence.push_back("it offers " + one->wanted.name);
    }
    bad.events = {{EventSource::cert_enroll, 52}};
    return bad;
}

// The store of roots is not what the directory lists now (K2, K3).
bool lags_behind(const Examination& seen) {
    return std::ranges::any_of(seen.view->trust, [](const engine::TrustUpdate& one) {
        return one.store == engine::TrustStore::root &&
               (one.changes() || one.waits || !one.problem.empty());
    });
}

std::string untrusted_text(const Examination& seen, const CaCase& ca, const ChainStatus* chain) {
    const std::string name = ca.service.ref().config();
    const auto facts = engine::parse_certificate(
        ca.service.certificates.empty() ? ByteView{} : ByteView(ca.service.certificates.front()));
    if (!facts) {
        return "The certificate of " + name + " cannot be read, so it is not trusted.";
    }
    if (chain != nullptr && chain->state == engine::ChainState::expired) {
        return "The chain of " + name + " has expired.";
    }
    const ChainEnd end = IssuerIndex(seen.view->replica).end_of(*facts);
    if (end.in_directory && !lags_behind(seen)) {
        return "The chain of " + name + " is not trusted, though the directory has its root.";
    }
    return "The chain of " + name + " ends at " + end.name + ", which is not in the trusted roots" +
           (end.in_directory ? "; the directory has it, the replica is stale." : ".");
}

Finding untrusted(const Examination& seen, const CaCase& ca, const ChainStatus* chain) {
    Finding bad = about_chain(ca, chain);
    bad.sentence = untrusted_text(seen, ca, chain);
    bad.remedy = chain != nullptr && chain->state == engine::ChainState::expired
                     ? "Renew the CA's certificate."
                     : "Publish the root in CN=Certification Authorities and what stands between "
                       "in CN=AIA, then run: " +
                           engine::command_line("pulse", seen.scope, {});
    bad.codes = {hresult(0x800B0109), hresult(0x800B010A)};
    return bad;
}

Finding revoked(const CaCase& ca, const ChainStatus& chain) {
    Finding bad = about_chain(ca, &chain);
    bad.id = "CAS3";
    if (chain.state == engine::ChainState::revoked) {
        bad.sentence = bad.subject + " is revoked; requests are not sent to it.";
        bad.remedy = "Renew the CA's certificate, or take the CA out of the directory.";
        bad.codes = {engine::code_of(chain.state)};
        return bad;
    }
    bad.sentence = "Whether " + bad.subject +
                   " is revoked cannot be told in a way that can be believed; requests are not "
                   "sent to it.";
    bad.remedy = "Look at the revocation lists of the CA's certificate.";
    bad.codes = {*chain.revocation_problem};
    return bad;
}

Finding trusted(const CaCase& ca, const ChainStatus& chain) {
    const std::string name = ca.service.ref().config();
    if (!chain.revocation_problem) {
        return finding("CAS2", ok, name, name + " is trusted.");
    }
    Finding offline = finding("CAS3", note, name,
                              name + " is trusted, though whether it is revoked cannot be told.");
    offline.evidence = {describe(*chain.revocation_problem)};
    offline.remedy = "None is needed; publish the CA's revocation list where this host reaches it.";
    offline.codes = {*chain.revocation_problem};
    return offline;
}

Finding trust_in(const Examination& seen, const CaCase& ca) {
    const ChainStatus* chain = chain_of(seen, ca.service.ref());
    if (chain != nullptr && engine::is_trusted(*chain)) {
        return trusted(ca, *chain);
    }
    const bool of_revocation = chain != nullptr && (chain->state == engine::ChainState::revoked ||
                                                    (chain->state == engine::ChainState::valid));
    return of_revocation ? revoked(ca, *chain) : untrusted(seen, ca, chain);
}

Finding not_offered(const Examination& seen, const TemplateCase& one) {
    const bool none = seen.view->world.services.empty();
    Finding bad = finding_of(one, none ? "The forest has no certification authority, so none "
                                         "offers " +
                                             one.wanted.name + "."
                                       : "No CA offers " + one.wanted.name + ".");
    bad.events = {{EventSource::cert_enroll, 47},
                  {EventSource::cert_enroll, 24},
                  {EventSource::cert_enroll, 23}};
    if (none) {
        bad.events.push_back({EventSource::cert_enroll, 11});
    }
    return bad;
}

// --ca names one that the directory does not have.
std::vector<Finding> no_such_ca(const Examination& seen) {
    const auto& services = seen.view->world.services;
    const bool known = std::ranges::any_of(
        services, [&](const engine::EnrollmentService& one) { return is_in_view(seen, one); });
    if (known) {
        return {};
    }
    Finding none = finding("CAS1", fail, seen.ca,
                           "The directory has no enrollment service named " + seen.ca + ".");
    for (const engine::EnrollmentService& one : services) {
        none.evidence.push_back("it has " + one.ref().config());
    }
    none.remedy = "Write it as HOST\\NAME, as aeclient cas shows it.";
    return {none};
}

// CAS4: K3 keeps what is there.
std::vector<Finding> replica_problems(const Examination& seen) {
    std::vector<Finding> findings;
    for (const engine::TrustUpdate& one : seen.view->trust) {
        const std::string store(to_string(one.store));
        if (!one.problem.empty()) {
            Finding bad = finding(
                "CAS4", warn, store,
                "Store " + store + " could not be read from the directory; nothing was removed.");
            bad.evidence = {"rule K3: " + one.problem};
            bad.remedy =
                "Give Authenticated Users Read on CN=Public Key Services and what is "
                "below it, and look at the domain controller.";
            bad.events = {{EventSource::autoenrollment, 1}};
            findings.push_back(std::move(bad));
        } else if (one.waits) {
            Finding empty = finding("CAS4", note, store,
                                    "The directory lists no certificate for store " + store +
                                        " any more; what is there stays until a second reading "
                                        "agrees.");
            empty.evidence = one.notes;
            empty.remedy =
                "If that is meant, run: " + engine::command_line("pulse --force", seen.scope, {});
            findings.push_back(std::move(empty));
        }
    }
    return findings;
}

// [MS-PKCA] 3.1.5.2.1: usages with which a domain controller lets somebody sign in, or a network
// policy server; both look for the issuer in NTAuth.
constexpr std::array<std::string_view, 3> kLogonUsages = {
    kClientAuthentication,
    "1.3.6.1.4.1.311.20.2.2",  // smart card logon
    "1.3.6.1.5.2.3.4",         // PKINIT client
};
bool is_for_logon(const TemplateCase* one) {
    return std::ranges::any_of(one->wanted.extended_key_usages, [](const std::string& usage) {
        return std::ranges::find(kLogonUsages, usage) != kLogonUsages.end();
    });
}

std::vector<Finding> not_in_nt_auth(const Examination& seen, const CaCase& ca) {
    const engine::TrustSet& nt_auth = seen.view->replica.nt_auth;
    const auto at = std::ranges::find_if(ca.cases, is_for_logon);
    const auto listed = [&](const Bytes& one) {
        return std::ranges::find(nt_auth.certificates, one) != nt_auth.certificates.end();
    };
    if (!nt_auth.complete || at == ca.cases.end() ||
        std::ranges::any_of(ca.service.certificates, listed)) {
        return {};
    }
    const std::string name = ca.service.ref().config();
    Finding bad =
        finding("CAS5", warn, name, "Certificates of " + name + " will not work for domain logon.");
    bad.evidence = {"its certificate is none of the " +
                        std::to_string(nt_auth.certificates.size()) +
                        " that CN=NTAuthCertificates holds",
                    (*at)->wanted.name + " is for authentication of clients"};
    bad.remedy =
        "Publish the CA's certificate to NTAuth (on a CA: certutil -dspublish -f FILE "
        "NTAuthCA).";
    return {bad};
}

}  // namespace

std::vector<Finding> ca_choice_findings(const Examination& seen) {
    if (!seen.view) {
        return {};
    }
    std::vector<Finding> findings;
    const auto append = [&](std::vector<Finding> more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    const std::vector<TemplateCase> cases = cases_of(seen);
    for (const TemplateCase& one : cases) {
        if (one.cause && one.cause->id == "CAS1") {
            findings.push_back(not_offered(seen, one));
        }
    }
    for (const CaCase& ca : cas_of(seen, cases)) {
        findings.push_back(trust_in(seen, ca));
        append(not_in_nt_auth(seen, ca));
    }
    if (!seen.ca.empty()) {
        append(no_such_ca(seen));
    }
    append(replica_problems(seen));
    return findings;
}

}  // namespace ae::service
