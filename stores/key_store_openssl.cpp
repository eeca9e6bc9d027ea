#include "engine/base/hresult_table.h"
#include "stores/key_release_files.h"
#include "stores/key_store.h"
#include "stores/my_entry_files.h"
#include "stores/private_key_openssl.h"
#include "stores/software_providers.h"
#include "stores/store_context.h"
#include "stores/store_layout.h"

#include <array>

#include <openssl/rand.h>
#include <sys/stat.h>

namespace ae::stores {
namespace {

constexpr mode_t kKeyFolder = 0700;
constexpr mode_t kKeyFile = 0600;

Result<std::string> new_key_id() {
    std::array<std::uint8_t, 16> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
        return tl::unexpected<Error>(openssl_error(kUnexpected, "draw a random number"));
    }
    return to_hex(random);
}

class OpensslKeyStore final : public engine::KeyStore {
  public:
    explicit OpensslKeyStore(const StoreContext& context) : context_(context) {}

    Result<std::unique_ptr<engine::PrivateKey>> create(const engine::KeyRequest& request) override {
        Result<std::unique_ptr<engine::PrivateKey>> made = generate(request);
        if (!made) {
            return pass(made, "make a key for " + request.template_name);
        }
        return made;
    }

    Result<std::unique_ptr<engine::PrivateKey>> open(const std::string& reference,
                                                     const engine::KeyRequest& wanted) override {
        Result<std::unique_ptr<engine::PrivateKey>> opened = read_wanted(reference, wanted);
        if (!opened) {
            return pass(opened, "open key " + reference);
        }
        return opened;
    }

    Result<std::unique_ptr<engine::PrivateKey>> open_held(const std::string& thumbprint) override {
        Result<std::unique_ptr<engine::PrivateKey>> opened = read_held(thumbprint);
        if (!opened) {
            return pass(opened, "open the key of certificate " + thumbprint);
        }
        return opened;
    }

    Result<std::unique_ptr<engine::PrivateKey>> reuse(const std::string& thumbprint) override {
        Result<std::unique_ptr<engine::PrivateKey>> copied = copy_held(thumbprint);
        if (!copied) {
            return pass(copied, "use the key of certificate " + thumbprint + " once more");
        }
        return copied;
    }

    Result<std::unique_ptr<engine::PrivateKey>> open_pending(
        const std::string& reference) override {
        Result<std::unique_ptr<engine::PrivateKey>> opened = read_pending(reference);
        if (!opened) {
            return pass(opened, "open key " + reference);
        }
        return opened;
    }

    std::vector<std::string> providers() override { return software_providers(); }

    Done erase(const std::string& reference) override {
        Done erased = erase_unused(reference);
        if (!erased) {
            return pass(erased, "erase key " + reference);
        }
        return erased;
    }

  private:
    Result<std::unique_ptr<engine::PrivateKey>> generate(const engine::KeyRequest& request) {
        Result<std::string> id = new_key_id();
        if (!id) {
            return pass(id);
        }
        Result<UniqueEvpPkey> key = generate_key(request);
        if (!key) {
            return pass(key);
        }
        Result<UniqueBio> pem = key_to_pem(key->get());
        if (!pem) {
            return pass(pem);
        }
        const KeyRelease release = key_release_for(request);
        if (Done saved = save(*id, {.pem = content_of(pem->get()), .release = release}); !saved) {
            return pass(saved);
        }
        return make_private_key(std::move(*key), std::move(*id), release);
    }

    // The key of one entry of MY or REQUEST.
    struct StoredKey {
        Secret pem{};
        UniqueEvpPkey key{};
        KeyRelease release = KeyRelease::never;
    };
    static Result<StoredKey> read(const Folder& entry) {
        Result<std::optional<Bytes>> content = entry.read(layout::kKey);
        if (!content) {
            return pass(content);
        }
        if (!*content) {
            return fail(kFileNotFound, entry.path_of(layout::kKey) + " is missing");
        }
        const Result<KeyRelease> release = read_key_release(entry);
        if (!release) {
            return tl::unexpected<Error>(release.error());
        }
        StoredKey found{Secret(std::move(**content)), {}, *release};
        Result<UniqueEvpPkey> key = key_from_pem(found.pem.view());
        if (!key) {
            return pass(key, entry.path_of(layout::kKey));
        }
        found.key = std::move(*key);
        return found;
    }

    Result<StoredKey> read_own_key(const std::string& thumbprint) {
        Result<Folder> entry = context_.open_my(thumbprint);
        if (!entry) {
            return pass(entry);
        }
        const Result<engine::CertificateFacts> facts = read_certificate(*entry);
        if (!facts) {
            return tl::unexpected<Error>(facts.error());
        }
        Result<StoredKey> found = read(*entry);
        if (!found) {
            return found;
        }
        Result<Bytes> public_half = public_key_info_of(found->key.get());
        if (!public_half) {
            return pass(public_half);
        }
        if (!equal(*public_half, facts->public_key_info)) {
            return fail(kInvalidData,
                        entry->path_of(layout::kKey) + " is the key of another certificate");
        }
        return found;
    }

    Result<std::unique_ptr<engine::PrivateKey>> read_held(const std::string& thumbprint) {
        Result<StoredKey> found = read_own_key(thumbprint);
        if (!found) {
            return pass(found);
        }
        return make_private_key(std::move(found->key), thumbprint, found->release);
    }

