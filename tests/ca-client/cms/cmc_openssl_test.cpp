// OpenSSL is the second opinion on full CMC requests: every signer's signature, the PKCS #10
// inside, and what the holder of the exchange certificate reads.
#include "ca-client/request_builder.h"
#include "tests/ca-client/cms/cms_fixture.h"
#include "tests/ca-client/cms/openssl_cms.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <algorithm>
#include <memory>

#include <catch2/catch.hpp>
#include <openssl/pem.h>

namespace ae::ca {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;

constexpr const char* kArchivedKey = "1.3.6.1.4.1.311.21.13";

// The new key, perhaps a second signer, perhaps an archive.
struct World {
    explicit World(KeyAlgorithm algorithm,
                   engine::KeyPurpose purpose = engine::KeyPurpose::signature)
        : key(algorithm, purpose), stand_in(self_signed(key, "stands for the new key")) {}

    // A certificate of `algorithm` whose key signs too.
    void add_signer(KeyAlgorithm algorithm) {
        auto own = std::make_unique<OpensslKey>(algorithm);
        signer.certificate = encoded(self_signed(*own, "ws1", "ws1.corp.example.test").get());
        signer.key = std::move(own);
    }
    Bytes build(const engine::Signer* predecessor = nullptr,
                const engine::Signer* authority = nullptr) {
        auto request = build_request({.wanted = wanted,
                                      .account = account,
                                      .server = server,
                                      .key = key,
                                      .predecessor = predecessor,
                                      .authority = authority,
                                      .exchange_certificate = exchange},
                                     "ws1.corp.example.test", crypto);
        if (!request) {
            FAIL(request.error().sentence());
        }
        hash = request->archived_key_hash;
        return request->octets;
    }
    [[nodiscard]] Judged judge(const Bytes& message) const {
        return judge_by_openssl(message, {stand_in.get()});
    }

    engine::Template wanted = computer_template();
    engine::Account account{.sam_account_name = "WS1$", .domain_dns = "corp.example.test"};
    engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
    OpensslKey key;
    UniqueCertificate stand_in;  // OpenSSL looks for the signer's key identifier in certificates
    engine::Signer signer{};
    OpensslCrypto crypto{};
    Bytes exchange{};
    Bytes hash{};
};

Bytes request_in(const Bytes& content) { return read_pki_data(content).request; }

}  // namespace

TEST_CASE("OpenSSL finds both signatures of the new key good",
          "[cmc][openssl][MS-WCCE:3.1.1.4.3.1.3]") {
    struct Case {
        KeyAlgorithm algorithm;
        const char* hash;
        std::uint32_t flags;
    };
    constexpr std::uint32_t kAlternate = engine::private_key_flag::kAlternateSignatureAlgorithm;
    for (const Case& row :
         {Case{KeyAlgorithm::rsa, "", 0}, Case{KeyAlgorithm::rsa, "SHA384", 0},
          Case{KeyAlgorithm::ecdsa_p256, "", 0}, Case{KeyAlgorithm::ecdsa_p384, "SHA384", 0},
          Case{KeyAlgorithm::ecdsa_p521, "SHA512", 0}, Case{KeyAlgorithm::rsa, "", kAlternate},
          Case{KeyAlgorithm::rsa, "SHA1", kAlternate},
          Case{KeyAlgorithm::rsa, "SHA512", kAlternate}}) {
        CAPTURE(static_cast<int>(row.algorithm), row.hash, row.flags);
        World world(row.algorithm);
        world.wanted.hash_algorithm = row.hash;
        world.wanted.private_key_flags = row.flags;
        const Bytes message = world.build();
        const Judged judged = world.judge(message);
        CHECK(judged.good);
        CHECK(judged.signers == std::vector<Bytes>{encoded(world.stand_in.get())});
        CHECK(judged.content == read_signed_data(message).content);
        const auto request = read_by_openssl(request_in(judged.content));
        CHECK(X509_REQ_verify(request.get(), world.key.get()) == 1);
    }
}

TEST_CASE("the X9.62 form holds an ECDSA signature over the request",
          "[cmc][openssl][MS-WCCE:3.1.2.4.2.2.2.8]") {
    World world(KeyAlgorithm::ecdsa_p384);
    world.wanted.hash_algorithm = "SHA384";
    world.wanted.private_key_flags = engine::private_key_flag::kAlternateSignatureAlgorithm;
    const Judged judged = world.judge(world.build());
    CHECK(judged.good);
    // OpenSSL does not know the form in PKCS #10, so the signature is checked by itself.
    const auto request = read_request(request_in(judged.content));
    CHECK(request.signature_oid == "1.2.840.10045.4.3");
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    REQUIRE(EVP_DigestVerifyInit(context, nullptr, EVP_sha384(), nullptr, world.key.get()) == 1);
    CHECK(EVP_DigestVerify(context, request.signature.data(), request.signature.size(),
                           request.info.data(), request.info.size()) == 1);
    EVP_MD_CTX_free(context);
}

TEST_CASE("OpenSSL finds the second signer's signature good too",
          "[cmc][openssl][MS-WCCE:3.1.1.4.3.2.2][E6]") {
    for (const KeyAlgorithm old_algorithm : {KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p256}) {
        for (const KeyAlgorithm new_algorithm : {KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p521}) {
            for (const bool renews : {true, false}) {
                CAPTURE(static_cast<int>(old_algorithm), static_cast<int>(new_algorithm), renews);
                World world(new_algorithm);
                world.add_signer(old_algorithm);
                const Bytes message =
                    renews ? world.build(&world.signer) : world.build(nullptr, &world.signer);
                const Judged judged = world.judge(message);
                CHECK(judged.good);
                CHECK(judged.signers ==
                      std::vector<Bytes>{encoded(world.stand_in.get()), world.signer.certificate});
            }
        }
    }
}

