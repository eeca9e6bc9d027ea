#include "stores/public_key_info.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"

#include <algorithm>
#include <bit>
#include <string_view>

namespace ae::stores {
namespace {

using engine::KeyAlgorithm;

constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";
constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";
constexpr std::uint8_t kUncompressed = 0x04;  // SEC 1 2.3.3

struct Curve {
    KeyAlgorithm algorithm;
    std::string_view oid;
    std::size_t coordinate;
};
constexpr Curve kCurves[] = {
    {KeyAlgorithm::ecdsa_p256, "1.2.840.10045.3.1.7", 32},
    {KeyAlgorithm::ecdsa_p384, "1.3.132.0.34", 48},
    {KeyAlgorithm::ecdsa_p521, "1.3.132.0.35", 66},
};

const Curve* find_curve(KeyAlgorithm algorithm) {
    const auto* const found = std::ranges::find(kCurves, algorithm, &Curve::algorithm);
    return found == std::end(kCurves) ? nullptr : found;
}

// X.690 8.3.2: no octet in front that the number does not need.  The content of an INTEGER that is
// not negative, without the zero that only keeps it from being so.
std::optional<ByteView> magnitude(ByteView integer) {
    if (integer.empty() || (integer[0] & 0x80U) != 0) {
        return std::nullopt;
    }
    if (integer[0] != 0) {
        return integer;
    }
    if (integer.size() > 1 && (integer[1] & 0x80U) == 0) {
        return std::nullopt;
    }
    return integer.subspan(1);
}

Result<Bytes> positive(der::Reader& reader) {
    const auto element = reader.expect(der::Tag::integer);
    const auto number = element ? magnitude(element->content) : std::nullopt;
    if (!number || number->empty()) {
        return fail(kInvalidData, "the RSA key has a number that is not positive");
    }
    return Bytes(number->begin(), number->end());
}

Result<PublicKey> parse_rsa(ByteView key) {
    der::Reader outer(key);
    auto inner = outer.enter(der::Tag::sequence);
    if (!inner) {
        return pass(inner);
    }
    RsaPublicKey parsed;
    for (Bytes* number : {&parsed.modulus, &parsed.exponent}) {
        auto value = positive(*inner);
        if (!value) {
            return pass(value);
        }
        *number = std::move(*value);
    }
    if (!inner->finish() || !outer.finish()) {
        return fail(kInvalidData, "octets follow the RSA key");
    }
    return parsed;
}

Result<PublicKey> parse_ec(der::Reader& parameters, ByteView point) {
    const auto oid = parameters.next_oid();
    const auto* const curve = oid ? std::ranges::find(kCurves, *oid, &Curve::oid) : nullptr;
    if (curve == nullptr || curve == std::end(kCurves)) {
        return fail(kNotSupported, "the key's elliptic curve is none of P-256, P-384 and P-521");
    }
    if (!point.empty() && point[0] != kUncompressed) {
        return fail(kNotSupported, "the key's point is compressed");
    }
    if (point.size() != 1 + 2 * curve->coordinate) {
        return fail(kInvalidData, "the key's point has the wrong length");
    }
    return EcPublicKey{curve->algorithm, Bytes(point.begin() + 1, point.end())};
}

Bytes padded(ByteView number, std::size_t size) {
    Bytes octets(size - number.size());
    octets.insert(octets.end(), number.begin(), number.end());
    return octets;
}

Bytes info(Bytes algorithm, const Bytes& key) {
    return der::sequence({algorithm, der::bit_string(key)});
}

std::size_t bits_of(const RsaPublicKey& key) {
    return key.modulus.empty() ? 0
                               : (key.modulus.size() - 1) * 8 +
                                     static_cast<std::size_t>(std::bit_width(key.modulus.front()));
}

}  // namespace

Result<PublicKey> parse_public_key_info(ByteView der) {
    der::Reader whole(der);
    auto info = whole.enter(der::Tag::sequence);
    if (!info) {
        return pass(info, "the public key");
    }
    auto algorithm = info->enter(der::Tag::sequence);
    if (!algorithm) {
        return pass(algorithm, "the public key's algorithm");
    }
    const auto oid = algorithm->next_oid();
    const auto bits = info->expect(der::Tag::bit_string);
    const auto key = bits ? der::read_bit_string(bits->content)
                          : fail(kInvalidData, "no key where it should be");
    if (!oid || !key || !info->finish() || !whole.finish()) {
        return fail(kInvalidData, "the public key is not a SubjectPublicKeyInfo");
    }
    if (*oid == kRsaEncryption) {
        return parse_rsa(*key);
    }
    if (*oid == kEcPublicKey) {
        return parse_ec(*algorithm, *key);
    }
    return fail(kNotSupported, "the public key's algorithm is " + *oid);
}

std::size_t coordinate_size(KeyAlgorithm curve) {
    const Curve* const found = find_curve(curve);
    return found == nullptr ? 0 : found->coordinate;
}

std::optional<Bytes> numbers_of_ecdsa_signature(ByteView der, std::size_t size) {
    der::Reader whole(der);
    auto pair = whole.enter(der::Tag::sequence);
    Bytes numbers;
    for (int part = 0; pair && part < 2; ++part) {
        const auto element = pair->expect(der::Tag::integer);
        const auto number = element ? magnitude(element->content) : std::nullopt;
        if (!number || number->size() > size) {
            return std::nullopt;
        }
        const Bytes octets = padded(*number, size);
        numbers.insert(numbers.end(), octets.begin(), octets.end());
    }
    if (!pair || !pair->finish() || !whole.finish()) {
        return std::nullopt;
    }
    return numbers;
}

Bytes ecdsa_signature_of_numbers(ByteView numbers) {
    const std::size_t size = numbers.size() / 2;
    return der::sequence({der::integer_from_unsigned(numbers.first(size)),
                          der::integer_from_unsigned(numbers.subspan(size))});
}

Bytes write_public_key_info(const PublicKey& key) {
    if (const auto* rsa = std::get_if<RsaPublicKey>(&key)) {
        return info(der::sequence({der::oid(kRsaEncryption), der::null()}),
                    der::sequence({der::integer_from_unsigned(rsa->modulus),
                                   der::integer_from_unsigned(rsa->exponent)}));
    }
    const auto& ec = std::get<EcPublicKey>(key);
    const Curve* const curve = find_curve(ec.curve);
    Bytes point{kUncompressed};
    point.insert(point.end(), ec.x_and_y.begin(), ec.x_and_y.end());
    return info(der::sequence({der::oid(kEcPublicKey), der::oid(curve->oid)}), point);
}

std::optional<engine::KeyAlgorithm> algorithm_of(ByteView public_key_info) {
    const auto key = parse_public_key_info(public_key_info);
    if (!key) {
        return std::nullopt;
    }
    const auto* const ec = std::get_if<EcPublicKey>(&*key);
    return ec == nullptr ? engine::KeyAlgorithm::rsa : ec->curve;
}

bool satisfies(ByteView public_key_info, const engine::KeyRequest& request) {
    const auto key = parse_public_key_info(public_key_info);
    if (!key) {
        return false;
    }
    if (const auto* const rsa = std::get_if<RsaPublicKey>(&*key)) {
        return request.algorithm == engine::KeyAlgorithm::rsa && bits_of(*rsa) >= request.bits;
    }
    return std::get<EcPublicKey>(*key).curve == request.algorithm;
}

}  // namespace ae::stores
