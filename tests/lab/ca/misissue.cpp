#include "tests/lab/ca/misissue.h"

#include <iterator>
#include <sstream>

namespace ae::labca {
namespace {

constexpr std::time_t kDay = 24 * 60 * 60;
constexpr std::time_t kSkew = 10 * 60;
constexpr std::array<std::uint8_t, 1> kCaUsage{0x06};  // keyCertSign, cRLSign

Bytes subject_of(const X509* certificate) {
    const X509_NAME* name = X509_get_subject_name(certificate);
    Bytes out(static_cast<std::size_t>(i2d_X509_NAME(name, nullptr)));
    unsigned char* at = out.data();
    i2d_X509_NAME(name, &at);
    return out;
}

CertificatePlan ca_plan(Bytes subject, EVP_PKEY* key) {
    CertificatePlan plan;
    plan.subject = std::move(subject);
    plan.spki = spki_of(key);
    plan.not_before = std::time(nullptr) - kSkew;
    plan.not_after = plan.not_before + 3650 * kDay;
    plan.extensions = {basic_constraints(true, std::nullopt), key_usage(kCaUsage),
                       subject_key_id(plan.spki)};
    return plan;
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

// Where it is told whether the certificate is revoked, as a test wants it.
void change_revocation_places(CertificatePlan& plan, const Faults& faults, const CaIdentity& ca) {
    if (faults.cdp) {
        std::erase_if(plan.extensions,
                      [](const RequestExtension& one) { return one.oid == oid::kCdp; });
        if (*faults.cdp != "none") {
            plan.extensions.push_back(distribution_point(words_of(*faults.cdp)));
        }
    }
    if (faults.ocsp) {
        std::erase_if(plan.extensions,
                      [](const RequestExtension& one) { return one.oid == oid::kAuthorityInfo; });
        plan.extensions.push_back(authority_info({ca.aia_url}, words_of(*faults.ocsp)));
    }
}

}  // namespace

UniqueX509 unknown_root() {
    const UniqueKey key = make_key(KeyKind::ec256);
    return build_certificate(ca_plan(make_name({{"2.5.4.3", "Uninvited Root"}}), key.get()),
                             nullptr, key.get());
}

StrangeCa make_strange_ca(X509* model) {
    const UniqueKey root_key = make_key(KeyKind::ec256);
    StrangeCa stranger;
    stranger.key = make_key(KeyKind::ec256);
    stranger.root =
        build_certificate(ca_plan(make_name({{"2.5.4.3", "Unheard-of Root"}}), root_key.get()),
                          nullptr, root_key.get());
    CertificatePlan plan = ca_plan(subject_of(model), stranger.key.get());
    plan.extensions.push_back(authority_key_id(stranger.root.get()));
    stranger.certificate = build_certificate(plan, stranger.root.get(), root_key.get());
    return stranger;
}

UniqueX509 issued_by_stranger(CertificatePlan plan, const StrangeCa& stranger) {
    for (RequestExtension& extension : plan.extensions) {
        if (extension.oid == oid::kAuthorityKeyId) {
            extension = authority_key_id(stranger.certificate.get());
        }
    }
    return build_certificate(plan, stranger.certificate.get(), stranger.key.get());
}

CertificatePlan spoiled(CertificatePlan plan, const Faults& faults, const CaIdentity& ca) {
    change_revocation_places(plan, faults, ca);
    if (faults.issue_other_key) {
        plan.spki = spki_of(make_key(KeyKind::rsa2048).get());
    }
    if (faults.wrong_template) {
        for (RequestExtension& extension : plan.extensions) {
            if (extension.oid == oid::kTemplateVersion) {
                extension.value = der::sequence(der::oid("1.3.6.1.4.1.311.21.8.1.2.3.4.5.6.7"),
                                                der::integer(100), der::integer(0));
            } else if (extension.oid == oid::kTemplateName) {
                extension.value = der::text(tag::kBmp, "SomeOtherTemplate");
            }
        }
    }
    if (faults.not_yet_valid) {
        plan.not_before += kDay;
        plan.not_after += kDay;
    }
    if (faults.expired) {
        plan.not_after = plan.not_before - kDay;
        plan.not_before -= 2 * kDay;
    }
    return plan;
}

void spoil(Outcome& outcome, const Faults& faults) {
    outcome.disposition = faults.disposition.value_or(outcome.disposition);
    if (faults.no_full_response) {
        outcome.response.clear();
    }
    if (faults.no_certificate) {
        outcome.certificate.clear();
    }
    if (faults.message_length) {
        outcome.message = std::string(*faults.message_length, 'm');
    }
}

}  // namespace ae::labca
