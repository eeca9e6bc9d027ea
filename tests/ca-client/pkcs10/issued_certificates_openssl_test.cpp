#include "ca-client/issued_certificates.h"
#include "engine/certificate.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <catch2/catch.hpp>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

namespace ae::ca {
namespace {

struct Pkcs7Traits {
    using value_type = PKCS7*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type message) noexcept { ::PKCS7_free(message); }
};
using UniquePkcs7 = UniqueHandle<Pkcs7Traits>;

Bytes encoded(PKCS7* message) {
    unsigned char* octets = nullptr;
    const int size = i2d_PKCS7(message, &octets);
    REQUIRE(size > 0);
    const Bytes copy(octets, octets + size);
    OPENSSL_free(octets);
    return copy;
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

    const auto certificates = certificates_of_signed_data(encoded(message.get()));
    REQUIRE(certificates);
    CHECK(*certificates == std::vector{ca::encoded(leaf.get()), ca::encoded(root.get())});

    const auto facts = engine::parse_certificate(certificates->back());
    REQUIRE(facts);
    CHECK(facts->subject == "CN=Lab M\xC3\xBCnchen Root");
    CHECK(facts->serial == "f123456789abcdef");
    CHECK(equal(facts->public_key_info, key.public_key_info()));
    CHECK(facts->not_after - facts->not_before == std::chrono::hours(24) * 36500);
}

}  // namespace ae::ca
