#include "engine/base/hresult_table.h"
#include "stores/key_store.h"
#include "stores/my_entry_files.h"
#include "stores/private_key_openssl.h"
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
        Result<std::unique_ptr<engine::PrivateKey>> opened = read(reference, wanted);
        if (!opened) {
            return pass(opened, "open key " + reference);
        }
        return opened;
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
        if (Done saved = save(*id, content_of(pem->get())); !saved) {
            return pass(saved);
        }
        return make_private_key(std::move(*key), request.algorithm, std::move(*id));
    }

    Result<std::unique_ptr<engine::PrivateKey>> read(const std::string& reference,
                                                     const engine::KeyRequest& wanted) {
        Result<Folder> request = context_.open_request(reference);
        if (!request) {
            return pass(request);
        }
        Result<std::optional<Bytes>> content = request->read(layout::kKey);
        if (!content) {
            return pass(content);
        }
        if (!*content) {
            return fail(kFileNotFound, "its entry of REQUEST holds no key");
        }
        const Secret pem(std::move(**content));
        Result<UniqueEvpPkey> key = key_from_pem(pem.view());
        if (!key) {
            return pass(key);
        }
        if (!satisfies(key->get(), wanted)) {
            return fail(kNotSupported, "it is not of the kind or size that is asked for now");
        }
        return make_private_key(std::move(*key), wanted.algorithm, reference);
    }

    Done save(const std::string& id, ByteView pem) {
        const Folder& requests = context_.request();
        const std::string temporary = temporary_name();
        Done saved = save_in(temporary, pem);
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

    Done save_in(const std::string& temporary, ByteView pem) {
        Result<Folder> folder = context_.request().create(temporary, kKeyFolder);
        if (!folder) {
            return pass(folder);
        }
        if (Done written = folder->create_file(layout::kKey, pem, kKeyFile); !written) {
            return written;
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
        Result<std::optional<Bytes>> content = request->read(layout::kKey);
        if (!content) {
            return pass(content);
        }
        if (*content) {
            const Secret pem(std::move(**content));
            // What is no key (any more) is nobody's: it may go.
            if (const Result<UniqueEvpPkey> key = key_from_pem(pem.view()); key) {
                Result<Bytes> public_half = public_key_info_of(key->get());
                if (!public_half) {
                    return pass(public_half);
                }
                if (Done unused = check_unused(*public_half); !unused) {
                    return unused;
                }
            }
        }
        return context_.discard_request(reference);
    }

    // Rule X4.  An entry whose certificate cannot be read might be the key's: then it stays.
    Done check_unused(ByteView public_key_info) {
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
