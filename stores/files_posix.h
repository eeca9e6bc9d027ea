// Folders and files of the store, so that a crash at any point leaves the old or the new state.
//
// A Folder is an open directory; every name is one path component below it, never a path, and links
// are never followed: nobody can make the agent read or write elsewhere by planting one.  A folder
// must belong to this account or root and be writable by its owner only: else kAccessDenied,
// because whoever can write there could exchange keys and roots. Writing means: a temporary
// sibling, fsync, one rename, fsync of the folder. Errors: one sentence with the whole path.  EROFS
// is kWriteProtected, ENOSPC and EDQUOT are kDiskFull, EACCES and EPERM are kAccessDenied, ENOENT
// is kFileNotFound, everything else is kReadFault or kWriteFault.  Blocks on the disk.  One thread
// at a time.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/unique_handle.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace ae::stores {

struct FileDescriptorTraits {
    using value_type = int;
    static value_type none() noexcept { return -1; }
    static void close(value_type descriptor) noexcept;
};
using UniqueFd = UniqueHandle<FileDescriptorTraits>;

enum class Access { read, write };
// "cannot <what> <path> (No space left on device)"
Error file_error(Access access, int number, std::string_view what, std::string_view path);

inline constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;

struct FileReaders {
    mode_t mode = 0;  // without the type
    gid_t group = 0;
    uid_t owner = 0;
};

class Folder {
  public:
    static Result<Folder> open_path(const std::string& path);
    // Makes it, and the folders above it, when missing.
    static Result<Folder> open_or_create_path(const std::string& path, mode_t mode);
    // Stands for a folder that does not exist: nothing is in it, and nothing can be put there.
    static Folder missing(std::string path) { return Folder(UniqueFd(), std::move(path)); }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string path_of(std::string_view name) const;

    Result<Folder> open(std::string_view name) const;  // kFileNotFound when missing
    Result<Folder> create(std::string_view name, mode_t mode) const;
    Result<Folder> open_or_create(std::string_view name, mode_t mode) const;
    Result<std::vector<std::string>> names() const;  // sorted, without "." and ".."

    // Nothing when there is no such file.  kInvalidData when it is larger, or no plain file.
    Result<std::optional<Bytes>> read(std::string_view name,
                                      std::size_t largest = kLargestFile) const;
    // A new file, on stable storage once sync() was called; an error leaves none behind.
    Done create_file(std::string_view name, ByteView content, mode_t mode) const;
    // Replaces or makes the file in one step; durable after sync() of its folder.
    Done publish_file(std::string_view name, ByteView content, mode_t mode) const;
    // The same for a file of `child`, a folder in here; the temporary stands in here.
    Done publish_file_in(const Folder& child, std::string_view name, ByteView content,
                         mode_t mode) const;
    // Adds whole lines to the end of a plain file, made when missing (0600), in one write; an error
    // leaves the file as it was.  Not synced: for what a crash may cost.  Callers take turns.
    Done append_lines(std::string_view name, std::string_view lines) const;
    Result<std::optional<std::size_t>> size_of(std::string_view name) const;  // nothing: no file
    // A link to `target`, in the place of any other of that name in one step; durable after sync().
    Done publish_link(std::string_view name, std::string_view target) const;
    // Where the link points to; nothing: no such name.  kInvalidData: something else than a link.
    Result<std::optional<std::string>> link_target(std::string_view name) const;
    Result<std::optional<FileReaders>> readers_of(std::string_view name) const;
    // This account alone, or a group as well (0640); durable.  kAccessDenied: not a group that this
    // account may give files to.
    Done set_readers(std::string_view name, std::optional<gid_t> group) const;
    Done rename(std::string_view from, std::string_view to) const;
    // Both names exist before and after.
    Done exchange(std::string_view left, std::string_view right) const;
    // File, or folder with all that is in it.  Missing: success.
    Done remove(std::string_view name) const;
    // The same so that a crash leaves all of it or nothing: one rename takes it out of sight, and
    // only when that is durable its parts are deleted.
    Done discard(std::string_view name) const;
    Done sync() const;
    // Removes what a crash left half-done directly in here (is_temporary).
    Done remove_temporaries() const;

    // An open file of this name, made when missing, for flock().
    Result<UniqueFd> open_lock(std::string_view name) const;

  private:
    static Done check_owner(int descriptor, const std::string& path);
    Folder(UniqueFd descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}
    Done rename_into(const Folder& target, std::string_view from, std::string_view to) const;

    UniqueFd descriptor_;
    std::string path_;
};

// A name that is_temporary() and that nobody can guess.
std::string temporary_name();

}  // namespace ae::stores
