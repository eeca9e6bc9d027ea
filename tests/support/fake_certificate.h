// Makes X.509 certificates out of a few facts, with signatures that only FakeCrypto (fake_crypto.h)
// believes in.  Portable: no cryptographic library.
#pragma once

#include "engine/base/der.h"
#include "engine/certificate.h"
#include "tests/support/fake_crypto.h"

#include <string>
#include <vector>

namespace ae::test {

struct CertificateSpec {
    std::string subject = "ws1.corp.example.test";
    std::string issuer = "Corp Issuing CA 1";
    Bytes subject_key{};  // SubjectPublicKeyInfo
    Bytes issuer_key{};
    Time not_before{};
    Time not_after{};
    std::string template_oid{};  // empty: no 21.7
    std::int64_t template_major = 100;
    std::string template_name{};  // empty: no 20.2
    std::vector<std::string> dns_names{};
    Bytes key_usage{};
    bool is_ca = false;
    std::string signature_oid = "1.2.840.113549.1.1.11";
    std::int64_t serial = 7;
    std::vector<std::string> usages{};  // extended key usage
};

namespace detail {

inline Bytes name(const std::string& common_name) {
    using namespace der;
    return sequence({set_of({sequence({oid("2.5.4.3"), utf8_string(common_name)})})});
}

inline Bytes generalized_time(Time time) {
    std::string text;
    for (const char c : ae::to_string(time)) {  // 2026-11-21T04:32:01Z without its marks
        if (c != '-' && c != ':' && c != 'T') {
            text += c;
        }
    }
    // RFC 5280 4.1.2.5: UTCTime until 2049.
    return text < "2050"
               ? der::write(der::Tag::utc_time, as_bytes(std::string_view(text).substr(2)))
               : der::write(der::Tag::generalized_time, as_bytes(text));
}

inline Bytes extension(const char* id, const Bytes& value) {
    return der::sequence({der::oid(id), der::octet_string(value)});
}

}  // namespace detail

inline Bytes make_certificate(const CertificateSpec& spec) {
    using namespace der;
    Bytes extensions;
    const auto add = [&](const Bytes& one) {
        extensions.insert(extensions.end(), one.begin(), one.end());
    };
    if (!spec.template_oid.empty()) {
        add(detail::extension(
            "1.3.6.1.4.1.311.21.7",
            sequence({oid(spec.template_oid), integer(spec.template_major), integer(0)})));
    }
    if (!spec.template_name.empty()) {
        add(detail::extension("1.3.6.1.4.1.311.20.2", bmp_string(spec.template_name)));
    }
    if (!spec.dns_names.empty()) {
        Bytes names;
        for (const std::string& one : spec.dns_names) {
            const Bytes element = write(context(2), as_bytes(one));
            names.insert(names.end(), element.begin(), element.end());
        }
        add(detail::extension("2.5.29.17", write(Tag::sequence, names)));
    }
    if (!spec.key_usage.empty()) {
        add(detail::extension("2.5.29.15", bit_string(spec.key_usage)));
    }
    if (!spec.usages.empty()) {
        Bytes oids;
        for (const std::string& one : spec.usages) {
            const Bytes element = oid(one);
            oids.insert(oids.end(), element.begin(), element.end());
        }
        add(detail::extension("2.5.29.37", write(Tag::sequence, oids)));
    }
    if (spec.is_ca) {
        add(detail::extension("2.5.29.19", sequence({boolean_true()})));
    }
    const Bytes algorithm = sequence({oid(spec.signature_oid), null()});
    const Bytes dates = sequence(
        {detail::generalized_time(spec.not_before), detail::generalized_time(spec.not_after)});
    const Bytes version = write(context_constructed(0), integer(2));
    const Bytes tail = extensions.empty()
                           ? Bytes{}
                           : write(context_constructed(3), write(Tag::sequence, extensions));
    const Bytes body =
        sequence({version, integer(spec.serial), algorithm, detail::name(spec.issuer), dates,
                  detail::name(spec.subject), spec.subject_key, tail});
    const Bytes signature = fake_signature(spec.issuer_key, engine::HashAlgorithm::sha256, body);
    return sequence({body, algorithm, bit_string(signature)});
}

inline engine::CertificateFacts facts_of(const Bytes& certificate) {
    return engine::parse_certificate(certificate).value();
}

}  // namespace ae::test
