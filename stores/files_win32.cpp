#include "stores/files_win32.h"

#include "engine/base/hresult_table.h"
#include "stores/file_access_win32.h"
#include "stores/store_layout.h"

#include <array>

// windows.h first.
#include <bcrypt.h>

namespace ae::stores {
namespace {

constexpr DWORD kDiskQuotaExceeded = 1295;  // winerror.h of Windows 8; mingw-w64 lacks it
constexpr DWORD kShareWithAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
// A virus scanner or a reader has a file open for moments.
constexpr int kAttempts = 25;
constexpr DWORD kPauseMilliseconds = 20;

Hresult hresult_of(Access access, DWORD code) {
    switch (code) {
        case ERROR_WRITE_PROTECT:
            return kWriteProtected;
        case ERROR_DISK_FULL:
        case ERROR_HANDLE_DISK_FULL:
        case kDiskQuotaExceeded:
            return kDiskFull;
        case ERROR_ACCESS_DENIED:
        case ERROR_PRIVILEGE_NOT_HELD:
            return kAccessDenied;
        case ERROR_FILE_NOT_FOUND:
        case ERROR_PATH_NOT_FOUND:
            return kFileNotFound;
        default:
            return access == Access::read ? kReadFault : kWriteFault;
    }
}

tl::unexpected<Error> failure(Access access, DWORD code, std::string_view what,
                              std::string_view path) {
    return tl::unexpected<Error>(file_error(access, code, what, path));
}

bool is_missing(DWORD code) { return code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND; }

// What CreateFile takes, and how the failure is told.
struct Opening {
    DWORD rights;
    DWORD disposition;
    DWORD share = kShareWithAll;
    DWORD flags = 0;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
};

// Links are opened themselves.  The Win32 code stays the thread's last error.
UniqueFileHandle open_file(const std::string& path, const Opening& how) {
    SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), how.descriptor, FALSE};
    const std::wstring name = wide(path);
    for (int attempt = 1;; ++attempt) {
        UniqueFileHandle file(::CreateFileW(name.c_str(), how.rights, how.share, &attributes,
                                            how.disposition,
                                            FILE_FLAG_OPEN_REPARSE_POINT | how.flags, nullptr));
        if (file || ::GetLastError() != ERROR_SHARING_VIOLATION || attempt == kAttempts) {
            return file;
        }
        ::Sleep(kPauseMilliseconds);
    }
}

// The file's size, of a plain file and nothing else.
Result<std::uint64_t> plain_size(HANDLE file, const std::string& path) {
    BY_HANDLE_FILE_INFORMATION facts{};
    if (::GetFileType(file) == FILE_TYPE_DISK &&
        ::GetFileInformationByHandle(file, &facts) == FALSE) {
        return failure(Access::read, ::GetLastError(), "look at", path);
    }
    constexpr DWORD kOther = FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_DIRECTORY;
    if (::GetFileType(file) != FILE_TYPE_DISK || (facts.dwFileAttributes & kOther) != 0) {
        return fail(kInvalidData, path + " is not a plain file");
    }
    return std::uint64_t{facts.nFileSizeHigh} << 32U | facts.nFileSizeLow;
}

Result<Bytes> read_whole(HANDLE file, const std::string& path, std::size_t largest) {
    const auto size = plain_size(file, path);
    if (!size) {
        return fail(size.error());
    }
    if (*size > largest) {
        return fail(kInvalidData, path + " is larger than " + std::to_string(largest) + " bytes");
    }
    Bytes content(static_cast<std::size_t>(*size));
    std::size_t filled = 0;
    for (DWORD count = 1; filled < content.size() && count != 0; filled += count) {
        if (::ReadFile(file, content.data() + filled, static_cast<DWORD>(content.size() - filled),
                       &count, nullptr) == FALSE) {
            return failure(Access::read, ::GetLastError(), "read", path);
        }
    }
    content.resize(filled);
    return content;
}

