#include "engine/base/hresult_table.h"
#include "stores/crypto.h"
#include "stores/openssl_handles.h"

#include <openssl/err.h>

namespace ae::stores {
namespace {

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

    Result<bool> verify(ByteView public_key_info, engine::HashAlgorithm algorithm, ByteView message,
                        ByteView signature) override {
        const unsigned char* at = public_key_info.data();
        const UniqueEvpPkey key(
            d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key_info.size())));
        if (!key || at != public_key_info.data() + public_key_info.size()) {
            return tl::unexpected<Error>(
                openssl_error(kInvalidData, "the public key is not understood"));
        }
        const UniqueEvpMdCtx context(EVP_MD_CTX_new());
        if (!context || EVP_DigestVerifyInit(context.get(), nullptr, digest_of(algorithm), nullptr,
                                             key.get()) != 1) {
            return tl::unexpected<Error>(openssl_error(
                kNotSupported, "the public key's algorithm does not go with this digest"));
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