    Result<std::unique_ptr<engine::PrivateKey>> copy_held(const std::string& thumbprint) {
        Result<StoredKey> found = read_own_key(thumbprint);
        if (!found) {
            return pass(found);
        }
        Result<std::string> id = new_key_id();
        if (!id) {
            return pass(id);
        }
        // Before anything is saved: an error leaves nothing behind.
        Result<std::unique_ptr<engine::PrivateKey>> key =
            make_private_key(std::move(found->key), *id, found->release);
        if (!key) {
            return key;
        }
        // Octet by octet: finish_installs() compares files.
        if (Done saved = save(
                *id, {.pem = found->pem.view(), .copy_of = thumbprint, .release = found->release});
            !saved) {
            return pass(saved);
        }
        return key;
    }

    static Result<bool> is_copy(const Folder& request) {
        Result<std::optional<Bytes>> note = request.read(layout::kCopyOf);
        if (!note) {
            return pass(note);
        }
        return note->has_value();
    }

    Result<std::unique_ptr<engine::PrivateKey>> read_pending(const std::string& reference) {
        Result<Folder> request = context_.open_request(reference);
        if (!request) {
            return pass(request);
        }
        Result<StoredKey> found = read(*request);
        if (!found) {
            return pass(found);
        }
        return make_private_key(std::move(found->key), reference, found->release);
    }

    Result<std::unique_ptr<engine::PrivateKey>> read_wanted(const std::string& reference,
                                                            const engine::KeyRequest& wanted) {
        Result<Folder> request = context_.open_request(reference);
        if (!request) {
            return pass(request);
        }
        const Result<bool> copied = is_copy(*request);
        if (!copied) {
            return tl::unexpected<Error>(copied.error());
        }
        if (*copied) {
            return fail(kNotSupported, "it is a certificate's key, and a new one is asked for now");
        }
        Result<StoredKey> found = read(*request);
        if (!found) {
            return pass(found);
        }
        if (!satisfies(found->key.get(), wanted)) {
            return fail(kNotSupported, "it is not of the kind or size that is asked for now");
        }
        if (wanted.archival == engine::KeyArchival::once && found->release == KeyRelease::never) {
            return fail(kNotSupported, "it was not made for archival, which is asked for now");
        }
        return make_private_key(std::move(found->key), reference, found->release);
    }

    struct NewKey {
        ByteView pem{};
        std::string copy_of{};  // thumbprint of the certificate whose key it is as well, if any
        KeyRelease release = KeyRelease::never;
    };
    Done save(const std::string& id, const NewKey& key) {
        const Folder& requests = context_.request();
        const std::string temporary = temporary_name();
        Done saved = save_in(temporary, key);
        if (saved) {
            saved = requests.rename(temporary, id);
        }
        if (saved) {
            saved = requests.sync();
        }
        if (!saved) {
            static_cast<void>(requests.remove(temporary));
            static_cast<void>(requests.remove(id));
        }
        return saved;
    }

    Done save_in(const std::string& temporary, const NewKey& key) {
        Result<Folder> folder = context_.request().create(temporary, kKeyFolder);
        if (!folder) {
            return pass(folder);
        }
        if (Done written = folder->create_file(layout::kKey, key.pem, kKeyFile); !written) {
            return written;
        }
        if (!key.copy_of.empty()) {
            if (Done noted =
                    folder->create_file(layout::kCopyOf, as_bytes(key.copy_of + "\n"), kKeyFile);
                !noted) {
                return noted;
            }
        }
        if (Done noted = write_key_release(*folder, key.release); !noted) {
            return noted;
        }
        return folder->sync();
    }

    Done erase_unused(const std::string& reference) {
        Result<Folder> request = context_.open_request(reference);
        if (!request) {
            if (request.error().code == kFileNotFound) {
                return done();
            }
            return pass(request);
        }
        const Result<bool> copied = is_copy(*request);
        if (!copied) {
            return tl::unexpected<Error>(copied.error());
        }
        if (!*copied) {
            if (Done unused = check_unused(*request); !unused) {
                return unused;
            }
        }
        return context_.discard_request(reference);
    }

    Done check_unused(const Folder& request) {
        const Result<StoredKey> found = read(request);
        if (!found) {
            // What is no key (any more) is nobody's: it may go.
            const Hresult code = found.error().code;
            return code == kFileNotFound || code == kInvalidData
                       ? done()
                       : tl::unexpected<Error>(found.error());
        }
        Result<Bytes> public_half = public_key_info_of(found->key.get());
        if (!public_half) {
            return pass(public_half);
        }
        return check_no_certificate_of(*public_half);
    }

    // Rule X4.  An entry whose certificate cannot be read might be the key's: then it stays.
    Done check_no_certificate_of(ByteView public_key_info) {
        Result<std::vector<std::string>> thumbprints = context_.my().names();
        if (!thumbprints) {
            return pass(thumbprints);
        }
        for (const std::string& thumbprint : *thumbprints) {
            if (!is_thumbprint(thumbprint)) {
                continue;
            }
            Result<Folder> entry = context_.my().open(thumbprint);
            if (!entry) {
                return pass(entry);
            }
            Result<engine::CertificateFacts> facts = read_certificate(*entry);
            if (!facts) {
                return pass(facts, "it may belong to an entry of MY that cannot be read");
            }
            if (equal(facts->public_key_info, public_key_info)) {
                return fail(kBusy, "the certificate " + entry->path() + " has the same public key",
                            "Nothing needs to be done: the key stays");
            }
        }
        return done();
    }

    const StoreContext& context_;
};

}  // namespace

std::unique_ptr<engine::KeyStore> make_key_store(const StoreContext& context) {
    return std::make_unique<OpensslKeyStore>(context);
}

}  // namespace ae::stores
