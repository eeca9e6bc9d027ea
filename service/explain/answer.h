// What this context has to say of one template or of one certificate.  Every verdict is the
// engine's own: its trail of rules and its plan.  Values; pure, any thread.
#pragma once

#include "engine/renewal_dates.h"
#include "engine/rule_trail.h"
#include "service/explain/question.h"
#include "service/preview.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ae::service {

struct TemplateAnswer {
    std::string name{};  // its cn, as the directory writes it
    std::string oid{};
    std::string version{};                  // "100.4"
    engine::RuleTrail trail{};              // in the order of its questions
    engine::Decision decision{};            // of the plan; names the rule that decided
    std::vector<engine::Decision> parts{};  // its certificates and requests
    std::vector<std::string> requests{};    // "request 17 at ca1...\..., submitted ..."
    std::vector<std::string> superseded_by{};
};

// Who the CA bound a certificate to (KB5014754).
enum class Mapping { none, this_account, another_account };

struct CertificateAnswer {
    std::string store{};  // "MY", "userCertificate", "Root", ...
    std::string thumbprint{};
    engine::CertificateFacts facts{};
    std::string template_name{};  // empty: it is not managed here, and `unmanaged` says why
    std::string unmanaged{};
    std::optional<engine::KeyState> key{};  // of MY
    std::string key_detail{};
    std::optional<engine::ChainStatus> chain{};  // where it was checked
    std::optional<engine::RenewalDate> renewal{};
    std::optional<engine::Decision> decision{};           // what a pulse does to it
    std::optional<engine::Decision> template_decision{};  // and to its template
    Mapping mapping = Mapping::none;
    std::string place{};  // where it lives
};

struct Explanation {
    std::string asked{};
    std::vector<Hresult> codes{};
    std::vector<const EventKnowledge*> events{};
    std::optional<TemplateAnswer> of_template{};
    std::optional<CertificateAnswer> certificate{};
    std::optional<Offline> offline{};  // the last two rest on the kept replica
    Time now{};
};

// Codes and events: no context is needed.
Explanation explain_word(const std::string& asked);

// By its name (without case) or its OID.  Nothing: there is none.
std::optional<TemplateAnswer> explain_template_of(const Preview& preview, const std::string& name);

// Nothing: neither MY, userCertificate, a watched store, nor what the directory publishes of CAs
// holds it.  `thumbprint`: lower-case.  `sha1`: of a certificate, lower-case hexadecimal.
using Sha1 = std::function<std::string(ByteView)>;
std::optional<CertificateAnswer> explain_certificate(const Preview& preview,
                                                     const std::string& thumbprint,
                                                     const Sha1& sha1);

// Every thumbprint that explain_certificate() knows, each once.
std::vector<std::string> explainable_thumbprints(const Preview& preview, const Sha1& sha1);

// What a person may have meant: for did_you_mean().
std::vector<std::string> explainable_names(const Preview& preview);

}  // namespace ae::service
