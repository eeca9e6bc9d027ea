#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <catch2/catch.hpp>
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace ae::ca {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;

struct DigestContextTraits {
    using value_type = EVP_MD_CTX*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type context) noexcept { ::EVP_MD_CTX_free(context); }
};
using UniqueDigestContext = UniqueHandle<DigestContextTraits>;

const EVP_MD* method_of(HashAlgorithm hash) {
    switch (hash) {
        case HashAlgorithm::sha1:
            return EVP_sha1();
        case HashAlgorithm::sha256:
            return EVP_sha256();
        case HashAlgorithm::sha384:
            return EVP_sha384();
        case HashAlgorithm::sha512:
            return EVP_sha512();
    }
    return nullptr;
}

EVP_PKEY* generated(KeyAlgorithm algorithm) {
    switch (algorithm) {
        case KeyAlgorithm::rsa:
            return EVP_RSA_gen(2048);
        case KeyAlgorithm::ecdsa_p256:
            return EVP_EC_gen("P-256");
        case KeyAlgorithm::ecdsa_p384:
            return EVP_EC_gen("P-384");
        case KeyAlgorithm::ecdsa_p521:
            return EVP_EC_gen("P-521");
    }
    return nullptr;
}

}  // namespace

OpensslKey::OpensslKey(KeyAlgorithm algorithm) : algorithm_(algorithm), key_(generated(algorithm)) {
    REQUIRE(key_);
    unsigned char* octets = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &octets);
    REQUIRE(size > 0);
    public_key_info_.assign(octets, octets + size);
    OPENSSL_free(octets);
}

Result<Bytes> OpensslKey::sign(HashAlgorithm hash, ByteView message) {
    const UniqueDigestContext context(EVP_MD_CTX_new());
    std::size_t size = 0;
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, method_of(hash), nullptr, key_.get()) == 1);
    REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
    Bytes signature(size);
    REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(),
                           message.size()) == 1);
    signature.resize(size);
    return signature;
}

Bytes OpensslCrypto::digest(HashAlgorithm algorithm, ByteView message) {
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    REQUIRE(EVP_Digest(message.data(), message.size(), value.data(), &size, method_of(algorithm),
                       nullptr) == 1);
    value.resize(size);
    return value;
}

Result<bool> OpensslCrypto::verify(ByteView, HashAlgorithm, ByteView, ByteView) {
    FAIL("a request is built without verifying anything");
    return false;
}

UniqueCertificate self_signed(const OpensslKey& key, const char* common_name,
                              const char* dns_name) {
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
    if (dns_name != nullptr) {
        const std::string text = std::string("DNS:") + dns_name;
        X509_EXTENSION* names =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, text.c_str());
        REQUIRE(X509_add_ext(raw, names, -1) == 1);
        X509_EXTENSION_free(names);
    }
    REQUIRE(X509_sign(raw, key.get(), EVP_sha256()) > 0);
    return certificate;
}

Bytes encoded(X509* certificate) {
    unsigned char* octets = nullptr;
    const int size = i2d_X509(certificate, &octets);
    REQUIRE(size > 0);
    const Bytes copy(octets, octets + size);
    OPENSSL_free(octets);
    return copy;
}

}  // namespace ae::ca
