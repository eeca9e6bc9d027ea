#include "stores/private_key_openssl.h"

#include "engine/base/hresult_table.h"
#include "stores/archival_blob.h"

#include <array>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace ae::stores {
namespace {

constexpr std::string_view kPemBegin = "-----BEGIN ";
constexpr std::string_view kPkcs8 = "-----BEGIN PRIVATE KEY-----";

// OpenSSL would ask on the terminal for the pass phrase of an encrypted key.
int no_pass_phrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*unused*/) { return -1; }

// The first PKCS #8 block of a PEM text, wiped when it dies.
class PemBlock {
  public:
    explicit PemBlock(BIO* text) {
        if (text == nullptr || PEM_bytes_read_bio(&data_, &size_, nullptr, PEM_STRING_PKCS8INF,
                                                  text, no_pass_phrase, nullptr) != 1) {
            data_ = nullptr;
            size_ = 0;
        }
    }
    PemBlock(const PemBlock&) = delete;
    PemBlock& operator=(const PemBlock&) = delete;
    PemBlock(PemBlock&&) = delete;
    PemBlock& operator=(PemBlock&&) = delete;
    ~PemBlock() { OPENSSL_clear_free(data_, static_cast<std::size_t>(size_)); }
    [[nodiscard]] const unsigned char* data() const { return data_; }
    [[nodiscard]] long size() const { return size_; }

  private:
    unsigned char* data_ = nullptr;
    long size_ = 0;
};

// Numbers of a private key are wiped before their memory is freed.
using UniqueSecretNumber = UniqueHandle<OpensslTraits<BIGNUM, BN_clear_free>>;

Result<UniqueSecretNumber> number_of(EVP_PKEY* key, const char* name) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
        return fail(openssl_error(kNotSupported, std::string("the key does not tell its ") + name));
    }
    return UniqueSecretNumber(number);
}

Result<Secret> rsa_archival_blob(EVP_PKEY* key) {
    auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
    if (!exponent) {
        return pass(exponent);
    }
    if (BN_num_bits(exponent->get()) > 32) {
        return fail(kNotSupported, "the key's public exponent is too long for the archives");
    }
    const auto bits = static_cast<std::uint32_t>(EVP_PKEY_get_bits(key));
    const int whole = static_cast<int>((bits + 7) / 8);
    const int half = static_cast<int>((bits + 15) / 16);
    Bytes blob =
        empty_archival_blob(bits, static_cast<std::uint32_t>(BN_get_word(exponent->get())));
    std::uint8_t* at = blob.data() + kArchivalHeader;
    Secret held(std::move(blob));  // the numbers go to where it holds them
    struct Part {
        const char* name;
        int size;
    };
    for (const Part& part :
         {Part{OSSL_PKEY_PARAM_RSA_N, whole}, Part{OSSL_PKEY_PARAM_RSA_FACTOR1, half},
          Part{OSSL_PKEY_PARAM_RSA_FACTOR2, half}, Part{OSSL_PKEY_PARAM_RSA_EXPONENT1, half},
          Part{OSSL_PKEY_PARAM_RSA_EXPONENT2, half}, Part{OSSL_PKEY_PARAM_RSA_COEFFICIENT1, half},
          Part{OSSL_PKEY_PARAM_RSA_D, whole}}) {
        auto number = number_of(key, part.name);
        if (!number) {
            return pass(number);
        }
        if (BN_bn2lebinpad(number->get(), at, part.size) != part.size) {
            return fail(openssl_error(kNotSupported, "the key's primes differ in length"));
        }
        at += part.size;
    }
    return held;
}

class SoftwareKey final : public engine::PrivateKey {
  public:
    SoftwareKey(UniqueEvpPkey key, engine::KeyAlgorithm algorithm, std::string reference,
                Bytes public_key_info, KeyRelease release)
        : key_(std::move(key)),
          algorithm_(algorithm),
          reference_(std::move(reference)),
          public_key_info_(std::move(public_key_info)),
          release_(release) {}

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return public_key_info_; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return algorithm_; }

    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        const UniqueEvpMdCtx context(EVP_MD_CTX_new());
        Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
        std::size_t size = signature.size();
        if (!context || !begin_signature(context.get(), Signing::make, key_.get(), scheme) ||
            EVP_DigestSign(context.get(), signature.data(), &size, message.data(),
                           message.size()) != 1) {
            return fail(openssl_error(kUnexpected, "sign with key " + reference_));
        }
        signature.resize(size);
        return signature;
    }

    Result<Secret> archival_blob() override {
        if (release_ == KeyRelease::never) {
            return fail(kNotSupported,
                        "key " + reference_ + " was made neither for archival nor for export");
        }
        if (algorithm_ != engine::KeyAlgorithm::rsa) {
            return fail(kNotSupported, "only RSA keys are archived");
        }
        return rsa_archival_blob(key_.get());
    }

  private:
    UniqueEvpPkey key_;
    engine::KeyAlgorithm algorithm_;
    std::string reference_;
    Bytes public_key_info_;
    KeyRelease release_;
};

}  // namespace

