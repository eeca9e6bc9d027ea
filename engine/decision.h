// One decision of the trail: the one source for logs, events, `plan`, `explain` and tests.
// A plain value.
#pragma once

#include "engine/base/result.h"
#include "engine/events.h"

#include <optional>
#include <string>
#include <string_view>

namespace ae::engine {

enum class Verdict {
    enroll,        // on the list: a new certificate is needed
    renew,         // on the list: the held certificate is to be replaced
    held,          // a valid certificate is here
    pending,       // a request is under submission
    superseded,    // another template on the list or in MY replaces it
    published,     // a valid certificate of it stands in userCertificate (D4)
    policy_off,    // AEPolicy does not allow what would be needed
    not_readable,  // no security descriptor, or no Read
    no_enroll_right,
    no_autoenroll_right,
    not_autoenrollable,  // schema version, flag 0x20, CA type, signatures, subject supplied,
                         // interaction
    wrong_context,       // machine template in a user pulse or the reverse
    not_offered,         // no enrollment service lists it and lets the account in
    not_trusted,         // those that do are not trusted, or revoked
    not_supported,       // asks for what this client cannot do
    not_understood,      // an attribute has a value that the specification does not know
    waiting,             // needed, and not now: back-off, DNS delay; says until when
    braked,              // issued twice for the same reason (B1)
    needs_user,          // somebody would have to agree, and nobody can be asked (R-UI)
    retrieve,            // the CA is to be asked about the request, or the directory (W10)
    forget,              // the request is too old
    archive,
    remove,
    left_alone,  // a certificate or request that no rule touches; says why
    issued,      // outcomes of this pulse
    failed,
    archived,
    removed,
    forgotten,
};
std::string_view to_string(
    Verdict verdict);  // "wanted", "no Autoenroll right", ... for tables and JSON

enum class About { template_type, certificate, request };
std::string_view to_string(About about);  // "template", "certificate", "request"

struct Decision {
    About about = About::template_type;
    std::string template_name{};
    std::string subject{};  // certificate: its thumbprint; request: its key reference; else empty
    Verdict verdict{};
    std::string rule{};                // "E3", "D1"
    std::string fact{};                // the fact that decided it
    std::string remedy{};              // what would change it; empty when nothing should
    std::optional<EventId> event{};    // what a pulse records for it; most decisions: nothing
    std::optional<Hresult> failure{};  // an administrator must act: the pulse counts as failed
};

Decision about_template(const std::string& template_name, Verdict verdict, std::string rule,
                        std::string fact, std::string remedy = {},
                        std::optional<EventId> event = {});

// The first of several checks that objects; each is a function without arguments.
template <class... Checks>
std::optional<Decision> first_objection(const Checks&... checks) {
    std::optional<Decision> objection;
    static_cast<void>((... || (objection = checks()).has_value()));
    return objection;
}

}  // namespace ae::engine
