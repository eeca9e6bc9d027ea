#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/container_name.h"
#include "stores/key_store.h"
#include "stores/store_entry_wincrypt.h"

#include <algorithm>
#include <array>
#include <utility>

// windows.h first.
#include <bcrypt.h>

namespace ae::stores {
namespace {

Result<std::string> new_container_name() {
    std::array<std::uint8_t, kContainerDigits / 2> random{};
    if (::BCryptGenRandom(nullptr, random.data(), static_cast<ULONG>(random.size()),
                          BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0) {
        return fail(kUnexpected, "draw a random number");
    }
    return std::string(kContainerPrefix) + to_hex(random);
}

class StoredKey final : public engine::PrivateKey {
  public:
    StoredKey(std::string reference, engine::KeyAlgorithm algorithm,
              std::unique_ptr<ProviderKey> key, std::optional<Secret> archival_blob)
        : reference_(std::move(reference)),
          algorithm_(algorithm),
          key_(std::move(key)),
          archival_blob_(std::move(archival_blob)) {}

    [[nodiscard]] const std::string& reference() const override { return reference_; }
    [[nodiscard]] ByteView public_key_info() const override { return key_->public_key_info(); }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return algorithm_; }
    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        return key_->sign(scheme, message);
    }
    [[nodiscard]] bool signs() const override { return key_->signs(); }
    Done probe_agreement() override { return key_->probe_agreement(); }
    Result<Secret> archival_blob() override {
        if (!archival_blob_) {
            return key_->archival_blob();
        }
        const ByteView octets = archival_blob_->view();
        return Secret(Bytes(octets.begin(), octets.end()));
    }

  private:
    std::string reference_;
    engine::KeyAlgorithm algorithm_;
    std::unique_ptr<ProviderKey> key_;
    // The provider gives it only once, and each CA that is asked has a certificate of its own.
    std::optional<Secret> archival_blob_;
};

using OpenedKey = Result<std::unique_ptr<engine::PrivateKey>>;

OpenedKey stored_key(std::string reference, std::unique_ptr<ProviderKey> key,
                     std::optional<Secret> archival_blob = {}) {
    const auto algorithm = algorithm_of(key->public_key_info());
    if (!algorithm) {
        return fail(kNotSupported, "the key is neither RSA nor on a NIST curve");
    }
    return std::make_unique<StoredKey>(std::move(reference), *algorithm, std::move(key),
                                       std::move(archival_blob));
}

class WindowsKeyStore final : public engine::KeyStore {
  public:
    explicit WindowsKeyStore(const StoreContext& context) : context_(context) {}

    OpenedKey create(const engine::KeyRequest& request) override {
        OpenedKey made = make(request);
        return made ? std::move(made) : pass(made, "make a key for " + request.template_name);
    }
    OpenedKey open(const std::string& reference, const engine::KeyRequest& wanted) override {
        OpenedKey opened = read_wanted(reference, wanted);
        return opened ? std::move(opened) : pass(opened, "open key " + reference);
    }
    OpenedKey open_held(const std::string& thumbprint) override {
        auto found = read_held(thumbprint);
        if (!found) {
            return pass(found, "open the key of certificate " + thumbprint);
        }
        return stored_key(thumbprint, std::move(found->key));
    }
    OpenedKey reuse(const std::string& thumbprint) override {
        OpenedKey again = use_again(thumbprint);
        return again ? std::move(again)
                     : pass(again, "use the key of certificate " + thumbprint + " once more");
    }
    OpenedKey open_pending(const std::string& reference) override {
        auto found = read_request(reference);
        if (!found) {
            return pass(found, "open key " + reference);
        }
        return stored_key(reference, std::move(found->key));
    }
    std::vector<std::string> providers() override { return context_.providers().names(); }
    Done erase(const std::string& reference) override {
        Done erased = erase_unused(reference);
        return erased ? std::move(erased) : pass(erased, "erase key " + reference);
    }

  private:
    struct Found {
        UniqueCertContext entry{};
        KeyLocation where{};
        std::unique_ptr<ProviderKey> key{};
    };

    OpenedKey make(const engine::KeyRequest& request) {
        auto container = new_container_name();
        if (!container) {
            return pass(container);
        }
        KeyProviders& providers = context_.providers();
        const auto places = providers.places_for(request, context_.scope(), *container);
        if (!places) {
            return fail(places.error());
        }
        auto made = providers.create(*places, request, context_.prompt());
        if (!made) {
            return pass(made);
        }
        auto reference = add_request(context_, made->where, *made->key, request.template_name, {});
        if (!reference) {
            made->key.reset();
            static_cast<void>(providers.erase(made->where));
            return pass(reference);
        }
        return stored_key(std::move(*reference), std::move(made->key),
                          std::move(made->archival_blob));
    }

