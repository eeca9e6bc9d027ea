#include "engine/base/hresult_table.h"
#include "stores/crypto.h"
#include "stores/openssl_handles.h"

#include <climits>
#include <utility>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

namespace ae::stores {
namespace {

constexpr std::size_t kLargestMessage = INT_MAX - EVP_MAX_BLOCK_LENGTH;

Result<UniqueEvpPkey> public_key_from(ByteView public_key_info) {
    const unsigned char* at = public_key_info.data();
    UniqueEvpPkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key_info.size())));
    if (!key || at != public_key_info.data() + public_key_info.size()) {
        return fail(openssl_error(kInvalidData, "the public key is not understood"));
    }
    return key;
}

// They all pad as RFC 5652 6.3 wants it.
const EVP_CIPHER* cipher_of(engine::ContentCipher cipher) {
    switch (cipher) {
        case engine::ContentCipher::triple_des:
            return EVP_des_ede3_cbc();
        case engine::ContentCipher::aes128:
            return EVP_aes_128_cbc();
        case engine::ContentCipher::aes192:
            return EVP_aes_192_cbc();
        case engine::ContentCipher::aes256:
            break;
    }
    return EVP_aes_256_cbc();
}

class OpensslCrypto final : public engine::Crypto {
  public:
    Bytes digest(engine::HashAlgorithm algorithm, ByteView message) override {
        Bytes value(EVP_MAX_MD_SIZE);
        unsigned size = 0;
        if (EVP_Digest(message.data(), message.size(), value.data(), &size, digest_of(algorithm),
                       nullptr) != 1) {
            size = 0;
            ERR_clear_error();
        }
        value.resize(size);
        return value;
    }

    Result<Bytes> random(std::size_t count) override {
        Bytes octets(count);
        if (count > INT_MAX || RAND_bytes(octets.data(), static_cast<int>(count)) != 1) {
            return fail(openssl_error(kUnexpected, "draw a random number"));
        }
        return octets;
    }

    Result<Bytes> encrypt_key(ByteView public_key_info, ByteView secret) override {
        auto key = public_key_from(public_key_info);
        if (!key) {
            return pass(key);
        }
        if (EVP_PKEY_is_a(key->get(), "RSA") != 1) {
            return fail(kNotSupported, "only an RSA key encrypts another key");
        }
        const UniqueEvpPkeyCtx context(EVP_PKEY_CTX_new_from_pkey(nullptr, key->get(), nullptr));
        Bytes encrypted(static_cast<std::size_t>(EVP_PKEY_get_size(key->get())));
        std::size_t size = encrypted.size();
        if (!context || EVP_PKEY_encrypt_init(context.get()) != 1 ||
            EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
            EVP_PKEY_encrypt(context.get(), encrypted.data(), &size, secret.data(),
                             secret.size()) != 1) {
            return fail(openssl_error(kInvalidData, "encrypt a key to an RSA key"));
        }
        encrypted.resize(size);
        return encrypted;
    }

    Result<Bytes> encrypt_content(engine::ContentCipher cipher, ByteView key, ByteView vector,
                                  ByteView message) override {
        const EVP_CIPHER* const algorithm = cipher_of(cipher);
        if (std::cmp_not_equal(key.size(), EVP_CIPHER_get_key_length(algorithm)) ||
            std::cmp_not_equal(vector.size(), EVP_CIPHER_get_iv_length(algorithm)) ||
            message.size() > kLargestMessage) {
            return fail(kInvalidData, "the key, vector or message does not go with the cipher");
        }
        const UniqueEvpCipherCtx context(EVP_CIPHER_CTX_new());
        Bytes encrypted(message.size() + EVP_MAX_BLOCK_LENGTH);
        int whole_blocks = 0;
        int last_block = 0;
        if (!context ||
            EVP_EncryptInit_ex2(context.get(), algorithm, key.data(), vector.data(), nullptr) !=
                1 ||
            EVP_EncryptUpdate(context.get(), encrypted.data(), &whole_blocks, message.data(),
                              static_cast<int>(message.size())) != 1 ||
            EVP_EncryptFinal_ex(context.get(), encrypted.data() + whole_blocks, &last_block) != 1) {
            return fail(openssl_error(kUnexpected, "encrypt"));
        }
        encrypted.resize(static_cast<std::size_t>(whole_blocks + last_block));
        return encrypted;
    }

    Result<bool> verify(ByteView public_key_info, const engine::SignatureScheme& scheme,
                        ByteView message, ByteView signature) override {
        auto key = public_key_from(public_key_info);
        if (!key) {
            return pass(key);
        }
        const UniqueEvpMdCtx context(EVP_MD_CTX_new());
        if (!context || !begin_signature(context.get(), Signing::check, key->get(), scheme)) {
            return fail(openssl_error(kNotSupported,
                                      "the public key's algorithm does not go with this digest"));
        }
        // Negative: the signature is not even well formed; that makes it wrong, nothing else.
        const bool good = EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                           message.data(), message.size()) == 1;
        ERR_clear_error();
        return good;
    }
};

}  // namespace

const EVP_MD* digest_of(engine::HashAlgorithm algorithm) {
    switch (algorithm) {
        case engine::HashAlgorithm::sha1:
            return EVP_sha1();
        case engine::HashAlgorithm::sha256:
            return EVP_sha256();
        case engine::HashAlgorithm::sha384:
            return EVP_sha384();
        case engine::HashAlgorithm::sha512:
            return EVP_sha512();
    }
    return nullptr;
}

bool begin_signature(EVP_MD_CTX* context, Signing signing, EVP_PKEY* key,
                     const engine::SignatureScheme& scheme) {
    EVP_PKEY_CTX* inner = nullptr;  // the context's own
    const EVP_MD* const digest = digest_of(scheme.hash);
    const int begun = signing == Signing::make
                          ? EVP_DigestSignInit(context, &inner, digest, nullptr, key)
                          : EVP_DigestVerifyInit(context, &inner, digest, nullptr, key);
    // RSA's default padding is PKCS #1 v1.5, and an EC signature is DER: as ports.h wants them.
    const bool usual =
        scheme.padding == engine::RsaPadding::pkcs1 || EVP_PKEY_is_a(key, "RSA") != 1;
    return begun == 1 &&
           (usual || (EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) == 1 &&
                      EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, RSA_PSS_SALTLEN_DIGEST) == 1));
}

Error openssl_error(Hresult code, std::string what) {
    const unsigned long first = ERR_get_error();
    ERR_clear_error();
    if (const char* reason = first == 0 ? nullptr : ERR_reason_error_string(first)) {
        what.append(" (OpenSSL: ").append(reason).append(")");
    }
    return Error{code, std::move(what)};
}

std::unique_ptr<engine::Crypto> make_crypto() { return std::make_unique<OpensslCrypto>(); }

}  // namespace ae::stores