// All of it, or the Win32 code.
DWORD write_whole(HANDLE file, ByteView content) {
    while (!content.empty()) {
        DWORD count = 0;
        if (::WriteFile(file, content.data(), static_cast<DWORD>(content.size()), &count,
                        nullptr) == FALSE) {
            return ::GetLastError();
        }
        content = content.subspan(count);
    }
    return NO_ERROR;
}

Result<UniqueFileHandle> open_folder(const std::string& path) {
    // The right to list and no FILE_SHARE_DELETE: while it is open nobody can rename it.
    UniqueFileHandle folder =
        open_file(path, {.rights = FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL,
                         .disposition = OPEN_EXISTING,
                         .share = FILE_SHARE_READ | FILE_SHARE_WRITE,
                         .flags = FILE_FLAG_BACKUP_SEMANTICS});
    if (!folder) {
        return failure(Access::read, ::GetLastError(), "open the folder", path);
    }
    BY_HANDLE_FILE_INFORMATION facts{};
    if (::GetFileInformationByHandle(folder.get(), &facts) == FALSE) {
        return failure(Access::read, ::GetLastError(), "look at", path);
    }
    if ((facts.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ||
        (facts.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
        return fail(kInvalidData, path + " is not a plain folder",
                    "Put a folder there instead of a link or a file");
    }
    return folder;
}

// The folder and those above it; what exists already is left as it is.
Done make_folders(const std::wstring& path, PSECURITY_DESCRIPTOR descriptor) {
    SECURITY_ATTRIBUTES attributes{sizeof(SECURITY_ATTRIBUTES), descriptor, FALSE};
    if (::CreateDirectoryW(path.c_str(), &attributes) != FALSE) {
        return done();
    }
    const DWORD code = ::GetLastError();
    const auto end = path.find_last_of(L"\\/");
    if (code == ERROR_PATH_NOT_FOUND && end != std::wstring::npos && end != 0) {
        if (Done made = make_folders(path.substr(0, end), descriptor); !made) {
            return made;
        }
        if (::CreateDirectoryW(path.c_str(), &attributes) != FALSE) {
            return done();
        }
    }
    if (const DWORD last = ::GetLastError(); last != ERROR_ALREADY_EXISTS) {
        return failure(Access::write, last, "make the folder", narrow(path));
    }
    return done();
}

bool ends_within_line(HANDLE file, std::uint64_t size) {
    OVERLAPPED at{};
    at.Offset = static_cast<DWORD>((size - 1) & 0xFFFFFFFFU);
    at.OffsetHigh = static_cast<DWORD>((size - 1) >> 32U);
    char last = '\n';
    DWORD count = 0;
    return size > 0 && ::ReadFile(file, &last, 1, &count, &at) != FALSE && count == 1 &&
           last != '\n';
}

bool seek(HANDLE file, std::uint64_t to) {
    LARGE_INTEGER distance{};
    distance.QuadPart = static_cast<LONGLONG>(to);
    return ::SetFilePointerEx(file, distance, nullptr, FILE_BEGIN) != FALSE;
}

}  // namespace

Error file_error(Access access, DWORD code, std::string_view what, std::string_view path) {
    Error error = win32_error(code, std::string("cannot ").append(what).append(" ").append(path));
    error.code = hresult_of(access, code);
    if (error.code == kAccessDenied) {
        error.remedy =
            "Run aeclient as an administrator, or correct the owner and the access list of that "
            "path";
    }
    return error;
}

std::string temporary_name() {
    std::array<std::uint8_t, 8> random{};
    // A clash would be refused by CREATE_NEW anyway.
    ::BCryptGenRandom(nullptr, random.data(), static_cast<ULONG>(random.size()),
                      BCRYPT_USE_SYSTEM_PREFERRED_RNG);
    return std::string(layout::kTemporary) + to_hex(random);
}

DWORD replace_file(const std::wstring& from, const std::wstring& to) {
    for (int attempt = 1;; ++attempt) {
        if (::MoveFileExW(from.c_str(), to.c_str(),
                          MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != FALSE) {
            return NO_ERROR;
        }
        const DWORD code = ::GetLastError();
        // Windows says so, too, while a reader keeps the old file open.
        const bool passes = code == ERROR_SHARING_VIOLATION || code == ERROR_ACCESS_DENIED;
        if (!passes || attempt == kAttempts) {
            return code;
        }
        ::Sleep(kPauseMilliseconds);
    }
}

Done create_file(const std::string& path, ByteView content, PSECURITY_DESCRIPTOR descriptor) {
    UniqueFileHandle file = open_file(
        path,
        {.rights = GENERIC_WRITE, .disposition = CREATE_NEW, .share = 0, .descriptor = descriptor});
    if (!file) {
        return failure(Access::write, ::GetLastError(), "make", path);
    }
    DWORD code = write_whole(file.get(), content);
    if (code == NO_ERROR && ::FlushFileBuffers(file.get()) == FALSE) {
        code = ::GetLastError();
    }
    file.reset();
    if (code != NO_ERROR) {
        ::DeleteFileW(wide(path).c_str());  // the first error is the one that matters
        return failure(Access::write, code, "write", path);
    }
    return done();
}

Result<Bytes> read_private_file(const std::string& path, std::size_t largest) {
    const UniqueFileHandle file = open_file(path, {.rights = GENERIC_READ,
                                                   .disposition = OPEN_EXISTING,
                                                   .flags = FILE_FLAG_BACKUP_SEMANTICS});
    if (!file) {
        return failure(Access::read, ::GetLastError(), "open", path);
    }
    if (Done checked = check_only_ours(file.get(), path, Others::may_nothing); !checked) {
        return pass(checked);
    }
    return read_whole(file.get(), path, largest);
}

Result<ProtectedFolder> ProtectedFolder::open(const std::string& path, engine::Scope scope) {
    auto folder = open_folder(path);
    if (!folder) {
        return pass(folder);
    }
    if (Done checked = check_only_ours(folder->get(), path, Others::may_read); !checked) {
        return pass(checked);
    }
    return ProtectedFolder(std::move(*folder), path, scope);
}

Result<ProtectedFolder> ProtectedFolder::open_or_create(const std::string& path,
                                                        engine::Scope scope) {
    const auto descriptor = descriptor_for(Kind::folder, scope);
    if (!descriptor) {
        return fail(descriptor.error());
    }
    if (Done made = make_folders(wide(path), descriptor->get()); !made) {
        return pass(made);
    }
    return open(path, scope);
}

std::string ProtectedFolder::path_of(std::string_view name) const {
    return std::string(path_).append("\\").append(name);
}

Result<std::optional<Bytes>> ProtectedFolder::read(std::string_view name,
                                                   std::size_t largest) const {
    const std::string path = path_of(name);
    const UniqueFileHandle file = open_file(path, {.rights = GENERIC_READ,
                                                   .disposition = OPEN_EXISTING,
                                                   .flags = FILE_FLAG_BACKUP_SEMANTICS});
    if (!file) {
        if (const DWORD code = ::GetLastError(); !is_missing(code)) {
            return failure(Access::read, code, "open", path);
        }
        return std::nullopt;
    }
    auto content = read_whole(file.get(), path, largest);
    return content ? Result<std::optional<Bytes>>(std::move(*content)) : pass(content);
}

Result<std::optional<std::size_t>> ProtectedFolder::size_of(std::string_view name) const {
    const std::string path = path_of(name);
    WIN32_FILE_ATTRIBUTE_DATA facts{};
    if (::GetFileAttributesExW(wide(path).c_str(), GetFileExInfoStandard, &facts) == FALSE) {
        if (const DWORD code = ::GetLastError(); !is_missing(code)) {
            return failure(Access::read, code, "look at", path);
        }
        return std::nullopt;
    }
    return static_cast<std::size_t>(std::uint64_t{facts.nFileSizeHigh} << 32U | facts.nFileSizeLow);
}

Done ProtectedFolder::publish_file(std::string_view name, ByteView content) const {
    const auto descriptor = descriptor_for(Kind::file, scope_);
    if (!descriptor) {
        return fail(descriptor.error());
    }
    const std::string temporary = temporary_name();
    if (Done made = create_file(path_of(temporary), content, descriptor->get()); !made) {
        return pass(made, "write " + path_of(name));
    }
    Done renamed = rename(temporary, name);
    if (!renamed) {
        static_cast<void>(remove(temporary));  // the first error is the one that matters
    }
    return renamed;
}

Done ProtectedFolder::append_lines(std::string_view name, std::string_view lines) const {
    const auto descriptor = descriptor_for(Kind::file, scope_);
    if (!descriptor) {
        return fail(descriptor.error());
    }
    const std::string path = path_of(name);
    const UniqueFileHandle file = open_file(path, {.rights = GENERIC_READ | GENERIC_WRITE,
                                                   .disposition = OPEN_ALWAYS,
                                                   .flags = FILE_FLAG_BACKUP_SEMANTICS,
                                                   .descriptor = descriptor->get()});
    if (!file) {
        return failure(Access::write, ::GetLastError(), "open", path);
    }
    const auto size = plain_size(file.get(), path);
    if (!size) {
        return fail(size.error());
    }
    const std::string text = (ends_within_line(file.get(), *size) ? "\n" : "") + std::string(lines);
    DWORD code = seek(file.get(), *size) ? NO_ERROR : ::GetLastError();
    if (code == NO_ERROR) {
        code = write_whole(file.get(), as_bytes(text));
    }
    if (code != NO_ERROR) {
        // Half of a line would be read as a damaged one for ever.
        if (seek(file.get(), *size)) {
            ::SetEndOfFile(file.get());
        }
        return failure(Access::write, code, "write", path);
    }
    return done();
}

Done ProtectedFolder::rename(std::string_view from, std::string_view to) const {
    if (const DWORD code = replace_file(wide(path_of(from)), wide(path_of(to))); code != NO_ERROR) {
        return failure(Access::write, code, "publish", path_of(to));
    }
    return done();
}

Done ProtectedFolder::remove(std::string_view name) const {
    const std::wstring path = wide(path_of(name));
    const DWORD attributes = ::GetFileAttributesW(path.c_str());
    const bool is_folder =
        attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    // Both take a link itself away, not what it points to.
    const auto take_away = is_folder ? &::RemoveDirectoryW : &::DeleteFileW;
    if (take_away(path.c_str()) == FALSE) {
        if (const DWORD code = ::GetLastError(); !is_missing(code)) {
            return failure(Access::write, code, "delete", path_of(name));
        }
    }
    return done();
}

Result<UniqueFileHandle> ProtectedFolder::lock(std::string_view name) const {
    return lock(name, LOCKFILE_EXCLUSIVE_LOCK);
}

Result<UniqueFileHandle> ProtectedFolder::try_lock(std::string_view name) const {
    return lock(name, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY);
}

Result<UniqueFileHandle> ProtectedFolder::lock(std::string_view name, DWORD how) const {
    const auto descriptor = descriptor_for(Kind::file, scope_);
    if (!descriptor) {
        return fail(descriptor.error());
    }
    const std::string path = path_of(name);
    UniqueFileHandle file = open_file(path, {.rights = GENERIC_READ | GENERIC_WRITE,
                                             .disposition = OPEN_ALWAYS,
                                             .descriptor = descriptor->get()});
    if (!file) {
        return failure(Access::write, ::GetLastError(), "open", path);
    }
    if (const auto size = plain_size(file.get(), path); !size) {
        return fail(size.error());
    }
    OVERLAPPED from_the_start{};
    if (::LockFileEx(file.get(), how, 0, 1, 0, &from_the_start) == FALSE) {
        const DWORD code = ::GetLastError();
        if (code == ERROR_LOCK_VIOLATION || code == ERROR_IO_PENDING) {
            return fail(kBusy, path + " is held by another process");
        }
        return failure(Access::write, code, "lock", path);
    }
    return file;
}

}  // namespace ae::stores