    // The entry's own key: the public halves are compared.
    Result<Found> read_key(UniqueCertContext entry) {
        auto facts = engine::parse_certificate(der_of(entry.get()));
        if (!facts) {
            return pass(facts);
        }
        auto where = key_location_of(entry.get());
        if (!where) {
            return fail(kFileNotFound, "no private key belongs to it");
        }
        auto key = context_.providers().open(*where, context_.prompt());
        if (!key) {
            return pass(key);
        }
        if (!equal((*key)->public_key_info(), facts->public_key_info)) {
            return fail(kInvalidData,
                        "the container " + where->container + " holds another certificate's key");
        }
        return Found{std::move(entry), std::move(*where), std::move(*key)};
    }

    Result<Found> read_held(const std::string& thumbprint) {
        auto my = context_.my();
        if (!my) {
            return pass(my);
        }
        UniqueCertContext certificate = find_certificate(*my, thumbprint);
        if (!certificate) {
            return fail(kFileNotFound, "MY has no such certificate");
        }
        return read_key(std::move(certificate));
    }

    Result<Found> read_request(const std::string& reference) {
        auto requests = context_.request();
        if (!requests) {
            return pass(requests);
        }
        auto entry = find_request(*requests, reference);
        if (!entry) {
            return pass(entry);
        }
        return read_key(std::move(*entry));
    }

    OpenedKey read_wanted(const std::string& reference, const engine::KeyRequest& wanted) {
        auto found = read_request(reference);
        if (!found) {
            return pass(found);
        }
        if (const auto note = note_of(found->entry.get()); note && note->reused) {
            return fail(kNotSupported, "it is a certificate's key, and a new one is asked for now");
        }
        const bool agrees = wanted.purpose == engine::KeyPurpose::agreement;
        if (!satisfies(found->key->public_key_info(), wanted) || found->key->signs() == agrees) {
            return fail(kNotSupported, "it is not of the kind or size that is asked for now");
        }
        // A template that was moved to a safer provider meanwhile must not get the old key.
        const auto places =
            context_.providers().places_for(wanted, context_.scope(), found->where.container);
        if (!places || std::ranges::none_of(*places, [&](const KeyLocation& place) {
                return equal_ignoring_case(place.provider, found->where.provider);
            })) {
            return fail(kNotSupported, "it is another provider's than is asked for now");
        }
        // The provider has given it out for archival before, and does it once.
        if (wanted.archival == engine::KeyArchival::once && !found->key->archival_blob()) {
            return fail(kNotSupported, "it cannot be had for archival, which is asked for now");
        }
        return stored_key(reference, std::move(found->key));
    }

    OpenedKey use_again(const std::string& thumbprint) {
        auto found = read_held(thumbprint);
        if (!found) {
            return pass(found);
        }
        const std::string template_name =
            text_property_of(found->entry.get(), CERT_AUTO_ENROLL_PROP_ID);
        auto reference = add_request(context_, found->where, *found->key, template_name,
                                     StoreNote{.reused = true});
        if (!reference) {
            return pass(reference);
        }
        return stored_key(std::move(*reference), std::move(found->key));
    }

    Done erase_unused(const std::string& reference) {
        auto requests = context_.request();
        if (!requests) {
            return pass(requests);
        }
        const UniqueCertContext entry = find_certificate(*requests, reference);
        if (!entry) {
            return done();
        }
        const auto note = note_of(entry.get());
        const bool reused = note && note->reused;
        const auto where = key_location_of(entry.get());
        if (!reused) {
            if (Done unused = check_no_certificate_of(entry.get()); !unused) {
                return unused;
            }
        }
        // The key first: as long as the entry stands, the rest can be made up for.
        if (!reused && where) {
            if (Done erased = context_.providers().erase(*where); !erased) {
                return erased;
            }
        }
        return delete_request(*requests, reference);
    }

    // Rule X4.
    Done check_no_certificate_of(PCCERT_CONTEXT entry) {
        auto facts = engine::parse_certificate(der_of(entry));
        if (!facts) {
            return pass(facts);
        }
        auto my = context_.my();
        if (!my) {
            return pass(my);
        }
        auto used = has_certificate_of(*my, facts->public_key_info);
        if (!used) {
            return pass(used);
        }
        if (*used) {
            return fail(kBusy, "a certificate of MY has the same public key",
                        "Nothing needs to be done: the key stays");
        }
        return done();
    }

    const StoreContext& context_;
};

}  // namespace

std::unique_ptr<engine::KeyStore> make_key_store(const StoreContext& context) {
    return std::make_unique<WindowsKeyStore>(context);
}

}  // namespace ae::stores
