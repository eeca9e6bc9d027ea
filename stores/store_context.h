// One opened context (machine or user) of the directory store: what cert_store.h, key_store.h
// and memory_store.h work in.  Layout: store_layout.h.
//
// Opening takes the context's lock and keeps it until the object dies; the kernel drops it when the
// program does, however that ends.  A second agent gets kBusy at once and changes nothing.
// Opening also finishes what a crash cut off: half-written temporaries go, and a key whose
// certificate already stands in MY leaves REQUEST.  On a read-only disk an existing store opens,
// and only the changes fail. Owner: service, which must keep it alive longer than the stores made
// from it.  One thread. Errors: kBusy; kNotSupported for a newer layout; kAccessDenied for a folder
// that others may write to; the codes of files_posix.h.
#pragma once

#include "engine/ports.h"
#include "stores/files_posix.h"
#include "stores/key_backends.h"
#include "stores/store_layout.h"
#include "stores/warn.h"

#include <memory>
#include <string>
#include <string_view>

namespace ae::stores {

class StoreContext {
  public:
    // Rule K1: a user's context reads the trust folders of the machine's, below `machine_root`, and
    // has none of its own.
    static Result<std::unique_ptr<StoreContext>> open(
        const std::string& root, engine::Scope scope, Warn warn,
        const std::string& machine_root = std::string(kMachineRoot), KeySettings keys = {});
    // For reading only: takes no lock, tidies nothing up and makes nothing; what does not exist yet
    // is empty.  Whoever opened it so must change nothing through it: no lock keeps others away.
    static Result<std::unique_ptr<StoreContext>> look_at(
        const std::string& root, engine::Scope scope, Warn warn,
        const std::string& machine_root = std::string(kMachineRoot), KeySettings keys = {});

    [[nodiscard]] const std::string& path() const { return folder_.path(); }
    [[nodiscard]] bool may_change() const { return static_cast<bool>(lock_); }
    [[nodiscard]] const Folder& folder() const { return folder_; }
    [[nodiscard]] const Folder& my() const { return my_; }
    [[nodiscard]] const Folder& request() const { return request_; }
    [[nodiscard]] const Folder& trust(engine::TrustStore store) const;
    void warn(std::string_view sentence) const;

    // The folder of one key in REQUEST; kFileNotFound when missing or when `key_id` is no key id.
    [[nodiscard]] Result<Folder> open_request(std::string_view key_id) const;
    // The folder of one certificate in MY, archived ones included; kFileNotFound as above.
    [[nodiscard]] Result<Folder> open_my(std::string_view thumbprint) const;
    // Takes a key and its entry out of REQUEST, in one step.  Missing: success.
    [[nodiscard]] Done discard_request(std::string_view key_id) const;
    // Deletes an entry of MY likewise.  Both delete the key where it lives, unless another entry
    // names it too (rule X4, key_disposal.h).
    [[nodiscard]] Done discard_my(std::string_view thumbprint) const;

    [[nodiscard]] const KeySettings& key_settings() const { return key_settings_; }
    // Where keys live here.
    [[nodiscard]] KeyBackends& key_backends() const { return *key_backends_; }

  private:
    struct Trust {
        Folder root;
        Folder intermediate;
        Folder nt_auth;
    };
    enum class Use { look, change };
    static Result<Trust> open_trust(const Folder& parent, Use use);
    static Result<Trust> machine_trust(const std::string& machine_root);

    StoreContext(Folder folder, UniqueFd lock, Folder my, Folder request, Trust trust,
                 engine::Scope scope, Warn warn, KeySettings keys);

    [[nodiscard]] Done tidy_up(const Folder& root) const;
    [[nodiscard]] Done finish_installs() const;
    [[nodiscard]] Done discard(const Folder& parent, std::string_view name) const;
    [[nodiscard]] Done finish_discards(const Folder& parent) const;

    Folder folder_;
    UniqueFd lock_;
    Folder my_;
    Folder request_;
    Trust trust_;
    KeySettings key_settings_;
    std::unique_ptr<KeyBackends> key_backends_;
    engine::Scope scope_;
    Warn warn_;
};

}  // namespace ae::stores
