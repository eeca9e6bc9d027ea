#include "engine/candidate.h"

#include "engine/base/text.h"
#include "engine/ca_choice.h"
#include "engine/key_choice.h"

#include <variant>

namespace ae::engine {
namespace {

using Refusal = std::optional<Decision>;

Decision refuse(const Template& wanted, Verdict verdict, std::string rule, std::string fact,
                std::string remedy = {}, std::optional<EventId> event = {}) {
    return {wanted.name, verdict, std::move(rule), std::move(fact), std::move(remedy), event};
}

bool has(std::uint32_t flags, std::uint32_t bit) { return (flags & bit) != 0; }

Refusal check_schema_version(const Template& wanted) {  // E1
    // A version that nobody knows is a fault of the template, said when all else would let it in.
    if (wanted.schema_version != 1) {
        return {};
    }
    return refuse(wanted, Verdict::not_autoenrollable, "E1",
                  "schema version 1, and only version 2 and later can be autoenrolled",
                  "duplicate the template as version 2 or later");
}

Refusal check_flag(const Template& wanted) {  // E2
    if (has(wanted.enrollment_flags, enrollment_flag::kAutoEnrollment)) {
        return {};
    }
    return refuse(wanted, Verdict::not_autoenrollable, "E2",
                  "msPKI-Enrollment-Flag lacks AUTO_ENROLLMENT (0x20)");
}

Refusal check_rights(const Template& wanted, const SecurityDescriptor& object,
                     const SidSet& account) {  // E3
    const auto lacks = [&](Right right, Verdict verdict) -> Refusal {
        AccessAnswer answer = check_access(object, right, account);
        if (answer.granted) {
            return {};
        }
        return refuse(wanted, verdict, "E3", std::move(answer.reason),
                      answer.denied ? "remove that entry, or the account from the group it names"
                                    : "grant " + std::string(to_string(right)) +
                                          " on the template to a group of this account");
    };
    if (auto refusal = lacks(Right::enroll, Verdict::no_enroll_right)) {
        return refusal;
    }
    return lacks(Right::autoenroll, Verdict::no_autoenroll_right);
}

Refusal check_context(const Template& wanted, Scope scope) {  // E4
    const bool for_machines = has(wanted.general_flags, general_flag::kMachineType);
    if (for_machines == (scope == Scope::machine)) {
        return {};
    }
    return refuse(
        wanted, Verdict::wrong_context, "E4",
        for_machines ? "a machine template in a user pulse" : "a user template in a machine pulse",
        {}, for_machines ? EventId::ce_machine_only : EventId::ce_user_only);
}

Refusal check_ca_type(const Template& wanted) {  // E5
    if (!has(wanted.general_flags, general_flag::kIsCa | general_flag::kIsCrossCa)) {
        return {};
    }
    return refuse(wanted, Verdict::not_autoenrollable, "E5", "it makes certification authorities");
}

Refusal check_signatures(const Template& wanted) {  // E6
    if (wanted.ra_signatures == 0) {
        return {};
    }
    if (wanted.ra_signatures == 1) {
        return refuse(wanted, Verdict::unavailable, "E6",
                      "one authorized signature is required; this build does not sign a request "
                      "with a certificate that the account holds",
                      {}, EventId::ce_signature_requirement);
    }
    return refuse(wanted, Verdict::not_autoenrollable, "E6",
                  std::to_string(wanted.ra_signatures) +
                      " authorized signatures are required, and at most one can be given",
                  "require at most one signature on the template's issuance tab",
                  EventId::ce_signature_requirement);
}

Refusal check_names(const Template& wanted) {  // E7
    if (!has(wanted.name_flags,
             name_flag::kEnrolleeSuppliesSubject | name_flag::kEnrolleeSuppliesAltName)) {
        return {};
    }
    return refuse(wanted, Verdict::not_autoenrollable, "E7",
                  "the subject is to be supplied in the request, and nobody can be asked",
                  "let the template build the subject from the directory");
}

struct Unsupported {
    std::uint32_t private_key_flag;
    std::string_view fact;
};
constexpr Unsupported kUnsupported[] = {
    {private_key_flag::kHelloLogonKey, "it is for Windows Hello logon keys"},
    {private_key_flag::kRequireArchival,
     "it requires private-key archival, which this build does not do"},
    {private_key_flag::kAttestRequired,
     "it requires key attestation, which this build does not do"},
    {private_key_flag::kAlternateSignatureAlgorithm,
     "it requires the alternate signature format, which this build does not make"},
};

Refusal check_cryptography(const Template& wanted) {  // E8
    using namespace private_key_flag;
    const std::uint32_t asked = wanted.private_key_flags & kClientVersionMask;
    if (asked > (kClientVersion << kClientVersionShift)) {
        return refuse(wanted, Verdict::not_supported, "E8",
                      "it asks for client version " + std::to_string(asked >> kClientVersionShift) +
                          ", this client has " + std::to_string(kClientVersion),
                      "lower the certificate recipient on the template's compatibility tab");
    }
    for (const Unsupported& entry : kUnsupported) {
        if (has(wanted.private_key_flags, entry.private_key_flag)) {
            return refuse(wanted, Verdict::not_supported, "E8", std::string(entry.fact));
        }
    }
    const auto choice = choose_key(wanted);
    if (const auto* refusal = std::get_if<KeyRefusal>(&choice)) {
        return refuse(wanted, Verdict::not_supported, "E8", refusal->reason,
                      "choose another key on the template's cryptography tab",
                      refusal->obstacle == KeyObstacle::provider ? EventId::ce_provider_missing
                                                                 : EventId::ce_algorithm_missing);
    }
    return {};
}

Refusal check_interaction(const Template& wanted, Scope scope) {  // E9, R-UI1, R-UI2
    if (!has(wanted.enrollment_flags, enrollment_flag::kUserInteractionRequired)) {
        return {};
    }
    if (scope == Scope::machine) {
        return refuse(wanted, Verdict::not_autoenrollable, "E9",
                      "it needs a person's part, and a machine has nobody to ask",
                      "clear the prompt on the template's request handling tab",
                      EventId::ce_needs_interaction);
    }
    return refuse(wanted, Verdict::unavailable, "R-UI1",
                  "it needs the user's part; this build does not ask the user");
}

std::string listed(const std::vector<const EnrollmentService*>& services) {
    std::vector<std::string> names;
    for (const EnrollmentService* service : services) {
        names.push_back(service->ref().config());
    }
    return join(names, ", ");
}

Refusal check_offer(const Template& wanted, const CaOffer& offer) {  // E10, S12
    if (!offer.open.empty()) {
        return {};
    }
    const bool unlisted = offer.closed.empty();
    return refuse(wanted, Verdict::not_offered, "E10",
                  unlisted ? "no enrollment service lists it" : join(offer.closed, "; "),
                  unlisted ? "publish the template on a CA"
                           : "correct the CA's enrollment service object as named",
                  EventId::ce_no_ca_issues);
}

template <class... Checks>
Refusal first_refusal(const Checks&... checks) {
    Refusal refusal;
    static_cast<void>((... || (refusal = checks()).has_value()));
    return refusal;
}

Candidacy judge(const Template& wanted, Scope scope, const SidSet& account,
                const std::vector<EnrollmentService>& services) {
    if (!wanted.security_descriptor) {
        return {refuse(wanted, Verdict::not_readable, "S1",
                       "the directory returned no security descriptor",
                       "grant Read on the template to a group of this account")};
    }
    const auto object = parse_security_descriptor(*wanted.security_descriptor);
    if (!object) {
        return {refuse(wanted, Verdict::not_readable, "S1", object.error().context,
                       "write the template's security anew", EventId::ce_template_unreadable)};
    }
    if (AccessAnswer read = check_access(*object, Right::read, account); !read.granted) {
        return {refuse(wanted, Verdict::not_readable, "E3", std::move(read.reason),
                       "grant Read on the template to a group of this account")};
    }
    const CaOffer offer = cas_offering(wanted, services, account);
    Refusal refusal = first_refusal(
        [&] { return check_schema_version(wanted); }, [&] { return check_flag(wanted); },
        [&] { return check_rights(wanted, *object, account); },
        [&] { return check_context(wanted, scope); }, [&] { return check_ca_type(wanted); },
        [&] { return check_signatures(wanted); }, [&] { return check_names(wanted); },
        [&] { return check_cryptography(wanted); },
        [&] { return check_interaction(wanted, scope); },
        [&] { return check_offer(wanted, offer); });
    if (refusal) {
        return {std::move(refusal)};
    }
    return {{},
            check_access(*object, Right::autoenroll, account).reason + "; offered by " +
                listed(offer.open)};
}

}  // namespace

Candidacy judge_candidate(const Template& wanted, Scope scope, const SidSet& account,
                          const std::vector<EnrollmentService>& services) {
    Candidacy candidacy = judge(wanted, scope, account, services);
    if (wanted.fault.empty()) {
        return candidacy;
    }
    // What could not be read may matter more than what was: say it whatever else is wrong.
    if (candidacy.refusal) {
        candidacy.refusal->fact += "; besides, " + wanted.fault;
    } else {
        candidacy.refusal =
            refuse(wanted, Verdict::not_understood, "F1", wanted.fault,
                   "correct that attribute of the template", EventId::ce_template_unreadable);
    }
    return candidacy;
}

}  // namespace ae::engine
