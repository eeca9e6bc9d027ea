#include "tests/lab/ca/enrollment_policy.h"

#include "tests/lab/ca/access_check.h"
#include "tests/lab/ca/archived_key.h"
#include "tests/lab/ca/pkcs10.h"
#include "tests/lab/ca/renewal.h"
#include "tests/lab/ca/subject_names.h"

#include <algorithm>

namespace ae::labca {
namespace {

constexpr std::time_t kSkew = 10 * 60;

bool offered(const PolicyInput& in) {
    return std::any_of(in.offered.begin(), in.offered.end(), [&in](const std::string& name) {
        return equal_ignoring_case(name, in.chosen.name);
    });
}

void check_access(const PolicyInput& in) {
    const Template& t = in.chosen;
    if (!t.security_descriptor) {
        refuse(0x80094800, "the CA cannot read the security of template " + t.name);
    }
    const auto sids = token_sids(in.caller.sids, in.caller.account_control);
    if (sids.empty() ||
        check_extended_right(*t.security_descriptor, kEnrollRight, sids) == Access::denied) {
        refuse(0x80094012, "no Enroll right on template " + t.name);
    }
}

void check_version(const PolicyInput& in) {
    const auto version = in.request.template_version();
    const Template& t = in.chosen;
    if (version &&
        (version->major > t.major || (version->major == t.major && version->minor > t.minor))) {
        refuse(0x80094807, "the request's template version is newer than the CA's");
    }
}

void check_key(const PolicyInput& in) {
    const Template& t = in.chosen;
    EVP_PKEY* key = in.request.key.get();
    const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    const auto bits = static_cast<std::uint32_t>(EVP_PKEY_get_bits(key));
    // Only version 3 and 4 templates name an algorithm; without one it is RSA.
    const bool curve_wanted = t.key_algorithm.starts_with("EC");
    if (curve_wanted == rsa) {
        refuse(0x80094811, "the key's algorithm is not the template's");
    }
    if (bits < t.minimal_key_size) {
        refuse(0x80094811, "the key is shorter than the template's minimum");
    }
}

void check_archival(const PolicyInput& in) {
    const bool wanted = (in.chosen.key_flags & key_flag::kArchive) != 0;
    // [MS-WCCE] 3.2.2.6.2.1.4.5.7: the CA has the key of a renewal with the same key.
    const bool had_before =
        in.request.renewal_certificate && (in.chosen.key_flags & key_flag::kSameKeyRenewal) != 0;
    if (wanted && !had_before && !in.request.archived_key) {
        refuse(0x80094804, "the template needs the private key for archival");
    }
    if (!wanted && in.request.archived_key) {
        refuse(0x80094810, "the template does not archive private keys");
    }
    if (!in.request.archived_key) {
        return;
    }
    // 21.21 holds a hash of 21.13 by the hash of the request's signature; its length names which.
    const Bytes sent = in.request.archived_key_hash.value_or(Bytes{});
    const std::array<const EVP_MD*, 4> known{EVP_sha1(), EVP_sha256(), EVP_sha384(), EVP_sha512()};
    if (std::none_of(known.begin(), known.end(), [&](const EVP_MD* algorithm) {
            return digest(algorithm, *in.request.archived_key) == sent;
        })) {
        refuse(0x8009400C, "the archived key and its hash do not match");
    }
    check_archived_key(*in.request.archived_key, in.ca, in.request.key.get());
}

Bytes subject(const PolicyInput& in) {
    if ((in.chosen.name_flags & name_flag::kEnrolleeSupplies) == 0) {
        return subject_from_directory(in.chosen, in.account);
    }
    if (single_der(in.request.subject).content.empty()) {
        refuse(0x80094001, "the template wants a subject name in the request");
    }
    return in.request.subject;
}

std::optional<RequestExtension> alternative_names(const PolicyInput& in) {
    if ((in.chosen.name_flags & name_flag::kEnrolleeSupplies) == 0) {
        return alternative_names_from_directory(in.chosen, in.account);
    }
    const RequestExtension* sent = in.request.extension(oid::kSubjectAltName);
    return sent != nullptr ? std::optional(*sent) : std::nullopt;
}

RequestExtension template_extension(const Template& t) {
    if (t.schema_version < 2) {
        return {std::string(oid::kTemplateName), false, der::text(tag::kBmp, t.name)};
    }
    return {std::string(oid::kTemplateVersion), false,
            der::sequence(der::oid(t.oid), der::integer(t.major), der::integer(t.minor))};
}

void add_constraints(const Template& t, std::vector<RequestExtension>& out) {
    if ((t.flags & (template_flag::kIsCa | template_flag::kIsCrossCa)) != 0) {
        const auto depth = t.max_issuing_depth;
        out.push_back(basic_constraints(
            true, depth < 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(depth))));
    } else if ((t.enrollment_flags & enrollment_flag::kBasicConstraintsForEe) != 0) {
        out.push_back(basic_constraints(false, std::nullopt));
    }
}

std::vector<RequestExtension> extensions(const PolicyInput& in, bool empty_subject) {
    const Template& t = in.chosen;
    std::vector<RequestExtension> out{subject_key_id(in.request.spki),
                                      authority_key_id(in.ca.certificate.get())};
    if ((t.enrollment_flags & enrollment_flag::kNoRevocationInfo) == 0) {
        out.push_back(distribution_point({in.ca.cdp_url}));
        out.push_back(ca_issuers({in.ca.aia_url}));
    }
    if (!t.key_usage.empty()) {
        out.push_back(key_usage(t.key_usage));
    }
    out.push_back(template_extension(t));
    const auto& usages = t.schema_version >= 2 && !t.application_policies.empty()
                             ? t.application_policies
                             : t.extended_key_usage;
    if (!usages.empty()) {
        out.push_back(oid_sequence(oid::kExtendedKeyUsage, usages));
        if (t.schema_version >= 2) {
            out.push_back(policies(oid::kApplicationPolicies, usages));
        }
    }
    if (!t.issuance_policies.empty()) {
        out.push_back(policies(oid::kCertificatePolicies, t.issuance_policies));
    }
    if (auto names = alternative_names(in)) {
        names->critical = empty_subject;  // RFC 5280 4.2.1.6
        out.push_back(*names);
    }
    const bool supplied = (t.name_flags & name_flag::kEnrolleeSupplies) != 0;
    if ((t.enrollment_flags & enrollment_flag::kNoSecurityExtension) == 0) {
        // [MS-WCCE] 3.2.2.6.2.1.4.5.9: with a supplied subject only when the request carries it.
        const RequestExtension* sent = in.request.extension(oid::kSecurityExtension);
        if (!supplied) {
            out.push_back(security_extension(in.account.sid));
        } else if (sent != nullptr) {
            out.push_back(*sent);
        }
    }
    add_constraints(t, out);
    if ((t.enrollment_flags & enrollment_flag::kSymmetricAlgorithms) != 0) {
        if (const RequestExtension* sent = in.request.extension(oid::kSmimeCapabilities)) {
            out.push_back(*sent);
        }
    }
    for (RequestExtension& extension : out) {
        const auto& critical = t.critical_extensions;
        if (std::find(critical.begin(), critical.end(), extension.oid) != critical.end()) {
            extension.critical = true;
        }
    }
    return out;
}

}  // namespace

