#include "engine/base/hresult_table.h"
#include "engine/base/secret.h"
#include "stores/cert_store.h"
#include "stores/crypto.h"
#include "stores/key_release_files.h"
#include "stores/my_entry_files.h"
#include "stores/private_key_openssl.h"
#include "stores/store_context.h"
#include "stores/store_layout.h"
#include "stores/trust_files.h"

#include <optional>
#include <string>
#include <utility>

#include <sys/stat.h>

namespace ae::stores {
namespace {

constexpr mode_t kEntryFolder = 0755;
constexpr mode_t kPublicFile = 0644;
constexpr mode_t kPendingFile = 0600;
constexpr mode_t kKeyFile = 0600;
constexpr std::string_view kOrigin = "autoenrollment";

// Lost for good: leaving it out makes the next pulse replace it.  Any other failure (the disk, the
// rights) may pass, and a pulse that took it for lost would enroll for what is there.
bool is_broken(const Error& error) {
    return error.code == kInvalidData || error.code == kFileNotFound;
}

class FileCertStore final : public engine::CertStore {
  public:
    FileCertStore(const StoreContext& context, engine::Crypto& crypto)
        : context_(context), crypto_(crypto) {}

    Result<std::vector<engine::HeldCertificate>> held() override {
        Result<std::vector<std::string>> names = context_.my().names();
        if (!names) {
            return pass(names, "list MY");
        }
        std::vector<engine::HeldCertificate> found;
        for (const std::string& name : *names) {
            if (!is_thumbprint(name)) {
                continue;
            }
            Result<std::optional<engine::HeldCertificate>> one = held_entry(name);
            if (!one && !is_broken(one.error())) {
                return pass(one, "read an entry of MY");
            }
            if (!one) {
                warn_skipped(std::move(one.error()));
            } else if (*one) {
                found.push_back(std::move(**one));
            }
        }
        return found;
    }

    Result<std::vector<engine::PendingRequest>> pending() override {
        Result<std::vector<std::string>> names = context_.request().names();
        if (!names) {
            return pass(names, "list REQUEST");
        }
        std::vector<engine::PendingRequest> found;
        for (const std::string& name : *names) {
            if (!is_key_id(name)) {
                continue;
            }
            Result<std::optional<engine::PendingRequest>> one = pending_entry(name);
            if (!one && !is_broken(one.error())) {
                return pass(one, "read an entry of REQUEST");
            }
            if (!one) {
                warn_skipped(std::move(one.error()));
            } else if (*one) {
                found.push_back(std::move(**one));
            }
        }
        return found;
    }

    Done save_pending(const engine::PendingRequest& request) override {
        Done saved = write_pending(request);
        if (!saved) {
            return pass(saved, "keep the pending request for " + request.template_name);
        }
        return saved;
    }

    Done drop_pending(const engine::PendingRequest& request) override {
        Result<Folder> folder = context_.open_request(request.key_reference);
        if (!folder) {
            if (folder.error().code == kFileNotFound) {
                return done();
            }
            return pass(folder, "drop a pending request");
        }
        Done dropped = folder->remove(layout::kEntry);
        if (dropped) {
            dropped = folder->sync();
        }
        if (!dropped) {
            return pass(dropped, "drop a pending request");
        }
        return dropped;
    }

    Result<engine::InstalledCertificate> install(const engine::NewCertificate& entry) override {
        Result<engine::InstalledCertificate> installed = publish(entry);
        if (!installed) {
            return pass(installed, "install the certificate for " + entry.template_name);
        }
        // The certificate is in place; a key that stays behind in REQUEST as well does no harm.
        if (const Done moved = context_.discard_request(entry.key_reference); !moved) {
            context_.warn(moved.error().sentence());
        }
        return installed;
    }

    Done archive(const std::string& thumbprint) override {
        Done archived = mark_archived(thumbprint);
        if (!archived) {
            return pass(archived, "archive certificate " + thumbprint);
        }
        return archived;
    }

    // Each entry has a key file of its own: another certificate with the same key keeps its one
    // (rule X4), and so does a renewal with the same key that waits in REQUEST.
    Done remove(const std::string& thumbprint) override {
        if (const Result<Folder> entry = context_.open_my(thumbprint);
            !entry && entry.error().code == kFileNotFound) {
            return done();  // also on a disk that cannot be written to
        }
        // Rule X4: what this agent did not put here itself only goes out of sight.
        if (!is_own(thumbprint)) {
            return archive(thumbprint);
        }
        Done removed = context_.my().discard(thumbprint);
        if (!removed) {
            return pass(removed, "delete certificate " + thumbprint);
        }
        return removed;
    }

