#include "engine/base/hresult_table.h"
#include "policy/reg_files.h"
#include "service/settings/local_file.h"
#include "service/settings/local_settings.h"
#include "stores/files_posix.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include <sys/file.h>
#include <sys/stat.h>

namespace ae::service {
namespace {

constexpr mode_t kFolderMode = 0755;
constexpr mode_t kFileMode = 0644;  // runs of users read it

constexpr const char* kLock = ".lock";

Done hold(int lock, const std::string& path) {
    while (::flock(lock, LOCK_EX) != 0) {
        if (errno != EINTR) {
            return fail(stores::file_error(stores::Access::write, errno, "lock", path));
        }
    }
    return done();
}

// The folders on the way that are not there yet, outermost first.
std::vector<std::filesystem::path> missing_folders(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> missing;
    std::error_code unknown;
    for (auto at = folder; !at.empty() && !std::filesystem::exists(at, unknown);
         at = at.parent_path()) {
        missing.insert(missing.begin(), at);
    }
    return missing;
}

// Whatever root's umask: every user's context reads its policy here.
Done open_to_all(const std::vector<std::filesystem::path>& made) {
    for (const std::filesystem::path& folder : made) {
        if (::chmod(folder.c_str(), kFolderMode) != 0) {
            return fail(stores::file_error(stores::Access::write, errno, "set the permissions of",
                                           folder.string()));
        }
    }
    return done();
}

Done write_file(const std::string& policy_dir, const LocalChange& change) {
    const auto made = missing_folders(policy_dir);
    const auto folder = stores::Folder::open_or_create_path(policy_dir, kFolderMode);
    if (!folder) {
        return tl::unexpected<Error>(folder.error());
    }
    if (Done opened = open_to_all(made); !opened) {
        return opened;
    }
    // Root's own (0600): nobody else can hold it.  Until it is closed nobody else changes the file.
    const auto lock = folder->open_lock(kLock);
    if (!lock) {
        return tl::unexpected<Error>(lock.error());
    }
    if (Done held = hold(lock->get(), folder->path_of(kLock)); !held) {
        return held;
    }
    const auto before = folder->read(kLocalFile);
    if (!before) {
        return tl::unexpected<Error>(before.error());
    }
    auto after = changed_local_file(*before ? as_text(**before) : std::string_view{}, change);
    if (!after) {
        return pass(after, folder->path_of(kLocalFile));
    }
    if (Done written = folder->publish_file(kLocalFile, as_bytes(*after), kFileMode); !written) {
        return written;
    }
    return folder->sync();
}

}  // namespace

std::string local_place(const std::string& policy_dir) { return policy_dir + '/' + kLocalFile; }

Done write_local(const std::string& policy_dir, const LocalChange& change) {
    // What cannot be read by a pulse is mended first: it would not see the change either.
    if (auto files = policy::load_reg_files(policy_dir); !files) {
        return pass(files);
    }
    Done written = write_file(policy_dir, change);
    if (!written && (written.error().code == kAccessDenied)) {
        return fail(std::move(written.error()).with_remedy("Run it as root"));
    }
    return written;
}

}  // namespace ae::service
