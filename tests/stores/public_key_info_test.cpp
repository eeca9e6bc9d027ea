#include "stores/public_key_info.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "tests/stores/crypto_vectors.h"

#include <catch2/catch.hpp>

namespace ae::test {

using engine::KeyAlgorithm;
using stores::EcPublicKey;
using stores::numbers_of_ecdsa_signature;
using stores::parse_public_key_info;
using stores::RsaPublicKey;

namespace {

Hresult error_of(const Bytes& octets) {
    const auto key = parse_public_key_info(octets);
    REQUIRE_FALSE(key.has_value());
    return key.error().code;
}

Bytes ec_key(std::string_view curve, std::uint8_t form, std::size_t size) {
    Bytes point{form};
    point.resize(1 + size, 0x11);
    return der::sequence(
        {der::sequence({der::oid("1.2.840.10045.2.1"), der::oid(curve)}), der::bit_string(point)});
}

Bytes rsa_key(const Bytes& modulus, const Bytes& exponent) {
    const Bytes key = der::sequence({modulus, exponent});
    return der::sequence(
        {der::sequence({der::oid("1.2.840.113549.1.1.1"), der::null()}), der::bit_string(key)});
}

}  // namespace

TEST_CASE("a public key is read as numbers and written again as it was",
          "[public_key_info][RFC3279:2.3.1][RFC5480:2]") {
    for (const std::string_view hex : {kRsa2048, kP256, kP384, kP521}) {
        const Bytes der = *from_hex(hex);
        const auto key = parse_public_key_info(der);
        REQUIRE(key.has_value());
        CHECK(stores::write_public_key_info(*key) == der);
    }
    const auto rsa = std::get<RsaPublicKey>(*parse_public_key_info(*from_hex(kRsa2048)));
    CHECK(rsa.modulus.size() == 256);
    CHECK(rsa.exponent == Bytes{1, 0, 1});
    const auto ec = std::get<EcPublicKey>(*parse_public_key_info(*from_hex(kP521)));
    CHECK(ec.curve == KeyAlgorithm::ecdsa_p521);
    CHECK(ec.x_and_y.size() == 132);
    CHECK(stores::coordinate_size(KeyAlgorithm::ecdsa_p256) == 32);
    CHECK(stores::coordinate_size(KeyAlgorithm::ecdsa_p384) == 48);
    CHECK(stores::coordinate_size(KeyAlgorithm::ecdsa_p521) == 66);
}

TEST_CASE("a point has the length of its curve and is not compressed",
          "[public_key_info][RFC5480:2.2]") {
    constexpr const char* kP256Oid = "1.2.840.10045.3.1.7";
    CHECK(parse_public_key_info(ec_key(kP256Oid, 4, 64)).has_value());
    CHECK(error_of(ec_key(kP256Oid, 4, 63)) == kInvalidData);
    CHECK(error_of(ec_key(kP256Oid, 4, 65)) == kInvalidData);
    CHECK(error_of(ec_key(kP256Oid, 2, 32)) == kNotSupported);
    CHECK(error_of(ec_key("1.3.132.0.10", 4, 64)) == kNotSupported);  // secp256k1
}

TEST_CASE("an RSA key has two positive numbers and nothing after them",
          "[public_key_info][RFC3279:2.3.1]") {
    const Bytes three = der::integer(3);
    CHECK(parse_public_key_info(rsa_key(der::integer(0xC5), three)).has_value());
    CHECK(error_of(rsa_key(der::integer(-59), three)) == kInvalidData);
    CHECK(error_of(rsa_key(der::integer(0), three)) == kInvalidData);
    CHECK(error_of(rsa_key(three, der::null())) == kInvalidData);
    CHECK(error_of(rsa_key({0x02, 0x02, 0x00, 0x05}, three)) == kInvalidData);  // not minimal
    Bytes both = three;
    both.insert(both.end(), three.begin(), three.end());
    CHECK(error_of(rsa_key(three, both)) == kInvalidData);
}

TEST_CASE("Ecdsa-Sig-Value is r and s side by side, each as long as the field",
          "[public_key_info][RFC3279:2.2.3]") {
    // r = 0x80: a zero in front keeps it positive; s = 1
    const auto numbers = numbers_of_ecdsa_signature(*from_hex("300702020080020101"), 2);
    CHECK(numbers == Bytes{0, 0x80, 0, 1});
    CHECK(stores::ecdsa_signature_of_numbers(*numbers) == *from_hex("300702020080020101"));
    CHECK(numbers_of_ecdsa_signature(*from_hex("300702020080020101"), 1) == Bytes{0x80, 1});
    struct Row {
        const char* why;
        const char* hex;
    };
    for (const Row& row :
         {Row{"longer than the field", "3008020301000002 0101"},
          Row{"negative", "3006020180020101"}, Row{"not minimal", "30070202000102 0101"},
          Row{"no number at all", "30050200020101"}, Row{"only one number", "3003020101"},
          Row{"three numbers", "3009020101020101020101"},
          Row{"octets behind it", "300602010102010100"}, Row{"no sequence", "0201 01"},
          Row{"nothing", ""}}) {
        INFO(row.why);
        CHECK_FALSE(numbers_of_ecdsa_signature(*from_hex(row.hex), 2).has_value());
    }
}

}  // namespace ae::test