TEST_CASE("a renewal with the same key is signed twice by it",
          "[cmc][openssl][MS-WCCE:3.1.1.4.3.2]") {
    World world(KeyAlgorithm::rsa);
    world.add_signer(KeyAlgorithm::rsa);
    auto* const same = dynamic_cast<OpensslKey*>(world.signer.key.get());
    REQUIRE(same != nullptr);
    auto request = build_request({.wanted = world.wanted,
                                  .account = world.account,
                                  .server = world.server,
                                  .key = *same,
                                  .predecessor = &world.signer},
                                 "ws1.corp.example.test", world.crypto);
    REQUIRE(request);
    // The certificate in the bag has the key's identifier, so no stand-in is needed.
    const Judged judged = judge_by_openssl(request->octets);
    CHECK(judged.good);
    CHECK(judged.signers == std::vector<Bytes>{world.signer.certificate, world.signer.certificate});
}

TEST_CASE("OpenSSL finds a changed request bad, whichever signer is asked", "[cmc][openssl]") {
    World world(KeyAlgorithm::ecdsa_p256);
    world.add_signer(KeyAlgorithm::rsa);
    const Bytes good = world.build(&world.signer);
    REQUIRE(world.judge(good).good);
    Bytes other_content = good;
    const std::string_view inside = "rmd=ws1";
    const auto at =
        std::search(other_content.begin(), other_content.end(), inside.begin(), inside.end());
    REQUIRE(at != other_content.end());
    *at = 'X';
    CHECK_FALSE(world.judge(other_content).good);
    Bytes other_signature = good;  // of the last signer, the old key
    other_signature.back() ^= 0x01;
    CHECK_FALSE(world.judge(other_signature).good);
}

TEST_CASE("a key that does not sign gives digests that are right",
          "[cmc][openssl][MS-WCCE:2.2.2.6.5][RFC2797:3.3.3.1]") {
    World world(KeyAlgorithm::ecdsa_p256, engine::KeyPurpose::agreement);
    const auto message = read_signed_data(world.build());
    REQUIRE(message.signers.size() == 1);
    const ReadSigner& signer = message.signers[0];
    CHECK(signer.signature == world.crypto.digest(HashAlgorithm::sha256, signer.signed_octets));
    const auto request = read_request(read_pki_data(message.content).request);
    CHECK(request.signature == world.crypto.digest(HashAlgorithm::sha256, request.info));
    read_by_openssl(read_pki_data(message.content).request);
}

TEST_CASE("the holder of the exchange certificate reads exactly the key",
          "[cmc][archival][openssl][MS-WCCE:3.1.1.4.3.6][MS-WCCE:2.2.2.9.1]") {
    struct Case {
        const char* algorithm;
        std::uint32_t bits;
    };
    for (const Case& row : {Case{"", 0}, Case{"AES", 128}, Case{"AES", 192}, Case{"3DES", 168}}) {
        CAPTURE(row.algorithm, row.bits);
        World world(KeyAlgorithm::rsa);
        world.wanted.symmetric_algorithm = row.algorithm;
        world.wanted.symmetric_key_length = row.bits;
        world.wanted.hash_algorithm = "SHA384";
        const OpensslKey exchange_key(KeyAlgorithm::rsa);
        const UniqueCertificate exchange = self_signed(exchange_key, "Lab CA-Xchg");
        world.exchange = encoded(exchange.get());
        const Bytes octets = world.build();
        CHECK(world.judge(octets).good);
        const auto message = read_signed_data(octets);
        const Bytes& enveloped = *find(message.signers[0].unsigned_attributes, kArchivedKey);
        CHECK(world.hash == world.crypto.digest(HashAlgorithm::sha384, enveloped));

        const auto blob = decrypt_by_openssl(enveloped, exchange.get(), exchange_key.get());
        REQUIRE(blob);
        CHECK(equal(*blob, world.key.archival_blob().value().view()));
        const UniqueBio in(BIO_new_mem_buf(blob->data(), static_cast<int>(blob->size())));
        const UniqueEvpKey archived(b2i_PrivateKey_bio(in.get()));
        REQUIRE(archived);
        CHECK(EVP_PKEY_eq(archived.get(), world.key.get()) == 1);

        const OpensslKey somebody(KeyAlgorithm::rsa);
        CHECK_FALSE(decrypt_by_openssl(enveloped, exchange.get(), somebody.get()) == blob);
    }
}

TEST_CASE("each envelope has a key and a vector of its own", "[archival][openssl]") {
    World world(KeyAlgorithm::rsa);
    const OpensslKey exchange_key(KeyAlgorithm::rsa);
    world.exchange = encoded(self_signed(exchange_key, "Lab CA-Xchg").get());
    world.build();
    const Bytes first = world.hash;
    world.build();
    CHECK(world.hash != first);
}

TEST_CASE("an exchange certificate without RSA archives nothing", "[archival][openssl]") {
    World world(KeyAlgorithm::rsa);
    const OpensslKey curve(KeyAlgorithm::ecdsa_p256);
    world.exchange = encoded(self_signed(curve, "Lab CA-Xchg").get());
    const auto request = build_request({.wanted = world.wanted,
                                        .account = world.account,
                                        .server = world.server,
                                        .key = world.key,
                                        .exchange_certificate = world.exchange},
                                       "", world.crypto);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == kNotSupported);
    CHECK(request.error().context.starts_with(
        "request for template LabComputer: archive the key: encrypt the key: "));
}

}  // namespace ae::ca
