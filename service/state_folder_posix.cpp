#include "engine/base/hresult_table.h"
#include "service/state_folder.h"
#include "stores/files_posix.h"
#include "stores/store_layout.h"

#include <cerrno>
#include <utility>

#include <sys/file.h>
#include <sys/stat.h>

namespace ae::service {
namespace {

using stores::Folder;

// Not the stores' lock: a run that could not get that one leaves a record too.
constexpr std::string_view kStateLock = "state.lock";
// Opening the stores removes their temporaries, whoever writes one just then; so ours has a name of
// another kind.  The lock makes one name enough, and the next write removes what a crash left.
constexpr std::string_view kUnfinished = ".new-";
constexpr mode_t kPublicFolder = 0755;
constexpr mode_t kPrivateFolder = 0700;
constexpr mode_t kPrivateFile = 0600;

// The context's folder, made when missing, and held against other processes.
struct Held {
    Folder folder;
    stores::UniqueFd lock;
};

Result<Held> hold(const std::string& state_dir, engine::Scope scope) {
    const mode_t mode = scope == engine::Scope::machine ? kPublicFolder : kPrivateFolder;
    auto top = Folder::open_or_create_path(state_dir, mode);
    if (!top) {
        return pass(top);
    }
    auto folder = top->open_or_create(stores::folder_of(scope), kPublicFolder);
    if (!folder) {
        return pass(folder);
    }
    auto lock = folder->open_lock(kStateLock);
    if (!lock) {
        return pass(lock);
    }
    while (::flock(lock->get(), LOCK_EX) != 0) {
        if (errno != EINTR) {
            return fail(stores::file_error(stores::Access::write, errno, "lock",
                                           folder->path_of(kStateLock)));
        }
    }
    return Held{std::move(*folder), std::move(*lock)};
}

}  // namespace

StateFolder::StateFolder(std::string state_dir, engine::Scope scope)
    : state_dir_(std::move(state_dir)), scope_(scope) {}

Result<std::optional<std::string>> StateFolder::read(std::string_view name) const {
    auto folder = Folder::open_path(state_dir_).and_then([&](const Folder& top) {
        return top.open(stores::folder_of(scope_));
    });
    if (!folder) {
        if (folder.error().code == kFileNotFound) {
            return std::nullopt;
        }
        return pass(folder);
    }
    auto content = folder->read(name, kLargestStateFile);
    if (!content) {
        return pass(content);
    }
    if (!*content) {
        return std::nullopt;
    }
    return std::string(as_text(**content));
}

Done StateFolder::write(std::string_view name, std::string_view content) const {
    const auto held = hold(state_dir_, scope_);
    if (!held) {
        return fail(held.error());
    }
    const Folder& folder = held->folder;
    const std::string unfinished = std::string(kUnfinished).append(name);
    if (Done removed = folder.remove(unfinished); !removed) {
        return removed;
    }
    if (Done made = folder.create_file(unfinished, as_bytes(content), kPrivateFile); !made) {
        return made;
    }
    if (Done renamed = folder.rename(unfinished, name); !renamed) {
        static_cast<void>(folder.remove(unfinished));  // the first error is the one that matters
        return renamed;
    }
    return folder.sync();
}

Done StateFolder::append(std::string_view name, std::string_view older, std::string_view lines,
                         std::size_t largest) const {
    const auto held = hold(state_dir_, scope_);
    if (!held) {
        return fail(held.error());
    }
    const Folder& folder = held->folder;
    const auto size = folder.size_of(name);
    if (!size) {
        return fail(size.error());
    }
    if (size->value_or(0) != 0 && **size + lines.size() > largest) {
        if (Done renamed = folder.rename(name, older); !renamed) {
            return renamed;
        }
    }
    return folder.append_lines(name, lines);
}

std::string StateFolder::path_of(std::string_view name) const {
    std::string path = state_dir_;
    path.append("/").append(stores::folder_of(scope_)).append("/");
    return path.append(name);
}

}  // namespace ae::service
