#include "tests/lab/ca/renewal.h"

#include "tests/lab/ca/certificate_builder.h"
#include "tests/lab/ca/pkcs10.h"
#include "tests/lab/ca/subject_names.h"

#include <algorithm>

#include <openssl/x509v3.h>

namespace ae::labca {
namespace {

constexpr std::uint32_t kInvalidCaCertificate = 0x80094005;
constexpr std::uint32_t kExpired = 0x800B0101;
constexpr std::uint32_t kBadRenewalSubject = 0x80094806;
constexpr std::uint32_t kTemplateConflict = 0x80094802;
constexpr std::uint32_t kBadPublicKey = 0x80094816;

// The extensions of a finished certificate, in the form requests have them.
CertificateRequest as_request(X509* certificate) {
    CertificateRequest out;
    for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
        X509_EXTENSION* extension = X509_get_ext(certificate, i);
        std::array<char, 128> oid_buffer{};
        OBJ_obj2txt(oid_buffer.data(), static_cast<int>(oid_buffer.size()),
                    X509_EXTENSION_get_object(extension), 1);
        const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
        const unsigned char* data = ASN1_STRING_get0_data(value);
        out.extensions.push_back({oid_buffer.data(), X509_EXTENSION_get_critical(extension) != 0,
                                  Bytes(data, data + ASN1_STRING_length(value))});
    }
    return out;
}

Bytes subject_of(X509* certificate) {
    X509_NAME* name = X509_get_subject_name(certificate);
    Bytes out(static_cast<std::size_t>(i2d_X509_NAME(name, nullptr)));
    unsigned char* at = out.data();
    i2d_X509_NAME(name, &at);
    return out;
}

bool signed_by(X509* certificate, const CaIdentity& ca) {
    return X509_verify(certificate, X509_get0_pubkey(ca.certificate.get())) == 1;
}

// [MS-WCCE] 3.2.2.6.2.1.4.8: the old names that bind it to the account: UPN or e-mail, each that is
// there has to be the account's.
bool names_match_account(const CertificateRequest& old, const Account& account) {
    const RequestExtension* san = old.extension(oid::kSubjectAltName);
    if (san == nullptr) {
        return false;
    }
    bool any = false;
    for (DerReader names = DerReader(san->value).inside(tag::kSequence); !names.done();) {
        const Tlv name = names.next();
        if (name.tag == tag::context_primitive(1)) {
            const std::string mail(name.content.begin(), name.content.end());
            if (!equal_ignoring_case(mail, account.mail)) {
                return false;
            }
            any = true;
        } else if (name.tag == tag::context(0)) {
            DerReader other(name.content);
            if (other.oid() == "1.3.6.1.4.1.311.20.2.3") {
                const std::string upn = der_text(other.inside(tag::context(0)).next());
                if (!equal_ignoring_case(upn, account_principal_name(account))) {
                    return false;
                }
                any = true;
            }
        }
    }
    return any;
}

std::vector<std::string> usages_of(X509* certificate) {
    std::vector<std::string> out;
    const CertificateRequest fields = as_request(certificate);
    if (const RequestExtension* eku = fields.extension(oid::kExtendedKeyUsage)) {
        for (DerReader list = DerReader(eku->value).inside(tag::kSequence); !list.done();) {
            out.push_back(list.oid());
        }
    }
    return out;
}

}  // namespace

void check_renewal(const CertificateRequest& request, const Template& t, const Account& account,
                   const CaIdentity& ca, const std::optional<std::string>& old_requester_sid,
                   std::time_t now) {
    const UniqueX509 old = parse_certificate(*request.renewal_certificate);
    if (!signed_by(old.get(), ca)) {
        refuse(kInvalidCaCertificate, "the certificate to renew is not of this CA");
    }
    if (time_of(X509_get0_notAfter(old.get())) <= now) {
        refuse(kExpired, "the certificate to renew has expired");
    }
    if (old_requester_sid && *old_requester_sid != account.sid) {
        refuse(kBadRenewalSubject, "the caller is not the subject of the old certificate");
    }
    const CertificateRequest fields = as_request(old.get());
    const auto version = fields.template_version();
    const auto name = fields.template_name();
    const bool same = version ? version->oid == t.oid : name && equal_ignoring_case(*name, t.name);
    if (!same) {
        refuse(kTemplateConflict, "the old certificate is of another template");
    }
    if ((t.key_flags & key_flag::kSameKeyRenewal) != 0 &&
        spki_of(X509_get0_pubkey(old.get())) != request.spki) {
        refuse(kBadPublicKey, "the template demands renewal with the same key");
    }
}

bool previous_approval_counts(const CertificateRequest& request, const Template& t,
                              const Account& account) {
    if (!request.renewal_certificate ||
        (t.enrollment_flags & enrollment_flag::kPreviousApproval) == 0) {
        return false;
    }
    const UniqueX509 old = parse_certificate(*request.renewal_certificate);
    const CertificateRequest fields = as_request(old.get());
    const auto version = fields.template_version();
    if (!version || version->oid != t.oid) {
        return false;
    }
    if ((t.name_flags & name_flag::kEnrolleeSupplies) != 0) {
        return request.subject == subject_of(old.get());
    }
    return names_match_account(fields, account);
}

void check_authority_signatures(const CertificateRequest& request, const Template& t,
                                const CaIdentity& ca) {
    if (t.authority_signatures == 0) {
        return;
    }
    const std::size_t given = request.authority_certificates.size();
    if (given == 0) {
        refuse(0x80094809, "the template needs authority signatures, the request has none");
    }
    if (given < t.authority_signatures) {
        refuse(0x8009480A, "the request has too few authority signatures");
    }
    for (const Bytes& der : request.authority_certificates) {
        const UniqueX509 certificate = parse_certificate(der);
        const auto usages = usages_of(certificate.get());
        const bool fits = std::all_of(
            t.authority_policies.begin(), t.authority_policies.end(), [&](const auto& wanted) {
                return std::find(usages.begin(), usages.end(), wanted) != usages.end();
            });
        if (!fits || !signed_by(certificate.get(), ca)) {
            refuse(0x8009480B, "an authority certificate lacks the needed application policy");
        }
    }
}

}  // namespace ae::labca
