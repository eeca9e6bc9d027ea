#include "engine/base/hresult_table.h"
#include "engine/base/secret.h"
#include "stores/cert_store.h"
#include "stores/crypto.h"
#include "stores/install_files.h"
#include "stores/key_files.h"
#include "stores/key_readers_files.h"
#include "stores/live_files.h"
#include "stores/my_entry_files.h"
#include "stores/store_context.h"
#include "stores/store_layout.h"
#include "stores/trust_files.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <sys/stat.h>

namespace ae::stores {
namespace {

constexpr mode_t kPublicFile = 0644;
constexpr mode_t kPendingFile = 0600;

// Lost for good: leaving it out makes the next pulse replace it.  Any other failure (the disk, the
// rights) may pass, and a pulse that took it for lost would enroll for what is there.
bool is_broken(const Error& error) {
    return error.code == kInvalidData || error.code == kFileNotFound;
}

class FileCertStore final : public engine::CertStore {
  public:
    FileCertStore(const StoreContext& context, engine::Crypto& crypto)
        : context_(context),
          crypto_(crypto),
          live_(context),
          readers_(context.key_settings().readers,
                   [&context](std::string_view text) { context.warn(text); }) {
        if (context_.may_change()) {
            mend();
        }
    }

    Result<std::vector<engine::HeldCertificate>> held() override {
        Result<std::vector<std::string>> names = context_.my().names();
        if (!names) {
            return pass(names, "list MY");
        }
        std::vector<engine::HeldCertificate> found;
        Successors successors;
        for (const std::string& name : *names) {
            if (!is_thumbprint(name)) {
                continue;
            }
            Result<std::optional<engine::HeldCertificate>> one = held_entry(name, successors);
            if (!one && !is_broken(one.error())) {
                return pass(one, "read an entry of MY");
            }
            if (!one) {
                warn_skipped(std::move(one.error()));
            } else if (*one) {
                found.push_back(std::move(**one));
            }
        }
        name_successors(found, successors);
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
        Result<NewEntry> made = publish_entry(context_, crypto_, readers_, entry);
        if (!made) {
            return pass(made, "install the certificate for " + entry.template_name);
        }
        engine::InstalledCertificate installed{
            made->thumbprint,
            context_.my().path_of(made->thumbprint) + '/' + std::string(layout::kCertificate),
            {}};
        // The certificate is in place; what does not follow now does so at the next opening.
        if (const Result<bool> live = live_.add(made->thumbprint, made->facts); !live) {
            context_.warn(live.error().sentence());
        } else if (*live) {
            installed.live = live_.path_of(made->facts);
        }
        // A key that stays behind in REQUEST as well does no harm.
        if (const Done moved = context_.discard_request(entry.key_reference); !moved) {
            context_.warn(moved.error().sentence());
        }
        return installed;
    }

    Done archive(const std::string& thumbprint) override {
        Done archived = mark_archived(thumbprint);
        if (archived) {
            archived = live_.archive(thumbprint);
        }
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
        // No name may point to what is not there.
        Done removed = live_.drop(thumbprint);
        if (removed) {
            removed = context_.discard_my(thumbprint);
        }
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
    // What a crash or a change of the policy left, and what cannot be mended now does no harm.
    void mend() {
        const Result<std::vector<NamedEntry>> entries = read_my_entries(context_.my());
        if (!entries) {
            context_.warn(entries.error().sentence());
            return;
        }
        for (const NamedEntry& one : *entries) {
            const Result<Folder> folder = context_.open_my(one.thumbprint);
            if (!folder) {
                continue;  // held() says so
            }
            if (one.facts) {
                readers_.apply(*folder, one.facts->template_name);
            } else {
                readers_.close_to_others(*folder);
            }
            // Before the link: a name in live/ leads to all of the files.
            if (const Done mended = add_full_chain(context_.my(), *folder); !mended) {
                context_.warn(mended.error().sentence());
            }
        }
        if (const Done mended = live_.mend(*entries); !mended) {
            context_.warn(mended.error().sentence());
        }
    }

    void warn_skipped(Error error) {
        context_.warn(std::move(error).within("an entry of the store was left out").sentence());
    }

    using Successors = std::map<std::string, std::string>;  // thumbprint -> that of its renewal

    // The latest that is held: those between, and after, may be archived already.
    static void name_successors(std::vector<engine::HeldCertificate>& held,
                                const Successors& successors) {
        std::set<std::string> listed;
        for (const engine::HeldCertificate& one : held) {
            listed.insert(one.thumbprint);
        }
        for (engine::HeldCertificate& one : held) {
            auto next = successors.find(one.thumbprint);
            // No longer than there are certificates, nor back to itself: files may say anything.
            for (std::size_t i = 0; i < successors.size() && next != successors.end() &&
                                    next->second != one.thumbprint;
                 ++i) {
                if (listed.contains(next->second)) {
                    one.successor = next->second;
                }
                next = successors.find(next->second);
            }
        }
    }

    // Nothing for an archived entry.
    Result<std::optional<engine::HeldCertificate>> held_entry(const std::string& name,
                                                              Successors& successors) {
        Result<Folder> folder = context_.my().open(name);
        if (!folder) {
            return pass(folder);
        }
        const Result<MyEntry> entry = read_my_entry(*folder);
        if (!entry) {
            // The certificate and its key still count: else every pulse would enroll again.
            context_.warn(entry.error().sentence());
        } else if (!entry->predecessor.empty()) {
            successors[entry->predecessor] = name;
        }
        if (entry && entry->archived == Archived::yes) {
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

    KeyProbe probe(const Folder& folder, ByteView public_key_info) {
        const Result<std::optional<KeyFile>> key = read_key_file(folder);
        if (!key) {
            return {engine::KeyState::unknown, key.error().context};
        }
        return context_.key_backends().probe(*key, public_key_info);
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
        return entry && entry->origin == kOwnOrigin;
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

    const StoreContext& context_;
    engine::Crypto& crypto_;
    LiveFiles live_;
    KeyReaders readers_;
};

}  // namespace

std::unique_ptr<engine::CertStore> make_cert_store(const StoreContext& context,
                                                   engine::Crypto& crypto) {
    return std::make_unique<FileCertStore>(context, crypto);
}

}  // namespace ae::stores
