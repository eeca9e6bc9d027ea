// Random numbers, encryption for archival, and RSASSA-PSS: the part of engine::Crypto that requests
// in CMC need.
#include "engine/base/hresult_table.h"
#include "stores/crypto.h"
#include "stores/public_key_info.h"
#include "tests/stores/crypto_vectors.h"
#include "tests/stores/encryption_vectors.h"
#include "tests/support/rsa_numbers.h"
#include "tests/support/skip.h"

#include <algorithm>
#include <optional>

#include <catch2/catch.hpp>

namespace ae::test {
namespace {

using engine::ContentCipher;
using engine::HashAlgorithm;
using engine::RsaPadding;
using engine::SignatureScheme;

Bytes hex(std::string_view text) { return *from_hex(text); }

Bytes trial_decrypt(ByteView ciphertext) {
    const auto key = std::get<stores::RsaPublicKey>(*stores::parse_public_key_info(hex(kTrialKey)));
    return octets_of(
        power(number_of(ciphertext), number_of(hex(kTrialExponent)), number_of(key.modulus)),
        key.modulus.size());
}

TEST_CASE("content is encrypted in CBC mode with the padding of RFC 5652",
          "[crypto][SP800-38A:F.2][SP800-67:B.1][RFC5652:6.3]") {
    const auto crypto = stores::make_crypto();
    for (const Encrypted& row : kEncrypted) {
        const auto encrypted =
            crypto->encrypt_content(row.cipher, hex(row.key), hex(row.vector), hex(row.message));
        REQUIRE(encrypted.has_value());
        CHECK(to_hex(*encrypted) == row.ciphertext);
    }
}

TEST_CASE("a key or a vector that does not go with its cipher is refused", "[crypto]") {
    const auto crypto = stores::make_crypto();
    struct Row {
        ContentCipher cipher;
        std::size_t key;
        std::size_t vector;
    };
    for (const Row& right :
         {Row{ContentCipher::triple_des, 24, 8}, Row{ContentCipher::aes128, 16, 16},
          Row{ContentCipher::aes192, 24, 16}, Row{ContentCipher::aes256, 32, 16}}) {
        const auto code = [&](std::size_t key, std::size_t vector) {
            const auto encrypted =
                crypto->encrypt_content(right.cipher, Bytes(key, 1), Bytes(vector), as_bytes("m"));
            return encrypted ? Hresult{} : encrypted.error().code;
        };
        CHECK(code(right.key, right.vector) == Hresult{});
        CHECK(code(right.key - 1, right.vector) == kInvalidData);
        CHECK(code(right.key + 1, right.vector) == kInvalidData);
        CHECK(code(right.key, right.vector - 1) == kInvalidData);
        CHECK(code(right.key, right.vector + 1) == kInvalidData);
        CHECK(code(0, 0) == kInvalidData);
    }
}

TEST_CASE("random octets are as many as were asked for, and others each time", "[crypto]") {
    const auto crypto = stores::make_crypto();
    for (const std::size_t count : {1U, 16U, 32U, 100U}) {
        CHECK(crypto->random(count)->size() == count);
    }
    const Bytes one = *crypto->random(32);
    CHECK(one != *crypto->random(32));
    CHECK(std::ranges::any_of(one, [&](std::uint8_t octet) { return octet != one[0]; }));
}

Result<Bytes> encrypted_key(std::string_view key, const Bytes& secret) {
    return stores::make_crypto()->encrypt_key(hex(key), secret);
}

TEST_CASE("a key is encrypted to an RSA key with RSAES-PKCS1-v1_5", "[crypto][RFC8017:7.2.1]") {
    const Bytes secret = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    const auto encrypted = encrypted_key(kTrialKey, secret);
    REQUIRE(encrypted.has_value());
    const Bytes encoded = trial_decrypt(*encrypted);
    REQUIRE(encoded.size() == 256);
    CHECK(encoded[0] == 0);
    CHECK(encoded[1] == 2);
    const auto end = std::find(encoded.begin() + 2, encoded.end(), 0);
    REQUIRE(end != encoded.end());
    CHECK(end - encoded.begin() >= 2 + 8);
    CHECK(Bytes(end + 1, encoded.end()) == secret);
    // The padding is random.
    CHECK(*encrypted_key(kTrialKey, secret) != *encrypted);
    // RFC 8017 7.2.1 step 1: 11 octets are the padding's.
    CHECK(encrypted_key(kTrialKey, Bytes(245, 7)).has_value());
    CHECK(encrypted_key(kTrialKey, Bytes(246, 7)).error().code == kInvalidData);
}

TEST_CASE("nothing is encrypted to a key that is not RSA or no key at all", "[crypto]") {
    const auto crypto = stores::make_crypto();
    CHECK(crypto->encrypt_key(hex(kP256), Bytes(32)).error().code == kNotSupported);
    CHECK(crypto->encrypt_key({}, Bytes(32)).error().code == kInvalidData);
    Bytes longer = hex(kTrialKey);
    longer.push_back(0);
    CHECK(crypto->encrypt_key(longer, Bytes(32)).error().code == kInvalidData);
}

std::optional<bool> pss_verifies(HashAlgorithm hash, std::string_view message,
                                 const Bytes& signature) {
    const auto answer = stores::make_crypto()->verify(hex(kTrialKey), {hash, RsaPadding::pss},
                                                      as_bytes(message), signature);
    if (!answer && answer.error().code == kNotSupported) {
        return std::nullopt;
    }
    REQUIRE(answer.has_value());
    return *answer;
}

TEST_CASE("RSASSA-PSS has a salt as long as the digest, and MGF1 of the same digest",
          "[crypto][RFC4055:3.1]") {
    for (const PssSigned& row : kPssSignedAbc) {
        const Bytes signature = hex(row.signature);
        if (row.hash == HashAlgorithm::sha1 && !pss_verifies(row.hash, "abc", signature)) {
            AE_SKIP("W-PSS-SHA1", "Wine's bcrypt knows RSASSA-PSS with SHA-2 only");
            continue;
        }
        CHECK(pss_verifies(row.hash, "abc", signature) == true);
        CHECK(pss_verifies(row.hash, "abd", signature) == false);
        const auto other =
            row.hash == HashAlgorithm::sha384 ? HashAlgorithm::sha256 : HashAlgorithm::sha384;
        CHECK(pss_verifies(other, "abc", signature) == false);
        Bytes changed = signature;
        changed.back() ^= 1U;
        CHECK(pss_verifies(row.hash, "abc", changed) == false);
        CHECK(pss_verifies(row.hash, "abc", Bytes(255, 1)) == false);
    }
    for (const std::string_view salted : kOtherSalts) {
        CHECK(pss_verifies(HashAlgorithm::sha256, "abc", hex(salted)) == false);
    }
}

TEST_CASE("the two paddings of RSA signatures are never taken for each other", "[crypto]") {
    const auto crypto = stores::make_crypto();
    const Bytes pss = hex(kPssSignedAbc[1].signature);
    CHECK(crypto->verify(hex(kTrialKey), HashAlgorithm::sha256, as_bytes("abc"), pss) == false);
    for (const Signed& row : kSignedAbc) {
        if (row.key == kRsa2048) {
            const auto answer = crypto->verify(hex(row.key), {row.hash, RsaPadding::pss},
                                               as_bytes("abc"), hex(row.signature));
            CHECK_FALSE(answer.value_or(false));
        }
    }
}

TEST_CASE("for a key on a curve the padding of RSA means nothing", "[crypto]") {
    for (const Signed& row : kSignedAbc) {
        if (row.key == kP256) {
            const SignatureScheme scheme(row.hash, RsaPadding::pss);
            CHECK(stores::make_crypto()->verify(hex(row.key), scheme, as_bytes("abc"),
                                                hex(row.signature)) == true);
        }
    }
}

}  // namespace
}  // namespace ae::test
