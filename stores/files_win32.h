// Files of ours on a Windows disk, in folders that nobody else can write to.
//
// A folder must belong to this account, SYSTEM or Administrators, and its access list must let
// nobody else write: else kAccessDenied, because %ProgramData% lets every user make a folder there
// before we do.  It stays open while the object lives, so that nobody exchanges it meanwhile.
// Folders that are made get a list of their own that inherits nothing: machine: SYSTEM and
// Administrators, and Users may list them; user: the account and SYSTEM.  Their files are for the
// same accounts and nobody else.
// Every name is one path component.  A link, mount point or other reparse point at its place, or at
// the folder's, is never followed.
// Errors: one sentence with the whole path; kAccessDenied, kFileNotFound, kDiskFull,
// kWriteProtected, kInvalidData (no plain file, too large); else kReadFault or kWriteFault.
// Blocks on the disk.  One thread at a time; several processes as the functions say.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/win32.h"
#include "engine/directory.h"

#include <optional>
#include <string>
#include <string_view>

namespace ae::stores {

enum class Access { read, write };
// "cannot <what> <path> (There is not enough space on the disk.)"
Error file_error(Access access, DWORD code, std::string_view what, std::string_view path);

// ".tmp-" and digits that nobody can guess.
std::string temporary_name();

// Takes the name of `to`, replacing a file or link there, on the disk before it returns.  Tries
// again for a moment while somebody has one of them open.  The Win32 error code, or NO_ERROR.
DWORD replace_file(const std::wstring& from, const std::wstring& to);

// Writes a new file of that path and puts it on the disk; on failure none is left.  `descriptor`:
// nullptr inherits from the folder.
Done create_file(const std::string& path, ByteView content, PSECURITY_DESCRIPTOR descriptor);

// A file that nobody but its owner, SYSTEM and Administrators may read or change: else
// kAccessDenied.  A link is not followed.
Result<Bytes> read_private_file(const std::string& path, std::size_t largest);

class ProtectedFolder {
  public:
    // kFileNotFound when missing.  `scope`: whose files are made in it.
    static Result<ProtectedFolder> open(const std::string& path, engine::Scope scope);
    // Makes it, and the folders above it, when missing.
    static Result<ProtectedFolder> open_or_create(const std::string& path, engine::Scope scope);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string path_of(std::string_view name) const;

    // Nothing when there is no such file.
    [[nodiscard]] Result<std::optional<Bytes>> read(std::string_view name,
                                                    std::size_t largest) const;
    [[nodiscard]] Result<std::optional<std::size_t>> size_of(std::string_view name) const;
    // Replaces or makes the file in one step, durably.  Several processes at once: one of them
    // wins.
    [[nodiscard]] Done publish_file(std::string_view name, ByteView content) const;
    // Adds whole lines to the end of a plain file, made when missing; an error leaves the file as
    // it was.  Not synced: for what a crash may cost.  Callers take turns (lock()).
    [[nodiscard]] Done append_lines(std::string_view name, std::string_view lines) const;
    [[nodiscard]] Done rename(std::string_view from, std::string_view to) const;
    // A file, a link itself, or an empty folder.  Missing: success.
    [[nodiscard]] Done remove(std::string_view name) const;
    // Waits until no other process holds the lock file of that name; closing the handle gives it
    // back, and so does the end of the process.
    [[nodiscard]] Result<UniqueFileHandle> lock(std::string_view name) const;
    // The same without waiting.  kBusy: another one holds it.
    [[nodiscard]] Result<UniqueFileHandle> try_lock(std::string_view name) const;

  private:
    [[nodiscard]] Result<UniqueFileHandle> lock(std::string_view name, DWORD how) const;

    ProtectedFolder(UniqueFileHandle folder, std::string path, engine::Scope scope)
        : folder_(std::move(folder)), path_(std::move(path)), scope_(scope) {}

    UniqueFileHandle folder_;  // open, so that its name stays its own
    std::string path_;
    engine::Scope scope_;
};

}  // namespace ae::stores
