#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <catch2/catch.hpp>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
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

struct KeyContextTraits {
    using value_type = EVP_PKEY_CTX*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type context) noexcept { ::EVP_PKEY_CTX_free(context); }
};
using UniqueKeyContext = UniqueHandle<KeyContextTraits>;

struct CipherContextTraits {
    using value_type = EVP_CIPHER_CTX*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type context) noexcept { ::EVP_CIPHER_CTX_free(context); }
};
using UniqueCipherContext = UniqueHandle<CipherContextTraits>;

const EVP_CIPHER* method_of(engine::ContentCipher cipher) {
    switch (cipher) {
        case engine::ContentCipher::triple_des:
            return EVP_des_ede3_cbc();
        case engine::ContentCipher::aes128:
            return EVP_aes_128_cbc();
        case engine::ContentCipher::aes192:
            return EVP_aes_192_cbc();
        case engine::ContentCipher::aes256:
            return EVP_aes_256_cbc();
    }
    return nullptr;
}

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

OpensslKey::OpensslKey(KeyAlgorithm algorithm, engine::KeyPurpose purpose)
    : algorithm_(algorithm), purpose_(purpose), key_(generated(algorithm)) {
    REQUIRE(key_);
    unsigned char* octets = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &octets);
    REQUIRE(size > 0);
    public_key_info_.assign(octets, octets + size);
    OPENSSL_free(octets);
}

Result<Bytes> OpensslKey::sign(const engine::SignatureScheme& scheme, ByteView message) {
    if (!signs()) {
        return fail(kNotSupported, "an agreement key does not sign");
    }
    const UniqueDigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;
    REQUIRE(EVP_DigestSignInit(context.get(), &parameters, method_of(scheme.hash), nullptr,
                               key_.get()) == 1);
    if (scheme.padding == engine::RsaPadding::pss && algorithm_ == KeyAlgorithm::rsa) {
        REQUIRE(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1);
        REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    std::size_t size = 0;
    REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
    Bytes signature(size);
    REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(),
                           message.size()) == 1);
    signature.resize(size);
    return signature;
}

Result<Secret> OpensslKey::archival_blob() {
    const UniqueBio out(BIO_new(BIO_s_mem()));
    REQUIRE(i2b_PrivateKey_bio(out.get(), key_.get()) > 0);
    return Secret(content_of(out.get()));
}

Bytes OpensslCrypto::digest(HashAlgorithm algorithm, ByteView message) {
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    REQUIRE(EVP_Digest(message.data(), message.size(), value.data(), &size, method_of(algorithm),
                       nullptr) == 1);
    value.resize(size);
    return value;
}

Result<Bytes> OpensslCrypto::random(std::size_t count) {
    Bytes octets(count);
    REQUIRE(RAND_bytes(octets.data(), static_cast<int>(count)) == 1);
    return octets;
}

Result<Bytes> OpensslCrypto::encrypt_key(ByteView public_key_info, ByteView secret) {
    const unsigned char* at = public_key_info.data();
    const UniqueEvpKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key_info.size())));
    REQUIRE(key);
    const UniqueKeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
    if (EVP_PKEY_encrypt_init(context.get()) != 1) {
        return fail(kNotSupported, "no RSA key");
    }
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1);
    std::size_t size = 0;
    REQUIRE(EVP_PKEY_encrypt(context.get(), nullptr, &size, secret.data(), secret.size()) == 1);
    Bytes encrypted(size);
    REQUIRE(EVP_PKEY_encrypt(context.get(), encrypted.data(), &size, secret.data(),
                             secret.size()) == 1);
    encrypted.resize(size);
    return encrypted;
}

Result<Bytes> OpensslCrypto::encrypt_content(engine::ContentCipher cipher, ByteView key,
                                             ByteView vector, ByteView message) {
    const UniqueCipherContext context(EVP_CIPHER_CTX_new());
    const EVP_CIPHER* method = method_of(cipher);
    REQUIRE(EVP_CIPHER_get_key_length(method) == static_cast<int>(key.size()));
    REQUIRE(EVP_CIPHER_get_iv_length(method) == static_cast<int>(vector.size()));
    REQUIRE(EVP_EncryptInit_ex(context.get(), method, nullptr, key.data(), vector.data()) == 1);
    Bytes encrypted(message.size() + EVP_MAX_BLOCK_LENGTH);
    int size = 0;
    int last = 0;
    REQUIRE(EVP_EncryptUpdate(context.get(), encrypted.data(), &size, message.data(),
                              static_cast<int>(message.size())) == 1);
    REQUIRE(EVP_EncryptFinal_ex(context.get(), encrypted.data() + size, &last) == 1);
    encrypted.resize(static_cast<std::size_t>(size + last));
    return encrypted;
}

Result<bool> OpensslCrypto::verify(ByteView, const engine::SignatureScheme&, ByteView, ByteView) {
    FAIL("a request is built without verifying anything");
    return false;
}

UniqueCertificateRequest read_by_openssl(const Bytes& pkcs10) {
    const unsigned char* at = pkcs10.data();
    UniqueCertificateRequest request(d2i_X509_REQ(nullptr, &at, static_cast<long>(pkcs10.size())));
    REQUIRE(request);
    REQUIRE(at == pkcs10.data() + pkcs10.size());
    return request;
}

Bytes content_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, data + size};
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
    X509V3_CTX context{};
    X509V3_set_ctx(&context, raw, raw, nullptr, nullptr, 0);
    X509_EXTENSION* identifier =
        X509V3_EXT_conf_nid(nullptr, &context, NID_subject_key_identifier, "hash");
    REQUIRE(X509_add_ext(raw, identifier, -1) == 1);
    X509_EXTENSION_free(identifier);
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
