#include "engine/base/der.h"
#include "tests/ca-client/cms/openssl_cms.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"
#include "tests/ca-client/pkcs10/renewal_fixture.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

using engine::KeyAlgorithm;

// A certificate, its key, and the new key that is to follow.
struct Renewing {
    Renewing(KeyAlgorithm old_algorithm, KeyAlgorithm new_algorithm) : key(new_algorithm) {
        auto old_key = std::make_unique<OpensslKey>(old_algorithm);
        signer.certificate = encoded(self_signed(*old_key, "ws1", "ws1.corp.example.test").get());
        signer.key = std::move(old_key);
    }
    Bytes build(const engine::Template& wanted) {
        auto octets = build_renewal(input_for(wanted), key, signer, crypto);
        if (!octets) {
            FAIL(octets.error().sentence());
        }
        return *octets;
    }

    engine::Signer signer{};
    OpensslKey key;
    OpensslCrypto crypto{};
};

}  // namespace

TEST_CASE("OpenSSL finds the old key's signature over the new key's request good",
          "[renewal][MS-WCCE:3.1.1.4.3.2.1][RFC5652:5.6]") {
    struct Case {
        KeyAlgorithm old_key;
        KeyAlgorithm new_key;
        const char* hash;
    };
    for (const Case& row : {Case{KeyAlgorithm::rsa, KeyAlgorithm::rsa, ""},
                            Case{KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p384, "SHA384"},
                            Case{KeyAlgorithm::ecdsa_p256, KeyAlgorithm::rsa, "SHA512"},
                            Case{KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p256, "SHA256"},
                            Case{KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ecdsa_p521, ""},
                            Case{KeyAlgorithm::ecdsa_p521, KeyAlgorithm::ecdsa_p256, "SHA512"}}) {
        CAPTURE(static_cast<int>(row.old_key), static_cast<int>(row.new_key), row.hash);
        engine::Template wanted = computer_template();
        wanted.hash_algorithm = row.hash;
        Renewing renewing(row.old_key, row.new_key);
        const Bytes octets = renewing.build(wanted);

        const Judged judged = judge_by_openssl(octets);
        CHECK(judged.good);
        CHECK(judged.signers == std::vector<Bytes>{renewing.signer.certificate});
        CHECK(judged.content == read_renewal(octets).request);

        const UniqueCertificateRequest request = read_by_openssl(judged.content);
        CHECK(X509_REQ_verify(request.get(), renewing.key.get()) == 1);
        CHECK(X509_REQ_get_attr_count(request.get()) == 7);
        CHECK(X509_NAME_entry_count(X509_REQ_get_subject_name(request.get())) == 0);
    }
}

TEST_CASE("OpenSSL finds a signature over other octets bad", "[renewal]") {
    for (const KeyAlgorithm algorithm : {KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p256}) {
        Renewing renewing(algorithm, KeyAlgorithm::ecdsa_p256);
        const Bytes good = renewing.build(computer_template());
        REQUIRE(judge_by_openssl(good).good);
        const std::string_view inside = "aeclient";
        Bytes other_content = good;
        const auto at =
            std::search(other_content.begin(), other_content.end(), inside.begin(), inside.end());
        REQUIRE(at != other_content.end());
        *at = 'X';
        CHECK_FALSE(judge_by_openssl(other_content).good);
        Bytes other_signature = good;
        other_signature.back() ^= 0x01;
        CHECK_FALSE(judge_by_openssl(other_signature).good);
    }
}

TEST_CASE("OpenSSL reads the carried names out of the renewal",
          "[renewal][MS-WCCE:3.1.2.4.2.2.2.10]") {
    engine::Template wanted = computer_template();
    wanted.name_flags = engine::name_flag::kEnrolleeSuppliesSubject |
                        engine::name_flag::kOldCertificateSuppliesNames;
    Renewing renewing(KeyAlgorithm::rsa, KeyAlgorithm::rsa);
    const Judged judged = judge_by_openssl(renewing.build(wanted));
    REQUIRE(judged.good);
    const UniqueCertificateRequest request = read_by_openssl(judged.content);
    char name[64] = {};
    X509_NAME_oneline(X509_REQ_get_subject_name(request.get()), name, sizeof(name));
    CHECK(std::string(name) == "/CN=ws1");
    CHECK(read_request(judged.content).extension("2.5.29.17")->value ==
          general_names("ws1.corp.example.test"));
}

}  // namespace ae::ca
