#include "engine/base/hresult_table.h"
#include "stores/context_stores.h"
#include "stores/key_disposal.h"
#include "stores/key_files.h"
#include "stores/my_entry_files.h"
#include "stores/store_context.h"
#include "stores/store_layout.h"

#include <cerrno>
#include <utility>

#include <sys/file.h>

namespace ae::stores {
namespace {

constexpr mode_t kPublicFolder = 0755;
constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPublicFile = 0644;

enum class Version { missing, known };

Result<Version> read_version(const Folder& root) {
    Result<std::optional<Bytes>> content = root.read(layout::kVersion);
    if (!content) {
        return pass(content);
    }
    if (!*content) {
        return Version::missing;
    }
    if (as_text(**content) != kLayoutVersion) {
        return fail(kNotSupported,
                    root.path_of(layout::kVersion) + " names a layout that is not known here",
                    "Use the aeclient version that wrote this store, or a newer one");
    }
    return Version::known;
}

Done write_version(const Folder& root) {
    if (Done written = root.publish_file(layout::kVersion, as_bytes(kLayoutVersion), kPublicFile);
        !written) {
        return written;
    }
    return root.sync();
}

Result<UniqueFd> take_lock(const Folder& folder) {
    Result<UniqueFd> lock = folder.open_lock(layout::kLock);
    if (!lock) {
        return lock;
    }
    if (::flock(lock->get(), LOCK_EX | LOCK_NB) == 0) {
        return lock;
    }
    if (errno == EWOULDBLOCK) {
        return fail(kBusy, "another aeclient is working in the store " + folder.path(),
                    "Wait until it has finished, then try again");
    }
    return tl::unexpected<Error>(
        file_error(Access::read, errno, "lock", folder.path_of(layout::kLock)));
}

Result<Folder> existing(Result<Folder> opened, const std::string& path) {
    if (!opened && opened.error().code == kFileNotFound) {
        return Folder::missing(path);
    }
    return opened;
}

}  // namespace

StoreContext::StoreContext(Folder folder, UniqueFd lock, Folder my, Folder request, Trust trust,
                           engine::Scope scope, Warn warn, KeySettings keys)
    : folder_(std::move(folder)),
      lock_(std::move(lock)),
      my_(std::move(my)),
      request_(std::move(request)),
      trust_(std::move(trust)),
      key_settings_(std::move(keys)),
      scope_(scope),
      warn_(std::move(warn)) {
    ProviderTable table = provider_table(key_settings_);
    for (const std::string& problem : table.problems) {
        this->warn(problem);
    }
    key_backends_ = std::make_unique<KeyBackends>(
        std::move(table), key_settings_.pins,
        key_settings_.pin_memory.empty() ? folder_.path() : key_settings_.pin_memory);
}

Result<StoreContext::Trust> StoreContext::open_trust(const Folder& parent, Use use) {
    std::vector<Folder> opened;
    for (const std::string_view name : {layout::kRoot, layout::kIntermediate, layout::kNtAuth}) {
        Result<Folder> folder = use == Use::change
                                    ? parent.open_or_create(name, kPublicFolder)
                                    : existing(parent.open(name), parent.path_of(name));
        if (!folder) {
            return pass(folder);
        }
        opened.push_back(std::move(*folder));
    }
    return Trust{std::move(opened[0]), std::move(opened[1]), std::move(opened[2])};
}

Result<StoreContext::Trust> StoreContext::machine_trust(const std::string& machine_root) {
    const std::string path = machine_root + '/' + std::string(folder_of(engine::Scope::machine));
    return existing(Folder::open_path(path), path).and_then([](const Folder& machine) {
        return open_trust(machine, Use::look);
    });
}

Result<std::unique_ptr<StoreContext>> StoreContext::open(const std::string& root,
                                                         engine::Scope scope, Warn warn,
                                                         const std::string& machine_root,
                                                         KeySettings keys) {
    const mode_t root_mode = scope == engine::Scope::machine ? kPublicFolder : kPrivateFolder;
    Result<Folder> top = Folder::open_or_create_path(root, root_mode);
    if (!top) {
        return pass(top);
    }
    const Result<Version> version = read_version(*top);
    if (!version) {
        return tl::unexpected<Error>(version.error());
    }
    Result<Folder> folder = top->open_or_create(folder_of(scope), kPublicFolder);
    if (!folder) {
        return pass(folder);
    }
    Result<UniqueFd> lock = take_lock(*folder);
    if (!lock) {
        return pass(lock);
    }
    if (*version == Version::missing) {
        if (Done written = write_version(*top); !written) {
            return pass(written);
        }
    }
    Result<Folder> my = folder->open_or_create(layout::kMy, kPublicFolder);
    if (!my) {
        return pass(my);
    }
    Result<Folder> request = folder->open_or_create(layout::kRequest, kPrivateFolder);
    if (!request) {
        return pass(request);
    }
    Result<Trust> trust = scope == engine::Scope::machine ? open_trust(*folder, Use::change)
                                                          : machine_trust(machine_root);
    if (!trust) {
        return pass(trust);
    }
    std::unique_ptr<StoreContext> context(
        new StoreContext(std::move(*folder), std::move(*lock), std::move(*my), std::move(*request),
                         std::move(*trust), scope, std::move(warn), std::move(keys)));
    // What cannot be tidied up now does no harm: readers skip it, and the next opening tries again.
    if (const Done tidy = context->tidy_up(*top); !tidy) {
        context->warn(tidy.error().sentence());
    }
    return context;
}

Result<std::unique_ptr<StoreContext>> StoreContext::look_at(const std::string& root,
                                                            engine::Scope scope, Warn warn,
                                                            const std::string& machine_root,
                                                            KeySettings keys) {
    Result<Folder> top = existing(Folder::open_path(root), root);
    if (!top) {
        return pass(top);
    }
    if (const Result<Version> version = read_version(*top); !version) {
        return tl::unexpected<Error>(version.error());
    }
    const std::string path = top->path_of(folder_of(scope));
    Result<Folder> folder = existing(top->open(folder_of(scope)), path);
    if (!folder) {
        return pass(folder);
    }
    Result<Folder> my = existing(folder->open(layout::kMy), folder->path_of(layout::kMy));
    if (!my) {
        return pass(my);
    }
    Result<Folder> request =
        existing(folder->open(layout::kRequest), folder->path_of(layout::kRequest));
    if (!request) {
        return pass(request);
    }
    Result<Trust> trust = scope == engine::Scope::machine ? open_trust(*folder, Use::look)
                                                          : machine_trust(machine_root);
    if (!trust) {
        return pass(trust);
    }
    return std::unique_ptr<StoreContext>(
        new StoreContext(std::move(*folder), UniqueFd(), std::move(*my), std::move(*request),
                         std::move(*trust), scope, std::move(warn), std::move(keys)));
}

const Folder& StoreContext::trust(engine::TrustStore store) const {
    switch (store) {
        case engine::TrustStore::root:
            return trust_.root;
        case engine::TrustStore::intermediate:
            return trust_.intermediate;
        case engine::TrustStore::nt_auth:
            break;
    }
    return trust_.nt_auth;
}

void StoreContext::warn(std::string_view sentence) const {
    if (warn_) {
        warn_(sentence);
    }
}

Result<Folder> StoreContext::open_request(std::string_view key_id) const {
    if (!is_key_id(key_id)) {
        return fail(kFileNotFound, request_.path() + " has no key \"" + std::string(key_id) + "\"");
    }
    return request_.open(key_id);
}

Result<Folder> StoreContext::open_my(std::string_view thumbprint) const {
    if (!is_thumbprint(thumbprint)) {
        return fail(kFileNotFound,
                    my_.path() + " has no certificate \"" + std::string(thumbprint) + "\"");
    }
    return my_.open(thumbprint);
}

Done StoreContext::discard_request(std::string_view key_id) const {
    if (!is_key_id(key_id)) {
        return done();
    }
    return discard(request_, key_id);
}

Done StoreContext::discard_my(std::string_view thumbprint) const {
    return is_thumbprint(thumbprint) ? discard(my_, thumbprint) : done();
}

Done StoreContext::discard(const Folder& parent, std::string_view name) const {
    if (!has_key_elsewhere(parent, name)) {
        return parent.discard(name);
    }
    const std::string hidden = temporary_name();
    if (Done renamed = parent.rename(name, hidden); !renamed) {
        return renamed;
    }
    if (Done synced = parent.sync(); !synced) {
        return synced;
    }
    // The entry is gone; what is left to do is done at the next opening at the latest.
    if (const Done finished = finish_discard(*key_backends_, parent, hidden, {my_, request_});
        !finished) {
        warn(finished.error().sentence());
    }
    return done();
}

Done StoreContext::finish_discards(const Folder& parent) const {
    const Result<std::vector<std::string>> names = parent.names();
    if (!names) {
        return tl::unexpected<Error>(names.error());
    }
    Done result = done();
    for (const std::string& name : *names) {
        if (!is_temporary(name)) {
            continue;
        }
        Done finished = finish_discard(*key_backends_, parent, name, {my_, request_});
        if (!finished && result) {
            result = std::move(finished);
        }
    }
    return result;
}

Done StoreContext::tidy_up(const Folder& root) const {
    for (const Folder* folder : {&my_, &request_}) {
        // A token that is not there keeps nothing else from being tidied up.
        if (const Done finished = finish_discards(*folder); !finished) {
            warn(finished.error().sentence());
        }
    }
    std::vector<const Folder*> own = {&root, &folder_};
    if (scope_ == engine::Scope::machine) {
        own.insert(own.end(), {&trust_.root, &trust_.intermediate, &trust_.nt_auth});
    }
    for (const Folder* folder : own) {
        if (Done removed = folder->remove_temporaries(); !removed) {
            return removed;
        }
    }
    return finish_installs();
}

// A crash between "the entry appears in MY" and "its key leaves REQUEST" leaves both.
Done StoreContext::finish_installs() const {
    Result<std::vector<std::string>> requests = request_.names();
    if (!requests) {
        return pass(requests);
    }
    if (requests->empty()) {
        return done();
    }
    for (const std::string& id : *requests) {
        if (Result<Folder> request = open_request(id); request) {
            if (Done removed = request->remove_temporaries(); !removed) {
                return removed;
            }
        }
    }
    Result<std::vector<std::string>> entries = my_.names();
    if (!entries) {
        return pass(entries);
    }
    for (const std::string& thumbprint : *entries) {
        Result<Folder> entry = open_my(thumbprint);
        if (!entry) {
            continue;
        }
        const Result<MyEntry> facts = read_my_entry(*entry);
        if (!facts || facts->key_reference.empty()) {
            continue;
        }
        Result<Folder> request = open_request(facts->key_reference);
        if (!request) {
            continue;
        }
        if (const Result<bool> same = same_key_file(*entry, *request); !same || !*same) {
            continue;
        }
        if (Done discarded = discard_request(facts->key_reference); !discarded) {
            return discarded;
        }
    }
    return done();
}

}  // namespace ae::stores