    Result<std::vector<Bytes>> trusted(engine::TrustStore store) override {
        Result<std::vector<Bytes>> found =
            read_trusted(context_.trust(store), crypto_,
                         [this](std::string_view sentence) { context_.warn(sentence); });
        if (!found) {
            return pass(found, "read the trusted certificates");
        }
        return found;
    }

    Result<engine::StoreChange> replace(engine::TrustStore store,
                                        const std::vector<Bytes>& certificates) override {
        Result<engine::StoreChange> changed =
            make_equal(context_.trust(store), crypto_, certificates);
        if (!changed) {
            return pass(changed, "update the trusted certificates");
        }
        return changed;
    }

  private:
    void warn_skipped(Error error) {
        context_.warn(std::move(error).within("an entry of the store was left out").sentence());
    }

    // Nothing for an archived entry.
    Result<std::optional<engine::HeldCertificate>> held_entry(const std::string& name) {
        Result<Folder> folder = context_.my().open(name);
        if (!folder) {
            return pass(folder);
        }
        const Result<MyEntry> entry = read_my_entry(*folder);
        if (!entry) {
            // The certificate and its key still count: else every pulse would enroll again.
            context_.warn(entry.error().sentence());
        } else if (entry->archived == Archived::yes) {
            return std::nullopt;
        }
        Result<engine::CertificateFacts> facts = read_certificate(*folder);
        if (!facts) {
            return pass(facts);
        }
        if (thumbprint(crypto_, facts->der) != name) {
            return fail(kInvalidData, folder->path_of(layout::kCertificate) +
                                          " is another certificate than its folder says");
        }
        engine::HeldCertificate held;
        held.thumbprint = name;
        held.path = folder->path_of(layout::kCertificate);
        KeyProbe key = probe(*folder, facts->public_key_info);
        held.key = key.state;
        held.key_detail = std::move(key.detail);
        held.facts = std::move(*facts);
        return held;
    }

    static KeyProbe probe(const Folder& folder, ByteView public_key_info) {
        Result<std::optional<Bytes>> content = folder.read(layout::kKey);
        if (!content) {
            return {engine::KeyState::unknown, content.error().context};
        }
        std::optional<Secret> pem;
        if (*content) {
            pem.emplace(std::move(**content));
        }
        return probe_key(pem, public_key_info);
    }

    [[nodiscard]] bool is_own(const std::string& name) const {
        const Result<Folder> folder = context_.open_my(name);
        if (!folder) {
            return false;
        }
        const Result<std::optional<Bytes>> text = folder->read(layout::kEntry);
        if (!text || !*text) {
            return false;
        }
        const Result<MyEntry> entry = my_entry_from_json(as_text(**text));
        return entry && entry->origin == kOrigin;
    }

    Done mark_archived(const std::string& name) {
        Result<Folder> folder = context_.open_my(name);
        if (!folder) {
            return folder.error().code == kFileNotFound ? done() : pass(folder);
        }
        const Result<std::optional<Bytes>> old = folder->read(layout::kEntry);
        if (!old && !is_broken(old.error())) {
            return tl::unexpected<Error>(old.error());
        }
        const std::string_view text = old && *old ? as_text(**old) : std::string_view{};
        if (const Result<MyEntry> entry = my_entry_from_json(text);
            entry && entry->archived == Archived::yes) {
            return done();
        }
        if (Done written = context_.my().publish_file_in(
                *folder, layout::kEntry, as_bytes(archived_json(text)), kPublicFile);
            !written) {
            return written;
        }
        return folder->sync();
    }

    // Nothing for a key that was never sent to anybody.
    Result<std::optional<engine::PendingRequest>> pending_entry(const std::string& name) {
        Result<Folder> folder = context_.open_request(name);
        if (!folder) {
            return pass(folder);
        }
        Result<std::optional<Bytes>> content = folder->read(layout::kEntry);
        if (!content) {
            return pass(content);
        }
        if (!*content) {
            return std::nullopt;
        }
        Result<engine::PendingRequest> request = pending_from_json(as_text(**content));
        if (!request) {
            return pass(request, folder->path());
        }
        request->key_reference = name;
        return std::move(*request);
    }

