#include "engine/base/der.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"
#include "tests/ca-client/pkcs10/renewal_fixture.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <openssl/cms.h>

namespace ae::ca {
namespace {

using engine::KeyAlgorithm;

struct CmsTraits {
    using value_type = CMS_ContentInfo*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type message) noexcept { ::CMS_ContentInfo_free(message); }
};
using UniqueCms = UniqueHandle<CmsTraits>;

struct BioTraits {
    using value_type = BIO*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type bio) noexcept { ::BIO_free_all(bio); }
};
using UniqueBio = UniqueHandle<BioTraits>;

struct RequestTraits {
    using value_type = X509_REQ*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type request) noexcept { ::X509_REQ_free(request); }
};
using UniqueRequest = UniqueHandle<RequestTraits>;

// What OpenSSL makes of a renewal.
struct Judged {
    bool good = false;  // every signer's signature
    Bytes content{};    // what was signed
    std::vector<Bytes> signers{};
};

Judged judge_by_openssl(const Bytes& octets) {
    const unsigned char* at = octets.data();
    const UniqueCms message(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(octets.size())));
    REQUIRE(message);
    REQUIRE(at == octets.data() + octets.size());
    const UniqueBio out(BIO_new(BIO_s_mem()));
    Judged judged;
    // The chain is not OpenSSL's to judge, the signatures are.
    judged.good = CMS_verify(message.get(), nullptr, nullptr, nullptr, out.get(),
                             CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    judged.content.assign(data, data + size);
    if (STACK_OF(X509)* signers = CMS_get0_signers(message.get())) {
        for (int i = 0; i < sk_X509_num(signers); ++i) {
            judged.signers.push_back(encoded(sk_X509_value(signers, i)));
        }
        sk_X509_free(signers);
    }
    return judged;
}

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

        const unsigned char* at = judged.content.data();
        const UniqueRequest request(
            d2i_X509_REQ(nullptr, &at, static_cast<long>(judged.content.size())));
        REQUIRE(request);
        CHECK(at == judged.content.data() + judged.content.size());
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
    const unsigned char* at = judged.content.data();
    const UniqueRequest request(
        d2i_X509_REQ(nullptr, &at, static_cast<long>(judged.content.size())));
    REQUIRE(request);
    char name[64] = {};
    X509_NAME_oneline(X509_REQ_get_subject_name(request.get()), name, sizeof(name));
    CHECK(std::string(name) == "/CN=ws1");
    CHECK(read_request(judged.content).extension("2.5.29.17")->value ==
          general_names("ws1.corp.example.test"));
}

}  // namespace ae::ca
