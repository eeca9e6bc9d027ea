#include "engine/base/hresult_table.h"
#include "stores/files_posix.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::stores {
namespace {

// A new folder is a name in the one above: without it a power cut takes all that is in it.
Done sync_folder_above(const std::string& path) {
    const std::size_t end = path.find_last_of('/');
    const std::string above = end == 0 ? "/" : path.substr(0, end);
    const UniqueFd descriptor(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor || ::fsync(descriptor.get()) != 0) {
        return fail(file_error(Access::write, errno, "put on the disk", above));
    }
    return done();
}

}  // namespace

Result<Folder> Folder::open_path(const std::string& path) {
    // The administrator may have made the last component a link to another disk: followed here, and
    // the target's owner is what counts.
    UniqueFd descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!descriptor) {
        return fail(file_error(Access::read, errno, "open", path));
    }
    if (Done checked = check_owner(descriptor.get(), path); !checked) {
        return pass(checked);
    }
    return Folder(std::move(descriptor), path);
}

Result<Folder> Folder::open_or_create_path(const std::string& path, mode_t mode) {
    Result<Folder> found = open_path(path);
    if (found || found.error().code != kFileNotFound) {
        return found;
    }
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        const bool made = ::mkdir(part.c_str(), mode) == 0;
        if (!made && errno != EEXIST) {
            // A folder that exists on a read-only disk answers EROFS to mkdir.
            const int number = errno;
            if (::access(part.c_str(), F_OK) != 0) {
                return fail(file_error(Access::write, number, "make the folder", part));
            }
        }
        if (made) {
            if (Done synced = sync_folder_above(part); !synced) {
                return pass(synced);
            }
        }
        if (end == std::string::npos) {
            return open_path(path);
        }
    }
}

}  // namespace ae::stores
