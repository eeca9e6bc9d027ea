#include "engine/base/hresult_table.h"
#include "stores/device_signature.h"
#include "stores/key_probe.h"
#include "stores/private_key_openssl.h"
#include "stores/tpm_key_backend.h"
#include "stores/tpm_library_openssl.h"

#include <optional>
#include <string_view>
#include <utility>

namespace ae::stores {
namespace {

constexpr std::string_view kBegin = "-----BEGIN TSS2 PRIVATE KEY-----";

// Connects to the TPM for each signature (tpm_library_openssl.h).
class TpmKey final : public engine::PrivateKey {
  public:
    struct Facts {
        engine::KeyAlgorithm algorithm{};
        Bytes public_key_info{};
    };
    TpmKey(std::string tcti, Secret pem, std::string reference, Facts facts)
        : tcti_(std::move(tcti)),
          pem_(std::move(pem)),
          reference_(std::move(reference)),
          facts_(std::move(facts)) {}

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return facts_.public_key_info; }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return facts_.algorithm; }

    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        const Result<TpmLibrary> tpm = TpmLibrary::open(tcti_);
        if (!tpm) {
            return tl::unexpected<Error>(tpm.error());
        }
        const Result<UniqueEvpPkey> key = tpm->load(pem_.view());
        if (!key) {
            return tl::unexpected<Error>(key.error());
        }
        // TPM 2.0 Library Part 1, B.7: many a TPM takes the longest salt that fits, where RFC 4055
        // wants one as long as the digest.
        return checked_signature(tpm->sign(key->get(), scheme, message),
                                 {facts_.public_key_info, scheme, message, reference_});
    }

  private:
    std::string tcti_;
    Secret pem_;
    std::string reference_;
    Facts facts_;
};

Result<TpmKey::Facts> facts_of(EVP_PKEY* key) {
    const std::optional<engine::KeyAlgorithm> algorithm = algorithm_of(key);
    if (!algorithm) {
        return fail(kNotSupported, "the key is neither RSA nor of a NIST curve");
    }
    Result<Bytes> public_half = public_key_info_of(key);
    if (!public_half) {
        return pass(public_half);
    }
    return TpmKey::Facts{*algorithm, std::move(*public_half)};
}

Secret copy_of(const Secret& secret) {
    return Secret(Bytes(secret.view().begin(), secret.view().end()));
}

class TpmBackend final : public KeyBackend {
  public:
    explicit TpmBackend(std::string tcti) : tcti_(std::move(tcti)) {}

    [[nodiscard]] bool reads(const KeyFile& file) const override {
        return file.name == layout::kKey &&
               as_text(file.content.view()).find(kBegin) != std::string_view::npos;
    }
    [[nodiscard]] bool lies_in(const KeyFile& file, const std::string& /*where*/) const override {
        return reads(file);
    }
    Done answers(const std::string& /*where*/) override {
        return TpmLibrary::open(tcti_).map([](const TpmLibrary&) { return std::monostate{}; });
    }

    Result<KeyFile> begin(const engine::KeyRequest& request, const std::string& /*id*/,
                          const std::string& /*where*/) override {
        if (Done checked = check(request); !checked) {
            return pass(checked);
        }
        const Result<TpmLibrary> tpm = TpmLibrary::open(tcti_);
        if (!tpm) {
            return tl::unexpected<Error>(tpm.error());
        }
        const char* const curve = curve_of(request.algorithm);
        Result<UniqueEvpPkey> key =
            curve != nullptr ? tpm->make_ec(curve) : tpm->make_rsa(request.bits);
        if (!key) {
            return pass(key);
        }
        return key_file_of(key->get());
    }
    Done finish(const engine::KeyRequest& /*request*/, const KeyFile& /*file*/) override {
        return done();
    }

    Result<std::unique_ptr<engine::PrivateKey>> open(const KeyFile& file, std::string reference,
                                                     KeyRelease /*release*/) override {
        const Result<TpmLibrary> tpm = TpmLibrary::open(tcti_);
        if (!tpm) {
            return tl::unexpected<Error>(tpm.error());
        }
        const Result<UniqueEvpPkey> key = tpm->load(file.content.view());
        if (!key) {
            return tl::unexpected<Error>(key.error());
        }
        Result<TpmKey::Facts> facts = facts_of(key->get());
        if (!facts) {
            return pass(facts);
        }
        return std::make_unique<TpmKey>(tcti_, copy_of(file.content), std::move(reference),
                                        std::move(*facts));
    }

    KeyProbe probe(const KeyFile& file, ByteView public_key_info) override {
        return probe_by_signing(*this, file, public_key_info, proven_);
    }
    Done destroy(const KeyFile& /*file*/) override { return done(); }

  private:
    static Done check(const engine::KeyRequest& request) {
        if (Done checked = check_key_request(request); !checked) {
            return checked;
        }
        if (request.exportable == engine::KeyExport::allowed ||
            request.archival == engine::KeyArchival::once) {
            return fail(kNotSupported, "no key leaves a TPM, and the template wants one that does",
                        "Clear the template's export and archival of the key, or name another "
                        "provider");
        }
        return done();
    }

    std::string tcti_;
    ProvenKeys proven_{};
};

}  // namespace

std::unique_ptr<KeyBackend> make_tpm_backend(std::string tcti) {
    return std::make_unique<TpmBackend>(std::move(tcti));
}

}  // namespace ae::stores