const char* curve_of(engine::KeyAlgorithm algorithm) {
    switch (algorithm) {
        case engine::KeyAlgorithm::ecdsa_p256:
            return "P-256";
        case engine::KeyAlgorithm::ecdsa_p384:
            return "P-384";
        case engine::KeyAlgorithm::ecdsa_p521:
            return "P-521";
        case engine::KeyAlgorithm::rsa:
            break;
    }
    return nullptr;
}

Done check_key_request(const engine::KeyRequest& request) {
    if (request.algorithm != engine::KeyAlgorithm::rsa) {
        return done();
    }
    if (request.bits < kSmallestRsa || request.bits > kLargestRsa) {
        return fail(kNotSupported,
                    "an RSA key of " + std::to_string(request.bits) + " bits was asked for",
                    "Set the template's minimum key size to between 2048 and 8192");
    }
    return done();
}

std::optional<engine::KeyAlgorithm> algorithm_of(EVP_PKEY* key) {
    using engine::KeyAlgorithm;
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        return KeyAlgorithm::rsa;
    }
    std::array<char, 32> name{};
    if (EVP_PKEY_is_a(key, "EC") == 1 &&
        EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) == 1) {
        for (const KeyAlgorithm one :
             {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ecdsa_p521}) {
            if (EC_curve_nist2nid(curve_of(one)) == OBJ_sn2nid(name.data())) {
                return one;
            }
        }
    }
    return std::nullopt;
}

Result<UniqueEvpPkey> generate_key(const engine::KeyRequest& request) {
    if (Done checked = check_key_request(request); !checked) {
        return pass(checked);
    }
    const char* curve = curve_of(request.algorithm);
    UniqueEvpPkey key(curve != nullptr ? EVP_EC_gen(curve)
                                       : EVP_RSA_gen(static_cast<std::size_t>(request.bits)));
    if (!key) {
        return tl::unexpected<Error>(openssl_error(kUnexpected, "make a key"));
    }
    return key;
}

Result<KeyFile> key_file_of(EVP_PKEY* key) {
    const UniqueBio memory(BIO_new(BIO_s_mem()));  // OpenSSL wipes it when it is freed
    if (!memory || PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr,
                                                 nullptr) != 1) {
        return tl::unexpected<Error>(openssl_error(kUnexpected, "encode a key"));
    }
    char* data = nullptr;
    const long size = BIO_ctrl(memory.get(), BIO_CTRL_INFO, 0, &data);
    const ByteView text = as_bytes({data, static_cast<std::size_t>(size)});
    return KeyFile{layout::kKey, Secret(Bytes(text.begin(), text.end()))};
}

Result<UniqueEvpPkey> key_from_pem(ByteView pem) {
    const UniqueBio memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const PemBlock block(memory.get());
    // Telling OpenSSL the key's type spares it from trying all its decoders: three times as fast,
    // which shows when MY holds thousands of entries.
    const unsigned char* at = block.data();
    const UniquePkcs8 info(at == nullptr ? nullptr
                                         : d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, block.size()));
    const ASN1_OBJECT* type = nullptr;
    UniqueEvpPkey key;
    if (info && PKCS8_pkey_get0(&type, nullptr, nullptr, nullptr, info.get()) == 1) {
        at = block.data();
        key.reset(d2i_PrivateKey(OBJ_obj2nid(type), nullptr, &at, block.size()));
    }
    if (!key) {
        return tl::unexpected<Error>(openssl_error(kInvalidData, "read a key"));
    }
    return key;
}

Result<Bytes> public_key_info_of(EVP_PKEY* key) {
    unsigned char* octets = nullptr;
    const int size = i2d_PUBKEY(key, &octets);
    if (size <= 0) {
        return tl::unexpected<Error>(openssl_error(kUnexpected, "encode a public key"));
    }
    Bytes copy(octets, octets + size);
    OPENSSL_free(octets);
    return copy;
}

Result<std::unique_ptr<engine::PrivateKey>> make_private_key(UniqueEvpPkey key,
                                                             std::string reference,
                                                             KeyRelease release) {
    const std::optional<engine::KeyAlgorithm> algorithm = algorithm_of(key.get());
    if (!algorithm) {
        return fail(kNotSupported, "the key is neither RSA nor of a NIST curve");
    }
    Result<Bytes> public_half = public_key_info_of(key.get());
    if (!public_half) {
        return pass(public_half);
    }
    return std::make_unique<SoftwareKey>(std::move(key), *algorithm, std::move(reference),
                                         std::move(*public_half), release);
}

KeyProbe probe_key(ByteView pem, ByteView public_key_info) {
    using engine::KeyState;
    const std::string_view text = as_text(pem);
    if (text.find(kPkcs8) == std::string_view::npos && text.find(kPemBegin) != text.npos) {
        // Someone put another kind of key there (encrypted, in a TPM): it may well work.
        return {KeyState::unknown, "the key file is not in a form that this program reads"};
    }
    Result<UniqueEvpPkey> key = key_from_pem(pem);
    if (!key) {
        return {KeyState::gone, "the key file holds no key"};
    }
    const Result<Bytes> own = public_key_info_of(key->get());
    if (!own) {
        return {KeyState::unknown, own.error().context};
    }
    if (!equal(*own, public_key_info)) {
        return {KeyState::gone, "the key file holds the key of another certificate"};
    }
    return {KeyState::usable, {}};
}

}  // namespace ae::stores
