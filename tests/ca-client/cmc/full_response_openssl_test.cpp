// Full answers signed by OpenSSL, in every way in which a CA's certificate may sign.
#include "ca-client/full_response.h"
#include "engine/base/der.h"
#include "engine/full_response_check.h"
#include "engine/signature_scheme.h"
#include "stores/crypto.h"
#include "tests/ca-client/cmc/response_builder.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"
#include "tests/support/fake_ports.h"

#include <catch2/catch.hpp>
#include <openssl/cms.h>
#include <openssl/rsa.h>

namespace ae::ca {
namespace {

using namespace engine;

struct CmsTraits {
    using value_type = CMS_ContentInfo*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type message) noexcept { ::CMS_ContentInfo_free(message); }
};
using UniqueCms = UniqueHandle<CmsTraits>;

struct ObjectTraits {
    using value_type = ASN1_OBJECT*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type object) noexcept { ::ASN1_OBJECT_free(object); }
};
using UniqueObject = UniqueHandle<ObjectTraits>;

struct DigestContextTraits {
    using value_type = EVP_MD_CTX*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type context) noexcept { ::EVP_MD_CTX_free(context); }
};
using UniqueDigestContext = UniqueHandle<DigestContextTraits>;

struct Signer {
    KeyAlgorithm key;
    RsaPadding padding;
    const EVP_MD* (*digest)();
};

void use_pss(CMS_SignerInfo* signer) {
    EVP_PKEY_CTX* context = CMS_SignerInfo_get0_pkey_ctx(signer);
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

// SignedData over the body of an answer that is good for reading.
Bytes signed_by_openssl(const Signer& by, const OpensslKey& key, X509* certificate) {
    const Bytes body = response_body({});
    const UniqueBio content(BIO_new_mem_buf(body.data(), static_cast<int>(body.size())));
    constexpr unsigned kFlags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP;
    const UniqueCms message(CMS_sign(nullptr, nullptr, nullptr, nullptr, kFlags));
    const UniqueObject type(OBJ_txt2obj("1.3.6.1.5.5.7.12.3", 1));
    REQUIRE(CMS_set1_eContentType(message.get(), type.get()) == 1);
    CMS_SignerInfo* signer =
        CMS_add1_signer(message.get(), certificate, key.get(), by.digest(), kFlags | CMS_KEY_PARAM);
    REQUIRE(signer != nullptr);
    if (by.padding == RsaPadding::pss) {
        use_pss(signer);
    }
    REQUIRE(CMS_final(message.get(), content.get(), nullptr, kFlags) == 1);
    unsigned char* octets = nullptr;
    const int size = i2d_CMS_ContentInfo(message.get(), &octets);
    REQUIRE(size > 0);
    const Bytes copy(octets, octets + size);
    OPENSSL_free(octets);
    return copy;
}

}  // namespace

TEST_CASE("an answer that OpenSSL signs as a CA is read, and its signature verifies",
          "[full_response][I3][MS-WCCE:3.2.1.4.2.1.4.8.2]") {
    const Signer by = GENERATE(values<Signer>({
        {KeyAlgorithm::rsa, RsaPadding::pkcs1, EVP_sha1},
        {KeyAlgorithm::rsa, RsaPadding::pkcs1, EVP_sha256},
        {KeyAlgorithm::rsa, RsaPadding::pkcs1, EVP_sha512},
        {KeyAlgorithm::rsa, RsaPadding::pss, EVP_sha256},
        {KeyAlgorithm::rsa, RsaPadding::pss, EVP_sha384},
        {KeyAlgorithm::ecdsa_p256, RsaPadding::pkcs1, EVP_sha256},
        {KeyAlgorithm::ecdsa_p384, RsaPadding::pkcs1, EVP_sha384},
        {KeyAlgorithm::ecdsa_p521, RsaPadding::pkcs1, EVP_sha512},
    }));
    CAPTURE(static_cast<int>(by.key), static_cast<int>(by.padding), EVP_MD_get0_name(by.digest()));
    const OpensslKey key(by.key);
    const UniqueCertificate certificate = self_signed(key, "Corp Issuing CA 1");
    auto full = read_full_response(signed_by_openssl(by, key, certificate.get()));
    REQUIRE(full);
    CHECK(full->issued_hash == Bytes{1, 2, 3});
    CHECK(full->certificates == std::vector<Bytes>{ca::encoded(certificate.get())});

    const auto scheme =
        scheme_of({full->signature_oid, full->signature_parameters}, hash_of(full->digest_oid));
    REQUIRE(scheme);
    CHECK(scheme->padding == by.padding);

    const auto crypto = stores::make_crypto();
    const EnrollmentService service{.name = "Corp Issuing CA 1",
                                    .certificates = {ca::encoded(certificate.get())}};
    const Anchors anchors;
    test::FakeChainChecker chains;
    const auto signature = [&] {
        CaCertificates known(service, anchors, Time{}, {}, chains);
        return check_signature(*full, nullptr, known, *crypto);
    };
    CHECK(signature());
    full->signature.back() ^= 1;
    CHECK_FALSE(signature());
}

TEST_CASE("certificates that OpenSSL signs with RSASSA-PSS are verified", "[I8][RFC4055:3.1]") {
    const OpensslKey key(KeyAlgorithm::rsa);
    const OpensslKey other(KeyAlgorithm::rsa);
    const UniqueCertificate certificate = self_signed(key, "Corp Issuing CA 1");
    EVP_PKEY_CTX* context = nullptr;
    const UniqueDigestContext digest(EVP_MD_CTX_new());
    REQUIRE(EVP_DigestSignInit(digest.get(), &context, EVP_sha256(), nullptr, key.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
    REQUIRE(X509_sign_ctx(certificate.get(), digest.get()) > 0);

    const auto crypto = stores::make_crypto();
    const Bytes octets = ca::encoded(certificate.get());
    CHECK(signature_of(octets, key.public_key_info(), *crypto) == Signature::good);
    CHECK(signature_of(octets, other.public_key_info(), *crypto) == Signature::wrong);
}

}  // namespace ae::ca
