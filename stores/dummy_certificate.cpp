#include "stores/dummy_certificate.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "stores/key_providers.h"

#include <cstdio>

namespace ae::stores {
namespace {

constexpr std::chrono::days kLifetime{365};  // longer than any request waits (rule N5)
constexpr std::size_t kLongestName = 64;     // RFC 5280 appendix A ub-common-name

struct Algorithm {
    engine::HashAlgorithm hash;
    Bytes identifier;
};

// RFC 4055 5, RFC 5758 3.2
Algorithm algorithm_for(engine::KeyAlgorithm key) {
    using engine::HashAlgorithm;
    switch (key) {
        case engine::KeyAlgorithm::ecdsa_p256:
            return {HashAlgorithm::sha256, der::sequence({der::oid("1.2.840.10045.4.3.2")})};
        case engine::KeyAlgorithm::ecdsa_p384:
            return {HashAlgorithm::sha384, der::sequence({der::oid("1.2.840.10045.4.3.3")})};
        case engine::KeyAlgorithm::ecdsa_p521:
            return {HashAlgorithm::sha512, der::sequence({der::oid("1.2.840.10045.4.3.4")})};
        case engine::KeyAlgorithm::rsa:
            break;
    }
    return {HashAlgorithm::sha256, der::sequence({der::oid("1.2.840.113549.1.1.11"), der::null()})};
}

// RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
Bytes time_of(Time time) {
    constexpr int kFirstGeneralized = 2050;
    const CivilTime parts = civil(time);
    const bool short_year = parts.year < kFirstGeneralized;
    char text[32] = {};
    std::snprintf(text, sizeof text, "%0*d%02u%02u%02u%02u%02uZ", short_year ? 2 : 4,
                  short_year ? parts.year % 100 : parts.year, parts.month, parts.day, parts.hour,
                  parts.minute, parts.second);
    return der::write(short_year ? der::Tag::utc_time : der::Tag::generalized_time, as_bytes(text));
}

}  // namespace

Result<Bytes> make_dummy_certificate(const DummyCertificate& dummy, ProviderKey& key) {
    const auto kind = algorithm_of(key.public_key_info());
    if (!kind) {
        return fail(kNotSupported, "the key is neither RSA nor on a NIST curve");
    }
    const Algorithm algorithm = algorithm_for(*kind);
    const Bytes name = der::sequence({der::set_of({der::sequence(
        {der::oid("2.5.4.3"), der::utf8_string(dummy.common_name.substr(0, kLongestName))})})});
    const Bytes to_be_signed = der::sequence(
        {der::integer_from_unsigned(dummy.serial), algorithm.identifier, name,
         der::sequence({time_of(dummy.not_before), time_of(dummy.not_before + kLifetime)}), name,
         key.public_key_info()});
    auto signature = key.sign(algorithm.hash, to_be_signed);
    if (!signature) {
        return pass(signature, "sign the certificate that stands for the key");
    }
    return der::sequence({to_be_signed, algorithm.identifier, der::bit_string(*signature)});
}

}  // namespace ae::stores
