#include "engine/candidate_checks.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/key_choice.h"

#include <algorithm>
#include <variant>

namespace ae::engine {
namespace {

bool has(std::uint32_t flags, std::uint32_t bit) { return (flags & bit) != 0; }

bool contains_all(const std::vector<std::string>& have, const std::vector<std::string>& wanted) {
    return std::ranges::all_of(
        wanted, [&](const std::string& one) { return std::ranges::find(have, one) != have.end(); });
}

// [MS-CRTD] 2.22, 2.23: application policies stand among the usages, issuance policies among the
// certificate policies.
const HeldCertificate* find_signer(const Template& wanted, const Applicant& applicant) {
    const auto fits = [&](const HeldCertificate* held) {
        return contains_all(held->facts.extended_key_usages, wanted.ra_application_policies) &&
               contains_all(held->facts.certificate_policies, wanted.ra_policies);
    };
    const auto at = std::ranges::find_if(applicant.signers, fits);
    return at == applicant.signers.end() ? nullptr : *at;
}

bool asks_for_names(const Template& wanted) {
    return has(wanted.name_flags,
               name_flag::kEnrolleeSuppliesSubject | name_flag::kEnrolleeSuppliesAltName);
}

struct Special {
    std::uint32_t private_key_flag;
    bool Abilities::*ability;  // nullptr: never [P]
    std::string_view fact;
};
constexpr Special kSpecials[] = {
    {private_key_flag::kHelloLogonKey, nullptr, "it is for Windows Hello logon keys"},
    {private_key_flag::kStrongKeyProtection, nullptr,
     "it requires a question to the user at each use of the key, which this client's keys do not "
     "ask"},
    {private_key_flag::kRequireArchival, &Abilities::archival,
     "it requires private-key archival, which this client cannot do"},
    {private_key_flag::kAttestRequired, &Abilities::attestation,
     "it requires key attestation, which this client cannot do"},
    {private_key_flag::kAlternateSignatureAlgorithm, &Abilities::alternate_signature,
     "it requires the alternate signature format, which this client cannot make"},
};

}  // namespace

bool carries_names_over(const Template& wanted) {
    return asks_for_names(wanted) &&
           has(wanted.name_flags, name_flag::kOldCertificateSuppliesNames);
}

Objection check_descriptor(const Template& wanted, SecurityDescriptor& object) {
    if (!wanted.security_descriptor) {
        return about_template(wanted.name, Verdict::not_readable, "S1",
                              "the directory returned no security descriptor",
                              "grant Read on the template to a group of this account");
    }
    auto parsed = parse_security_descriptor(*wanted.security_descriptor);
    if (!parsed) {
        return about_template(wanted.name, Verdict::not_readable, "S1", parsed.error().context,
                              "write the template's security anew",
                              EventId::ce_template_unreadable);
    }
    object = std::move(*parsed);
    return {};
}

Objection check_schema_version(const Template& wanted) {  // E1
    // A version that nobody knows is a fault of the template, said when all else would let it in.
    if (wanted.schema_version != 1) {
        return {};
    }
    return about_template(wanted.name, Verdict::not_autoenrollable, "E1",
                          "schema version 1, and only version 2 and later can be autoenrolled",
                          "duplicate the template as version 2 or later");
}

Objection check_flag(const Template& wanted) {  // E2
    if (has(wanted.enrollment_flags, enrollment_flag::kAutoEnrollment)) {
        return {};
    }
    return about_template(wanted.name, Verdict::not_autoenrollable, "E2",
                          "msPKI-Enrollment-Flag lacks AUTO_ENROLLMENT (0x20)");
}

Objection check_right(const Template& wanted, const SecurityDescriptor& object,
                      const SidSet& account, Right right, Verdict verdict) {
    AccessAnswer answer = check_access(object, right, account);
    if (answer.granted) {
        return {};
    }
    return about_template(wanted.name, verdict, "E3", std::move(answer.reason),
                          answer.denied
                              ? "remove that entry, or the account from the group it names"
                              : "grant " + std::string(to_string(right)) +
                                    " on the template to a group of this account");
}

Objection check_enroll(const Template& wanted, const SecurityDescriptor& object,
                       const SidSet& account) {
    Objection refusal =
        check_right(wanted, object, account, Right::enroll, Verdict::no_enroll_right);
    if (refusal && check_access(object, Right::autoenroll, account).granted) {
        refusal->event = EventId::ce_access_denied;
    }
    return refusal;
}

Objection check_context(const Template& wanted, Scope scope) {  // E4
    const bool for_machines = has(wanted.general_flags, general_flag::kMachineType);
    if (for_machines == (scope == Scope::machine)) {
        return {};
    }
    return about_template(
        wanted.name, Verdict::wrong_context, "E4",
        for_machines ? "a machine template in a user pulse" : "a user template in a machine pulse",
        {}, for_machines ? EventId::ce_machine_only : EventId::ce_user_only);
}

Objection check_ca_type(const Template& wanted) {  // E5
    if (!has(wanted.general_flags, general_flag::kIsCa | general_flag::kIsCrossCa)) {
        return {};
    }
    return about_template(wanted.name, Verdict::not_autoenrollable, "E5",
                          "it makes certification authorities");
}

Objection check_signatures(const Template& wanted, const Applicant& applicant,
                           const HeldCertificate*& signer) {  // E6
    if (wanted.ra_signatures == 0) {
        return {};
    }
    const auto unmet = [&](Verdict verdict, std::string fact, std::string remedy) {
        return about_template(wanted.name, verdict, "E6", std::move(fact), std::move(remedy),
                              EventId::ce_signature_requirement);
    };
    if (wanted.ra_signatures > 1) {
        return unmet(Verdict::not_autoenrollable,
                     std::to_string(wanted.ra_signatures) +
                         " authorized signatures are required, and at most one can be given",
                     "require at most one signature on the template's issuance tab");
    }
    signer = find_signer(wanted, applicant);
    if (signer == nullptr) {
        return unmet(Verdict::not_autoenrollable,
                     "one authorized signature is required, and no valid certificate of MY has "
                     "the policies for it",
                     "enroll for the certificate that is to sign first");
    }
    if (!applicant.world.abilities.signing) {
        return unmet(Verdict::not_supported,
                     "one authorized signature is required, and this client cannot sign a request "
                     "with a certificate that the account holds",
                     {});
    }
    return {};
}

// The predecessor's signature counts for the CA only where the template says so.
Objection check_renewal_signatures(const Template& wanted) {
    if (wanted.ra_signatures == 0 ||
        has(wanted.enrollment_flags, enrollment_flag::kPreviousApproval)) {
        return {};
    }
    return about_template(
        wanted.name, Verdict::not_autoenrollable, "E6",
        "a renewal needs " + std::to_string(wanted.ra_signatures) +
            " authorized signatures anew, because the template does not accept the "
            "existing certificate as approval",
        "select \"Valid existing certificate\" on the template's issuance tab",
        EventId::ce_signature_requirement);
}

Objection check_names(const Template& wanted) {  // E7
    if (!asks_for_names(wanted)) {
        return {};
    }
    return about_template(wanted.name, Verdict::not_autoenrollable, "E7",
                          "the subject is to be supplied in the request, and nobody can be asked",
                          "let the template build the subject from the directory");
}

Objection check_renewal_names(const Template& wanted) {  // E7, second half
    if (!asks_for_names(wanted) || carries_names_over(wanted)) {
        return {};
    }
    return about_template(
        wanted.name, Verdict::not_autoenrollable, "E7",
        "the subject is to be supplied in the request, also for a renewal",
        "select \"Use subject information from existing certificates\" on the template's "
        "subject name tab");
}

Objection check_cryptography(const Template& wanted, const Abilities& abilities) {  // E8
    using namespace private_key_flag;
    const std::uint32_t asked = wanted.private_key_flags & kClientVersionMask;
    if (asked > (kClientVersion << kClientVersionShift)) {
        return about_template(
            wanted.name, Verdict::not_supported, "E8",
            "it asks for client version " + std::to_string(asked >> kClientVersionShift) +
                ", this client has " + std::to_string(kClientVersion),
            "lower the certificate recipient on the template's compatibility tab");
    }
    for (const Special& entry : kSpecials) {
        const bool able = entry.ability != nullptr && abilities.*entry.ability;
        if (has(wanted.private_key_flags, entry.private_key_flag) && !able) {
            return about_template(wanted.name, Verdict::not_supported, "E8",
                                  std::string(entry.fact));
        }
    }
    const auto choice = choose_key(wanted, abilities.providers);
    if (const auto* refusal = std::get_if<KeyRefusal>(&choice)) {
        return about_template(wanted.name, Verdict::not_supported, "E8", refusal->reason,
                              "choose another key on the template's cryptography tab",
                              refusal->obstacle == KeyObstacle::provider
                                  ? EventId::ce_provider_missing
                                  : EventId::ce_algorithm_missing);
    }
    return {};
}

Objection check_interaction(const Template& wanted, Scope scope) {  // E9, R-UI2
    if (scope == Scope::user ||
        !has(wanted.enrollment_flags, enrollment_flag::kUserInteractionRequired)) {
        return {};
    }
    return about_template(wanted.name, Verdict::not_autoenrollable, "E9",
                          "it needs a person's part, and a machine has nobody to ask",
                          "clear the prompt on the template's request handling tab",
                          EventId::ce_needs_interaction);
}

std::string listed(const std::vector<const EnrollmentService*>& services) {
    std::vector<std::string> names;
    for (const EnrollmentService* service : services) {
        names.push_back(service->ref().config());
    }
    return join(names, ", ");
}

Objection check_offer(const Template& wanted, const CaOffer& offer) {  // E10, S12
    if (!offer.open.empty()) {
        return {};
    }
    const bool unlisted = offer.closed.empty();
    return about_template(wanted.name, Verdict::not_offered, "E10",
                          unlisted ? "no enrollment service lists it" : join(offer.closed, "; "),
                          unlisted ? "publish the template on a CA"
                                   : "correct the CA's enrollment service object as named",
                          EventId::ce_no_ca_issues);
}

}  // namespace ae::engine
