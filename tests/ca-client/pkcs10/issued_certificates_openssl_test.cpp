#include "ca-client/issued_certificates.h"
#include "engine/certificate.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <catch2/catch.hpp>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

namespace ae::ca {
namespace {

struct CertificateTraits {
    using value_type = X509*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type certificate) noexcept { ::X509_free(certificate); }
};
using UniqueCertificate = UniqueHandle<CertificateTraits>;

struct Pkcs7Traits {
    using value_type = PKCS7*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type message) noexcept { ::PKCS7_free(message); }
};
using UniquePkcs7 = UniqueHandle<Pkcs7Traits>;

template <class T>
Bytes encoded(int (*write)(const T*, unsigned char**), const T* object) {
    unsigned char* octets = nullptr;
    const int size = write(object, &octets);
    REQUIRE(size > 0);
    const Bytes copy(octets, octets + size);
    OPENSSL_free(octets);
    return copy;
}

UniqueCertificate self_signed(const OpensslKey& key, const char* common_name) {
    UniqueCertificate certificate(X509_new());
    X509* raw = certificate.get();
    X509_set_version(raw, X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(raw), 0xF123456789ABCDEF);
    X509_time_adj_ex(X509_getm_notBefore(raw), 0, 0, nullptr);
    X509_time_adj_ex(X509_getm_notAfter(raw), 36500, 0, nullptr);
    X509_NAME* name = X509_get_subject_name(raw);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    X509_set_issuer_name(raw, name);
    X509_set_pubkey(raw, key.get());
    REQUIRE(X509_sign(raw, key.get(), EVP_sha256()) > 0);
    return certificate;
}

}  // namespace

TEST_CASE("the bag of a degenerate PKCS #7 by OpenSSL is read",
          "[issued_certificates][MS-WCCE:3.2.1.4.2.1.4.8.1]") {
    const OpensslKey key(engine::KeyAlgorithm::ecdsa_p256);
    const UniqueCertificate leaf = self_signed(key, "ws1.corp.example.test");
    const UniqueCertificate root = self_signed(key, "Lab M\xC3\xBCnchen Root");
    const UniquePkcs7 message(PKCS7_new());
    REQUIRE(PKCS7_set_type(message.get(), NID_pkcs7_signed) == 1);
    REQUIRE(PKCS7_content_new(message.get(), NID_pkcs7_data) == 1);
    REQUIRE(PKCS7_add_certificate(message.get(), leaf.get()) == 1);
    REQUIRE(PKCS7_add_certificate(message.get(), root.get()) == 1);

    const auto certificates = certificates_of_signed_data(encoded<PKCS7>(i2d_PKCS7, message.get()));
    REQUIRE(certificates);
    CHECK(*certificates ==
          std::vector{encoded<X509>(i2d_X509, leaf.get()), encoded<X509>(i2d_X509, root.get())});

    const auto facts = engine::parse_certificate(certificates->back());
    REQUIRE(facts);
    CHECK(facts->subject == "CN=Lab M\xC3\xBCnchen Root");
    CHECK(facts->serial == "f123456789abcdef");
    CHECK(equal(facts->public_key_info, key.public_key_info()));
    CHECK(facts->not_after - facts->not_before == std::chrono::hours(24) * 36500);
}

}  // namespace ae::ca
