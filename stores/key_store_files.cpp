#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/key_backends.h"
#include "stores/key_files.h"
#include "stores/key_release_files.h"
#include "stores/key_store.h"
#include "stores/my_entry_files.h"
#include "stores/openssl_handles.h"
#include "stores/public_key_info.h"
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

class FileKeyStore final : public engine::KeyStore {
  public:
    explicit FileKeyStore(const StoreContext& context) : context_(context) {}

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

    std::vector<std::string> providers() override {
        std::vector<std::string> names;
        for (const ProviderAnswer& one : context_.key_backends().providers()) {
            if (one.answers) {
                names.push_back(one.row.name);
            } else if (one.row.origin == ProviderRow::Origin::configured) {
                // Whoever wrote the setting wants to know why it is of no use.
                context_.warn(
                    Error(one.answers.error())
                        .within("the key provider " + printable(one.row.name) + " is not offered")
                        .sentence());
            }
        }
        return names;
    }

    Done erase(const std::string& reference) override {
        Done erased = erase_unused(reference);
        if (!erased) {
            return pass(erased, "erase key " + reference);
        }
        return erased;
    }

  private:
    Result<std::unique_ptr<engine::PrivateKey>> generate(const engine::KeyRequest& request) {
        const std::vector<KeyPlace> places = context_.key_backends().places_for(request);
        std::optional<Error> failure;
        for (const KeyPlace& place : places) {
            Result<std::unique_ptr<engine::PrivateKey>> made = generate_at(place, request);
            if (made) {
                return made;
            }
            Error& error = made.error();
            if (!failure) {
                failure = std::move(error);  // its code: the template would have it first
                continue;
            }
            failure->context += "; " + error.context + " (" + to_hex(error.code) + ")";
        }
        return fail(failure ? std::move(*failure)
                            : Error{kNotSupported, "none of its providers is here: " +
                                                       printable(join(request.providers, ", "))});
    }

    // The key's file is in REQUEST before the key is made: no crash leaves a key on a token that
    // nobody knows of.
    Result<std::unique_ptr<engine::PrivateKey>> generate_at(const KeyPlace& place,
                                                            const engine::KeyRequest& request) {
        KeyBackends& backends = context_.key_backends();
        Result<std::string> id = new_key_id();
        if (!id) {
            return pass(id);
        }
        Result<KeyFile> file = backends.begin(request, *id, place);
        if (!file) {
            return pass(file);
        }
        const KeyRelease release = key_release_for(request);
        if (Done saved = save(*id, {.file = *file, .release = release}); !saved) {
            return pass(saved);
        }
        Result<std::unique_ptr<engine::PrivateKey>> key =
            backends.finish(request, *file).and_then([&](std::monostate) {
                return backends.open(*file, *id, release);
            });
        if (!key) {
            if (const Done discarded = context_.discard_request(*id); !discarded) {
                context_.warn(discarded.error().sentence());
            }
        }
        return key;
    }

    // The key of one entry of MY or REQUEST.
    struct StoredKey {
        KeyFile file{};
        std::unique_ptr<engine::PrivateKey> key{};
        KeyRelease release = KeyRelease::never;
    };
    Result<StoredKey> read(const Folder& entry, const std::string& reference) {
        Result<std::optional<KeyFile>> file = read_key_file(entry);
        if (!file) {
            return pass(file);
        }
        if (!*file) {
            return fail(kFileNotFound, entry.path_of(layout::kKey) + " is missing");
        }
        const Result<KeyRelease> release = read_key_release(entry);
        if (!release) {
            return tl::unexpected<Error>(release.error());
        }
        StoredKey found{std::move(**file), {}, *release};
        Result<std::unique_ptr<engine::PrivateKey>> key =
            context_.key_backends().open(found.file, reference, *release);
        if (!key) {
            return pass(key, entry.path_of(found.file.name));
        }
        found.key = std::move(*key);
        return found;
    }

    Result<StoredKey> read_own_key(const std::string& thumbprint, const std::string& reference) {
        Result<Folder> entry = context_.open_my(thumbprint);
        if (!entry) {
            return pass(entry);
        }
        const Result<engine::CertificateFacts> facts = read_certificate(*entry);
        if (!facts) {
            return tl::unexpected<Error>(facts.error());
        }
        Result<StoredKey> found = read(*entry, reference);
        if (!found) {
            return found;
        }
        if (!equal(found->key->public_key_info(), facts->public_key_info)) {
            return fail(kInvalidData,
                        entry->path_of(found->file.name) + " is the key of another certificate");
        }
        return found;
    }

    Result<std::unique_ptr<engine::PrivateKey>> read_held(const std::string& thumbprint) {
        Result<StoredKey> found = read_own_key(thumbprint, thumbprint);
        if (!found) {
            return pass(found);
        }
        return std::move(found->key);
    }

    Result<std::unique_ptr<engine::PrivateKey>> copy_held(const std::string& thumbprint) {
        Result<std::string> id = new_key_id();
        if (!id) {
            return pass(id);
        }
        // Before anything is saved: an error leaves nothing behind.
        Result<StoredKey> found = read_own_key(thumbprint, *id);
        if (!found) {
            return pass(found);
        }
        // Octet by octet: finish_installs() compares files.
        if (Done saved =
                save(*id, {.file = found->file, .copy_of = thumbprint, .release = found->release});
            !saved) {
            return pass(saved);
        }
        return std::move(found->key);
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
        Result<StoredKey> found = read(*request, reference);
        if (!found) {
            return pass(found);
        }
        return std::move(found->key);
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
        Result<StoredKey> found = read(*request, reference);
        if (!found) {
            return pass(found);
        }
        if (!context_.key_backends().suits(found->file, wanted)) {
            return fail(kNotSupported, "it does not lie where a key is asked for now");
        }
        if (!satisfies(found->key->public_key_info(), wanted)) {
            return fail(kNotSupported, "it is not of the kind or size that is asked for now");
        }
        if (wanted.archival == engine::KeyArchival::once && found->release == KeyRelease::never) {
            return fail(kNotSupported, "it was not made for archival, which is asked for now");
        }
        return std::move(found->key);
    }

    struct NewKey {
        const KeyFile& file;
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
        if (Done written = create_key_file(*folder, key.file); !written) {
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
            if (Done unused = check_unused(*request, reference); !unused) {
                return unused;
            }
        }
        return context_.discard_request(reference);
    }

    Done check_unused(const Folder& request, const std::string& reference) {
        const Result<StoredKey> found = read(request, reference);
        if (!found) {
            // What is no key (any more) is nobody's: it may go.
            const Hresult code = found.error().code;
            return code == kFileNotFound || code == kInvalidData
                       ? done()
                       : tl::unexpected<Error>(found.error());
        }
        return check_no_certificate_of(found->key->public_key_info());
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
    return std::make_unique<FileKeyStore>(context);
}

}  // namespace ae::stores
