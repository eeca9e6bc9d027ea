#include "stores/crypto.h"

#include "engine/base/hresult_table.h"
#include "tests/stores/crypto_vectors.h"
#include "tests/support/skip.h"

#include <catch2/catch.hpp>

namespace ae::test {

using engine::HashAlgorithm;

namespace {

const Signed& signed_abc(std::string_view what) {
    for (const Signed& each : kSignedAbc) {
        if (each.what == what) {
            return each;
        }
    }
    throw std::invalid_argument("no such vector");
}

// Nothing: this system does not offer the key's algorithm.
std::optional<bool> verifies(const Signed& vector, HashAlgorithm hash, std::string_view message,
                             const Bytes& signature) {
    const auto answer =
        stores::make_crypto()->verify(*from_hex(vector.key), hash, as_bytes(message), signature);
    if (!answer && answer.error().code == kNotSupported) {
        return std::nullopt;
    }
    REQUIRE(answer.has_value());
    return *answer;
}

Hresult error_of(const Bytes& key) {
    const auto answer =
        stores::make_crypto()->verify(key, HashAlgorithm::sha256, as_bytes("abc"), Bytes(64));
    REQUIRE_FALSE(answer.has_value());
    return answer.error().code;
}

}  // namespace

TEST_CASE("digests are those of FIPS 180-4 for \"abc\" and for nothing", "[crypto]") {
    const auto crypto = stores::make_crypto();
    struct Row {
        HashAlgorithm algorithm;
        const char* hex;
    };
    for (const Row& row :
         {Row{HashAlgorithm::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
          Row{HashAlgorithm::sha256,
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
          Row{HashAlgorithm::sha384,
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
              "8086072ba1e7cc2358baeca134c825a7"},
          Row{HashAlgorithm::sha512,
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"}}) {
        CHECK(to_hex(crypto->digest(row.algorithm, as_bytes("abc"))) == row.hex);
    }
    CHECK(to_hex(crypto->digest(HashAlgorithm::sha1, {})) ==
          "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(stores::thumbprint(*crypto, as_bytes("abc")) ==
          "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("each kind of key verifies what it signed and nothing else", "[crypto]") {
    for (const Signed& vector : kSignedAbc) {
        INFO(vector.what);
        const Bytes signature = *from_hex(vector.signature);
        const auto good = verifies(vector, vector.hash, "abc", signature);
        if (!good && vector.key == kP521) {
            AE_SKIP("W-P521", "Wine's bcrypt has no P-521");
            continue;
        }
        CHECK(good == true);
        CHECK(verifies(vector, vector.hash, "abd", signature) == false);
        const auto other =
            vector.hash == HashAlgorithm::sha384 ? HashAlgorithm::sha256 : HashAlgorithm::sha384;
        CHECK(verifies(vector, other, "abc", signature) == false);
        Bytes changed = signature;
        changed.back() ^= 1U;
        CHECK(verifies(vector, vector.hash, "abc", changed) == false);
    }
}

TEST_CASE("a signature that is not well formed is wrong, not an error", "[crypto]") {
    for (const char* const what : {"RSA 2048 with SHA-256", "P-256 with SHA-256"}) {
        const Signed& vector = signed_abc(what);
        INFO(what);
        Bytes longer = *from_hex(vector.signature);
        longer.push_back(0);
        Bytes shorter = *from_hex(vector.signature);
        shorter.pop_back();
        for (const Bytes& signature :
             {Bytes(), Bytes{0x30, 0x03, 0x02, 0x01}, Bytes(64, 0xFF), Bytes(256, 0xFF), longer,
              shorter, *from_hex("3006020100020100"), *from_hex("30060201ff020101")}) {
            CHECK(verifies(vector, vector.hash, "abc", signature) == false);
        }
    }
}

TEST_CASE("a key that is no SubjectPublicKeyInfo is an error and not a wrong signature",
          "[crypto]") {
    CHECK(error_of({}) == kInvalidData);
    CHECK(error_of({0x30, 0x80}) == kInvalidData);
    for (const std::string_view key : {kRsa2048, kP256}) {
        Bytes longer = *from_hex(key);
        longer.push_back(0);
        CHECK(error_of(longer) == kInvalidData);
        Bytes shorter = *from_hex(key);
        shorter.pop_back();
        CHECK(error_of(shorter) == kInvalidData);
    }
}

TEST_CASE("an Ed25519 key does not go with a digest, which is an error and not a wrong signature",
          "[crypto]") {
    // RFC 8410 10.1
    CHECK(
        error_of(*from_hex("302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6"
                           "cb0c5c38ad703166e1")) == kNotSupported);
}

}  // namespace ae::test
