#include "tests/contract/test_certificates.h"

#include "engine/base/der.h"

#include <cstdio>
#include <stdexcept>

namespace ae::test {
Bytes common_name(const std::string& text) {
    return der::sequence(
        {der::set_of({der::sequence({der::oid("2.5.4.3"), der::utf8_string(text)})})});
}

Bytes utc_time(Time time) {
    const CivilTime parts = civil(time);
    char text[16] = {};
    std::snprintf(text, sizeof text, "%02d%02u%02u%02u%02u%02uZ", parts.year % 100, parts.month,
                  parts.day, parts.hour, parts.minute, parts.second);
    return der::write(der::Tag::utc_time, as_bytes(text));
}

Bytes extension(std::string_view oid, Criticality criticality, ByteView value) {
    return criticality == Criticality::critical
               ? der::sequence({der::oid(oid), der::boolean_true(), der::octet_string(value)})
               : der::sequence({der::oid(oid), der::octet_string(value)});
}

Bytes joined(const std::vector<Bytes>& parts) {
    Bytes all;
    for (const Bytes& part : parts) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

Bytes signature_algorithm(const engine::PrivateKey& key) {
    // ecdsa-with-SHA256 (RFC 5758 3.2), sha256WithRSAEncryption (RFC 4055 5)
    return key.algorithm() == engine::KeyAlgorithm::rsa
               ? der::sequence({der::oid("1.2.840.113549.1.1.11"), der::null()})
               : der::sequence({der::oid("1.2.840.10045.4.3.2")});
}

std::vector<Bytes> signed_parts(const Bytes& body, engine::PrivateKey& key) {
    const Result<Bytes> signature = key.sign(engine::HashAlgorithm::sha256, body);
    if (!signature) {
        throw std::runtime_error(signature.error().sentence());
    }
    return {body, signature_algorithm(key), der::bit_string(*signature)};
}

Bytes make_certificate(const CertificateSpec& spec, engine::PrivateKey& issuer_key) {
    const bool authority = spec.role == Role::authority;
    Bytes extensions =
        extension("2.5.29.19", Criticality::critical,
                  authority ? der::sequence({der::boolean_true()}) : der::sequence({}));
    const auto add = [&](const Bytes& more) {
        extensions.insert(extensions.end(), more.begin(), more.end());
    };
    if (!spec.critical_extension.empty()) {
        add(extension(spec.critical_extension, Criticality::critical, der::null()));
    }
    add(joined(spec.extensions));
    const Bytes to_be_signed = der::sequence(
        {der::write(der::context_constructed(0), der::integer(2)), der::integer(spec.serial),
         signature_algorithm(issuer_key), common_name(spec.issuer),
         der::sequence({utc_time(spec.not_before), utc_time(spec.not_after)}),
         common_name(spec.subject), spec.public_key_info,
         der::write(der::context_constructed(3), der::sequence({extensions}))});
    return der::write(der::Tag::sequence, joined(signed_parts(to_be_signed, issuer_key)));
}

}  // namespace ae::test
