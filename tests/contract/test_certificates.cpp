#include "tests/contract/test_certificates.h"

#include "engine/base/der.h"

#include <cstdio>
#include <stdexcept>

namespace ae::test {
namespace {

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

Bytes extension(std::string_view oid, bool critical, ByteView value) {
    return critical ? der::sequence({der::oid(oid), der::boolean_true(), der::octet_string(value)})
                    : der::sequence({der::oid(oid), der::octet_string(value)});
}

}  // namespace

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

Bytes make_certificate(const CertificateSpec& spec, engine::PrivateKey& issuer_key) {
    // ecdsa-with-SHA256 (RFC 5758 3.2), sha256WithRSAEncryption (RFC 4055 5)
    const Bytes algorithm = issuer_key.algorithm() == engine::KeyAlgorithm::rsa
                                ? der::sequence({der::oid("1.2.840.113549.1.1.11"), der::null()})
                                : der::sequence({der::oid("1.2.840.10045.4.3.2")});
    const bool authority = spec.role == Role::authority;
    Bytes extensions = extension(
        "2.5.29.19", true, authority ? der::sequence({der::boolean_true()}) : der::sequence({}));
    if (!spec.critical_extension.empty()) {
        const Bytes more = extension(spec.critical_extension, true, der::null());
        extensions.insert(extensions.end(), more.begin(), more.end());
    }
    const Bytes to_be_signed =
        der::sequence({der::write(der::context_constructed(0), der::integer(2)),
                       der::integer(spec.serial), algorithm, common_name(spec.issuer),
                       der::sequence({utc_time(spec.not_before), utc_time(spec.not_after)}),
                       common_name(spec.subject), spec.public_key_info,
                       der::write(der::context_constructed(3), der::sequence({extensions}))});
    const Result<Bytes> signature = issuer_key.sign(engine::HashAlgorithm::sha256, to_be_signed);
    if (!signature) {
        throw std::runtime_error(signature.error().sentence());
    }
    return der::sequence({to_be_signed, algorithm, der::bit_string(*signature)});
}

}  // namespace ae::test