    Done write_pending(const engine::PendingRequest& request) {
        Result<Folder> folder = context_.open_request(request.key_reference);
        if (!folder) {
            return pass(folder);
        }
        if (Done written =
                folder->publish_file(layout::kEntry, as_bytes(to_json(request)), kPendingFile);
            !written) {
            return written;
        }
        return folder->sync();
    }

    struct RequestKey {
        Secret pem{};
        KeyRelease release = KeyRelease::never;
    };
    Result<RequestKey> key_of_request(const std::string& reference, ByteView public_key_info) {
        Result<Folder> folder = context_.open_request(reference);
        if (!folder) {
            return pass(folder);
        }
        Result<std::optional<Bytes>> content = folder->read(layout::kKey);
        if (!content) {
            return pass(content);
        }
        std::optional<Secret> pem;
        if (*content) {
            pem.emplace(std::move(**content));
        }
        // Check I5: a certificate for another key is useless here.
        if (const KeyProbe found = probe_key(pem, public_key_info);
            found.state != engine::KeyState::usable) {
            return fail(kInvalidData, folder->path_of(layout::kKey) +
                                          " is not the certificate's key: " + found.detail);
        }
        const Result<KeyRelease> release = read_key_release(*folder);
        if (!release) {
            return tl::unexpected<Error>(release.error());
        }
        // Archives get a key once, with its request.
        const bool lasts = *release == KeyRelease::always;
        return RequestKey{std::move(*pem), lasts ? KeyRelease::always : KeyRelease::never};
    }

    Result<engine::InstalledCertificate> publish(const engine::NewCertificate& entry) {
        Result<engine::CertificateFacts> facts = engine::parse_certificate(entry.certificate);
        if (!facts) {
            return pass(facts);
        }
        Result<RequestKey> key = key_of_request(entry.key_reference, facts->public_key_info);
        if (!key) {
            return pass(key);
        }
        const Folder& my = context_.my();
        const std::string name = thumbprint(crypto_, entry.certificate);
        const std::string temporary = temporary_name();
        Done published = write_entry(temporary, entry, *key);
        if (published) {
            published = my.rename(temporary, name);
            // The entry exists: a crash came between its publication and the CA's next answer, or
            // its key was lost.  The new one is whole, so it takes the place of the old.
            if (!published && my.open(name)) {
                published = my.exchange(temporary, name);
            }
        }
        if (published) {
            published = my.sync();
        }
        static_cast<void>(my.remove(temporary));
        if (!published) {
            return pass(published);
        }
        return engine::InstalledCertificate{
            name, my.path_of(name) + "/" + std::string(layout::kCertificate)};
    }

    Done write_entry(const std::string& temporary, const engine::NewCertificate& entry,
                     const RequestKey& key) {
        Result<Folder> folder = context_.my().create(temporary, kEntryFolder);
        if (!folder) {
            return pass(folder);
        }
        MyEntry facts;
        facts.friendly_name = entry.template_name;
        facts.template_name = entry.template_name;
        facts.template_oid = entry.template_oid;
        facts.ca = entry.ca;
        facts.request_id = entry.request_id;
        facts.key_reference = entry.key_reference;
        facts.origin = kOrigin;
        facts.installed = entry.installed;
        const std::string certificate = certificates_to_pem({entry.certificate});
        const std::string chain = certificates_to_pem(entry.chain);
        const std::string json = to_json(facts);
        struct Part {
            std::string_view name;
            ByteView content;
            mode_t mode;
        };
        for (const Part& part : {Part{layout::kCertificate, as_bytes(certificate), kPublicFile},
                                 Part{layout::kChain, as_bytes(chain), kPublicFile},
                                 Part{layout::kKey, key.pem.view(), kKeyFile},
                                 Part{layout::kEntry, as_bytes(json), kPublicFile}}) {
            if (Done written = folder->create_file(part.name, part.content, part.mode); !written) {
                return written;
            }
        }
        if (Done noted = write_key_release(*folder, key.release); !noted) {
            return noted;
        }
        return folder->sync();
    }

    const StoreContext& context_;
    engine::Crypto& crypto_;
};

}  // namespace

std::unique_ptr<engine::CertStore> make_cert_store(const StoreContext& context,
                                                   engine::Crypto& crypto) {
    return std::make_unique<FileCertStore>(context, crypto);
}

}  // namespace ae::stores