Template choose_template(const CertificateRequest& request,
                         const std::map<std::string, std::string>& call_attributes,
                         Directory& directory) {
    std::vector<std::optional<Template>> named;
    if (const auto version = request.template_version()) {
        named.push_back(directory.template_with_oid(version->oid));
    }
    if (const auto name = request.template_name()) {
        named.push_back(directory.template_named(*name));
    }
    for (const auto* attributes : {&request.attributes, &call_attributes}) {
        if (const auto found = attributes->find("certificatetemplate");
            found != attributes->end()) {
            named.push_back(directory.template_named(found->second));
        }
    }
    if (named.empty()) {
        refuse(0x80094801, "the request names no certificate template");
    }
    for (const auto& one : named) {
        if (!one) {
            refuse(0x80094800, "the requested template is not in the directory");
        }
        if (one->name != named.front()->name) {
            refuse(0x80094802, "the request names two different templates");
        }
    }
    return *named.front();
}

PolicyResult decide(const PolicyInput& in) {
    const Template& t = in.chosen;
    if (!offered(in)) {
        refuse(0x80094800, "template " + t.name + " is not offered by this CA");
    }
    check_access(in);
    check_version(in);
    check_key(in);
    if (in.request.renewal_certificate) {
        check_renewal(in.request, t, in.account, in.ca, in.old_requester_sid, in.now);
    }
    check_archival(in);
    const bool waived = previous_approval_counts(in.request, t, in.account);
    if (!waived) {
        check_authority_signatures(in.request, t, in.ca);
    }
    PolicyResult result;
    CertificatePlan& plan = result.plan;
    plan.subject = subject(in);
    plan.spki = in.request.spki;
    plan.extensions = extensions(in, single_der(plan.subject).content.empty());
    plan.not_before = in.now - kSkew;
    plan.not_after = std::min(plan.not_before + static_cast<std::time_t>(t.validity.count()),
                              time_of(X509_get0_notAfter(in.ca.certificate.get())));
    if (t.overlap.count() > 0 && t.overlap.count() >= plan.not_after - plan.not_before) {
        refuse(0x80094814, "the renewal overlap is not shorter than the validity");
    }
    if ((t.enrollment_flags & enrollment_flag::kPendAll) != 0 && !waived) {
        result.verdict = Verdict::pend;
    }
    return result;
}

}  // namespace ae::labca
