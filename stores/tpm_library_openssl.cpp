#include "stores/tpm_library_openssl.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

namespace ae::stores {
namespace {

constexpr const char* kProvider = "tpm2";
constexpr const char* kInTpm = "provider=tpm2";
constexpr std::string_view kUsualDevice = "/dev/tpmrm0";
constexpr std::string_view kByDevice = "device:";

// TPM 2.0 Library Part 2, 6.6: a format-one code without the number of its parameter.
constexpr unsigned kFormatOne = 0x080;
constexpr unsigned kIntegrity = 0x09F;  // TPM_RC_INTEGRITY
constexpr unsigned kFormatOneMask = 0x0BF;

// What the TPM itself answered to the last call, out of "708 tpm:parameter(2):value is ...".
struct TpmAnswer {
    std::string text{};
    std::optional<unsigned> code{};
};

// Empties the error queue.
TpmAnswer last_answer() {
    TpmAnswer answer;
    const char* data = nullptr;
    int flags = 0;
    while (const unsigned long number =
               ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
        const char* const reason = ERR_reason_error_string(number);
        const std::string_view detail = (flags & ERR_TXT_STRING) != 0 ? data : "";
        unsigned code = 0;
        const auto [end, error] =
            std::from_chars(detail.data(), detail.data() + detail.size(), code);
        const bool of_tpm =
            error == std::errc{} && end != detail.data() + detail.size() && *end == ' ';
        if (!answer.text.empty() && !of_tpm) {
            continue;  // the first says it best, unless the TPM itself is quoted later
        }
        answer.text = reason != nullptr ? reason : "";
        if (!detail.empty()) {
            answer.text += (answer.text.empty() ? "" : ": ") + printable(detail);
        }
        if (of_tpm) {
            answer.code = code;
        }
    }
    return answer;
}

bool is_foreign(const TpmAnswer& answer) {
    return answer.code && (*answer.code & kFormatOne) != 0 &&
           (*answer.code & kFormatOneMask) == kIntegrity;
}

// A warning says that the TPM cannot do it now (TPM 2.0 Library Part 2, 6.6.3); everything else
// about a key or scheme that is well-formed says that it never does.
bool is_passing(const TpmAnswer& answer) {
    constexpr unsigned kWarning = 0x900;  // TPM_RC_WARN
    return answer.code && (*answer.code & kFormatOne) == 0 && (*answer.code & kWarning) == kWarning;
}

Error tpm_error(const std::string& what) {
    const TpmAnswer answer = last_answer();
    const std::string text =
        "the TPM cannot " + what + (answer.text.empty() ? "" : " (" + answer.text + ")");
    if (is_passing(answer)) {
        return {kBusy, text,
                "Let the kernel share the TPM between programs: name /dev/tpmrm0, not /dev/tpm0"};
    }
    return {kNotSupported, text};
}

// tpm2-openssl reads where its TPM is from the environment alone (its configuration value does not
// arrive), and its libraries write to standard error unless they are told not to.
void tell_environment(const std::string& tcti) {
    ::setenv("TPM2OPENSSL_TCTI", tcti.c_str(), 1);
    ::setenv("TSS2_LOG", "all+none", 0);
}

Done check_device(const std::string& tcti) {
    if (!tcti.starts_with(kByDevice)) {
        return done();
    }
    const std::string device = tcti.substr(kByDevice.size());
    if (::access(device.c_str(), F_OK) != 0) {
        return fail(kNotSupported, "this machine has no TPM at " + device,
                    "Enable the TPM in the firmware, or name another one in KeyProviders");
    }
    if (::access(device.c_str(), R_OK | W_OK) != 0) {
        // root's rights over files are gone in the unit, and its groups are those of the unit.
        return fail(kAccessDenied, "this account may not use the TPM at " + device,
                    ::geteuid() == 0 ? "Give the service the group that owns the device: "
                                       "packaging/linux/systemd/aeclient-tpm.conf.example "
                                       "(SupplementaryGroups=tss)"
                                     : "Add the account to the group that owns the device");
    }
    return done();
}

// OpenSSL would ask on the terminal for the authorization of a key that wants one.
int no_pass_phrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*unused*/) { return -1; }

Result<UniqueEvpPkey> generate(EVP_PKEY_CTX* context, bool ready, const std::string& what) {
    EVP_PKEY* made = nullptr;
    if (!ready || EVP_PKEY_generate(context, &made) != 1) {
        return fail(tpm_error("make " + what));
    }
    return UniqueEvpPkey(made);
}

}  // namespace

