#include "engine/base/hresult_table.h"
#include "engine/base/secret.h"
#include "stores/context_stores.h"
#include "stores/my_entry_files.h"
#include "stores/store_context.h"
#include "stores/store_layout.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

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

// Keys are compared as whole files: the copy in MY was made octet by octet.
Result<bool> same_key(const Folder& left, const Folder& right) {
    std::array<Secret, 2> keys;
    std::size_t at = 0;
    for (const Folder* folder : {&left, &right}) {
        Result<std::optional<Bytes>> content = folder->read(layout::kKey);
        if (!content) {
            return pass(content);
        }
        if (!*content) {
            return false;
        }
        keys.at(at++) = Secret(std::move(**content));
    }
    return equal(keys[0].view(), keys[1].view());
}

Result<Folder> existing(Result<Folder> opened, const std::string& path) {
    if (!opened && opened.error().code == kFileNotFound) {
        return Folder::missing(path);
    }
    return opened;
}

}  // namespace

Result<std::string> default_store_root(engine::Scope scope) {
    if (scope == engine::Scope::machine) {
        return std::string(kMachineRoot);
    }
    // XDG Base Directory Specification: a relative value counts as not set.
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
        return std::string(data) + "/aeclient";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
        return std::string(home) + "/.local/share/aeclient";
    }
    return fail(kFileNotFound, "neither XDG_DATA_HOME nor HOME names this user's folder",
                "Set HOME");
}

StoreContext::StoreContext(Folder folder, UniqueFd lock, Folder my, Folder request, Trust trust,
                           engine::Scope scope, Warn warn)
    : folder_(std::move(folder)),
      lock_(std::move(lock)),
      my_(std::move(my)),
      request_(std::move(request)),
      trust_(std::move(trust)),
      scope_(scope),
      warn_(std::move(warn)) {}

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
                                                         const std::string& machine_root) {
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
                         std::move(*trust), scope, std::move(warn)));
    // What cannot be tidied up now does no harm: readers skip it, and the next opening tries again.
    if (const Done tidy = context->tidy_up(*top); !tidy) {
        context->warn(tidy.error().sentence());
    }
    return context;
}

Result<std::unique_ptr<StoreContext>> StoreContext::look_at(const std::string& root,
                                                            engine::Scope scope, Warn warn,
                                                            const std::string& machine_root) {
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
                         std::move(*trust), scope, std::move(warn)));
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
    return request_.discard(key_id);
}

Done StoreContext::tidy_up(const Folder& root) const {
    std::vector<const Folder*> own = {&root, &folder_, &my_, &request_};
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
        if (const Result<bool> same = same_key(*entry, *request); !same || !*same) {
            continue;
        }
        if (Done discarded = discard_request(facts->key_reference); !discarded) {
            return discarded;
        }
    }
    return done();
}

}  // namespace ae::stores