Result<TpmLibrary> TpmLibrary::open(const std::string& configured) {
    const std::string tcti =
        configured.empty() ? std::string(kByDevice) + std::string(kUsualDevice) : configured;
    if (Done there = check_device(tcti); !there) {
        return pass(there);
    }
    tell_environment(tcti);
    ERR_clear_error();
    TpmLibrary library;
    library.context_.reset(OSSL_LIB_CTX_new());
    library.usual_.reset(OSSL_PROVIDER_load(library.context_.get(), "default"));
    library.tpm_.reset(OSSL_PROVIDER_load(library.context_.get(), kProvider));
    if (!library.context_ || !library.usual_ || !library.tpm_) {
        return fail(std::move(tpm_error("be reached as " + printable(tcti)))
                        .with_remedy("Install the package tpm2-openssl, and see with tpm2_getcap "
                                     "whether the TPM answers"));
    }
    return library;
}

Result<UniqueEvpPkey> TpmLibrary::make_rsa(unsigned bits) const {
    const UniqueEvpPkeyCtx context(EVP_PKEY_CTX_new_from_name(context_.get(), "RSA", kInTpm));
    const bool ready = context && EVP_PKEY_keygen_init(context.get()) == 1 &&
                       EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) == 1;
    return generate(context.get(), ready, "an RSA key of " + std::to_string(bits) + " bits");
}

Result<UniqueEvpPkey> TpmLibrary::make_ec(const char* curve) const {
    const UniqueEvpPkeyCtx context(EVP_PKEY_CTX_new_from_name(context_.get(), "EC", kInTpm));
    const bool ready = context && EVP_PKEY_keygen_init(context.get()) == 1 &&
                       EVP_PKEY_CTX_set_group_name(context.get(), curve) == 1;
    return generate(context.get(), ready, std::string("a key on the curve ") + curve);
}

Result<UniqueEvpPkey> TpmLibrary::load(ByteView pem) const {
    const UniqueBio memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    ERR_clear_error();
    UniqueEvpPkey key(PEM_read_bio_PrivateKey_ex(memory.get(), nullptr, no_pass_phrase, nullptr,
                                                 context_.get(), kInTpm));
    if (!key) {
        const TpmAnswer answer = last_answer();
        if (is_foreign(answer)) {
            return fail(kFileNotFound,
                        "the key is one of another TPM, or this TPM was cleared since (" +
                            answer.text + ")");
        }
        // Without an answer of the TPM the text never reached it.
        return fail(is_passing(answer) ? kBusy
                    : answer.code      ? kUnexpected
                                       : kInvalidData,
                    "the TPM cannot load the key (" + answer.text + ")");
    }
    ERR_clear_error();
    return key;
}

Result<Bytes> TpmLibrary::sign(EVP_PKEY* key, const engine::SignatureScheme& scheme,
                               ByteView message) const {
    const EVP_MD* const digest = digest_of(scheme.hash);
    std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
    unsigned size = 0;
    // Hashed here: a TPM does it octet by octet over a slow line, and knows fewer digests.
    if (EVP_Digest(message.data(), message.size(), value.data(), &size, digest, nullptr) != 1) {
        return fail(openssl_error(kUnexpected, "digest what is to be signed"));
    }
    const UniqueEvpPkeyCtx context(EVP_PKEY_CTX_new_from_pkey(context_.get(), key, kInTpm));
    const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1;
    const bool pss = rsa && scheme.padding == engine::RsaPadding::pss;
    Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
    std::size_t length = signature.size();
    if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
        (rsa && EVP_PKEY_CTX_set_rsa_padding(
                    context.get(), pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1) ||
        EVP_PKEY_CTX_set_signature_md(context.get(), digest) != 1 ||
        EVP_PKEY_sign(context.get(), signature.data(), &length, value.data(), size) != 1) {
        return fail(tpm_error("sign with this scheme"));
    }
    signature.resize(length);
    return signature;
}

}  // namespace ae::stores
