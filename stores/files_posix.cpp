#include "stores/files_posix.h"

#include "engine/base/hresult_table.h"
#include "stores/store_layout.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::stores {
namespace {

constexpr int kOnlyThis = O_NOFOLLOW | O_CLOEXEC;  // no link, no heir
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | kOnlyThis;

Hresult hresult_of(Access access, int number) {
    switch (number) {
        case EROFS:
            return kWriteProtected;
        case ENOSPC:
        case EDQUOT:
            return kDiskFull;
        case EACCES:
        case EPERM:
            return kAccessDenied;
        case ENOENT:
            return kFileNotFound;
        default:
            return access == Access::read ? kReadFault : kWriteFault;
    }
}

tl::unexpected<Error> file_failure(Access access, int number, std::string_view what,
                                   std::string_view path) {
    return tl::unexpected<Error>(file_error(access, number, what, path));
}

struct FolderStreamCloser {
    void operator()(DIR* stream) const noexcept { ::closedir(stream); }
};

Done write_all(int descriptor, ByteView content, const std::string& path) {
    while (!content.empty()) {
        const ssize_t count = ::write(descriptor, content.data(), content.size());
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return file_failure(Access::write, errno, "write", path);
        }
        content = content.subspan(static_cast<std::size_t>(count));
    }
    return done();
}

}  // namespace

void FileDescriptorTraits::close(value_type descriptor) noexcept { ::close(descriptor); }

Error file_error(Access access, int number, std::string_view what, std::string_view path) {
    std::string text = "cannot ";
    text.append(what).append(" ").append(path);
    text.append(" (").append(std::generic_category().message(number)).append(")");
    const Hresult code = hresult_of(access, number);
    // The row of the code speaks of certification authorities.
    return Error{code, std::move(text),
                 code == kAccessDenied
                     ? "Run aeclient as root, or correct the owner and the mode of that path"
                     : ""};
}

std::string temporary_name() {
    std::array<std::uint8_t, 8> random{};
    // Eight octets never block once the system is up; a clash would be refused by O_EXCL anyway.
    if (::getrandom(random.data(), random.size(), 0) < 0) {
        random.fill(0);
    }
    return std::string(layout::kTemporary) + to_hex(random);
}

// Who can write into the folder could put another key or root into it.
Done Folder::check_owner(int descriptor, const std::string& path) {
    struct stat facts {};
    if (::fstat(descriptor, &facts) != 0) {
        return file_failure(Access::read, errno, "look at", path);
    }
    if (facts.st_uid != ::geteuid() && facts.st_uid != 0) {
        return fail(kAccessDenied,
                    "the folder " + path + " belongs to user id " + std::to_string(facts.st_uid) +
                        ", not to this account or root",
                    "Give it back with chown, after making sure that nobody changed it");
    }
    if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return fail(kAccessDenied, "the folder " + path + " is writable by other accounts",
                    "Run \"chmod go-w " + path + "\", after making sure that nobody changed it");
    }
    return done();
}

std::string Folder::path_of(std::string_view name) const {
    std::string text = path_;
    return text.append("/").append(name);
}

Result<Folder> Folder::open(std::string_view name) const {
    std::string path = path_of(name);
    if (!descriptor_) {
        return file_failure(Access::read, ENOENT, "open the folder", path);
    }
    UniqueFd descriptor(::openat(descriptor_.get(), std::string(name).c_str(), kOpenFolder));
    if (!descriptor) {
        return file_failure(Access::read, errno, "open the folder", path);
    }
    if (Done checked = check_owner(descriptor.get(), path); !checked) {
        return pass(checked);
    }
    return Folder(std::move(descriptor), std::move(path));
}

Result<Folder> Folder::create(std::string_view name, mode_t mode) const {
    if (::mkdirat(descriptor_.get(), std::string(name).c_str(), mode) != 0) {
        return file_failure(Access::write, errno, "make the folder", path_of(name));
    }
    Result<Folder> made = open(name);
    // mkdir took the umask off; the layout says which mode it has to be.
    if (made && ::fchmod(made->descriptor_.get(), mode) != 0) {
        return file_failure(Access::write, errno, "set the mode of", path_of(name));
    }
    return made;
}

Result<Folder> Folder::open_or_create(std::string_view name, mode_t mode) const {
    Result<Folder> found = open(name);
    if (found || found.error().code != kFileNotFound) {
        return found;
    }
    Result<Folder> made = create(name, mode);
    if (!made) {
        // Another process may have been faster.
        Result<Folder> theirs = open(name);
        return theirs ? std::move(theirs) : std::move(made);
    }
    if (Done synced = sync(); !synced) {
        return pass(synced);
    }
    return made;
}

Result<std::vector<std::string>> Folder::names() const {
    if (!descriptor_) {
        return std::vector<std::string>{};
    }
    // fdopendir() takes its descriptor over and moves its position: a fresh one each time.
    const int own = ::openat(descriptor_.get(), ".", kOpenFolder);
    if (own < 0) {
        return file_failure(Access::read, errno, "list", path_);
    }
    const std::unique_ptr<DIR, FolderStreamCloser> stream(::fdopendir(own));
    if (!stream) {
        const int number = errno;
        FileDescriptorTraits::close(own);
        return file_failure(Access::read, number, "list", path_);
    }
    std::vector<std::string> found;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) {
            break;
        }
        const std::string_view name = static_cast<const char*>(entry->d_name);
        if (name != "." && name != "..") {
            found.emplace_back(name);
        }
    }
    if (errno != 0) {
        return file_failure(Access::read, errno, "list", path_);
    }
    std::ranges::sort(found);
    return found;
}

Result<std::optional<Bytes>> Folder::read(std::string_view name, std::size_t largest) const {
    if (!descriptor_) {
        return std::nullopt;
    }
    // O_NONBLOCK: a pipe under that name must not hang the agent.
    const UniqueFd file(::openat(descriptor_.get(), std::string(name).c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        return file_failure(Access::read, errno, "open", path_of(name));
    }
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) {
        return file_failure(Access::read, errno, "look at", path_of(name));
    }
    if (!S_ISREG(facts.st_mode)) {
        return fail(kInvalidData, path_of(name) + " is not a plain file");
    }
    if (facts.st_size > static_cast<off_t>(largest)) {
        return fail(kInvalidData,
                    path_of(name) + " is larger than " + std::to_string(largest) + " bytes");
    }
    // One buffer of the right size: a growing one would leave copies of a key behind.
    Bytes content(static_cast<std::size_t>(facts.st_size));
    std::size_t filled = 0;
    while (filled < content.size()) {
        const ssize_t count = ::read(file.get(), content.data() + filled, content.size() - filled);
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return file_failure(Access::read, errno, "read", path_of(name));
        }
        if (count == 0) {
            break;
        }
        filled += static_cast<std::size_t>(count);
    }
    content.resize(filled);
    return content;
}

Done Folder::create_file(std::string_view name, ByteView content, mode_t mode) const {
    const std::string path = path_of(name);
    // 0600 first: the final mode only once the content is whole.
    UniqueFd file(::openat(descriptor_.get(), std::string(name).c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                           S_IRUSR | S_IWUSR));
    if (!file) {
        return file_failure(Access::write, errno, "make", path);
    }
    Done written = write_all(file.get(), content, path);
    if (written && ::fchmod(file.get(), mode) != 0) {
        written = file_failure(Access::write, errno, "set the mode of", path);
    }
    if (written && ::fsync(file.get()) != 0) {
        written = file_failure(Access::write, errno, "put on the disk", path);
    }
    // Some file systems (NFS, quotas) report a failed write only here.
    if (const int closed = ::close(file.release()); written && closed != 0) {
        written = file_failure(Access::write, errno, "write", path);
    }
    if (!written) {
        static_cast<void>(remove(name));  // the first error is the one that matters
    }
    return written;
}

Done Folder::publish_file(std::string_view name, ByteView content, mode_t mode) const {
    return publish_file_in(*this, name, content, mode);
}

Done Folder::publish_file_in(const Folder& child, std::string_view name, ByteView content,
                             mode_t mode) const {
    const std::string temporary = temporary_name();
    if (Done made = create_file(temporary, content, mode); !made) {
        return pass(made, "write " + child.path_of(name));
    }
    Done renamed = rename_into(child, temporary, name);
    if (!renamed) {
        static_cast<void>(remove(temporary));
    }
    return renamed;
}

Done Folder::rename(std::string_view from, std::string_view to) const {
    return rename_into(*this, from, to);
}

Done Folder::rename_into(const Folder& target, std::string_view from, std::string_view to) const {
    if (::renameat(descriptor_.get(), std::string(from).c_str(), target.descriptor_.get(),
                   std::string(to).c_str()) != 0) {
        return file_failure(Access::write, errno, "publish", target.path_of(to));
    }
    return done();
}

Done Folder::exchange(std::string_view left, std::string_view right) const {
    if (::renameat2(descriptor_.get(), std::string(left).c_str(), descriptor_.get(),
                    std::string(right).c_str(), RENAME_EXCHANGE) != 0) {
        return file_failure(Access::write, errno, "replace", path_of(right));
    }
    return done();
}

Done Folder::remove(std::string_view name) const {
    const std::string text(name);
    if (::unlinkat(descriptor_.get(), text.c_str(), 0) == 0 || errno == ENOENT) {
        return done();
    }
    if (errno != EISDIR) {
        return file_failure(Access::write, errno, "delete", path_of(name));
    }
    Result<Folder> inner = open(name);
    if (!inner) {
        return pass(inner);
    }
    const Result<std::vector<std::string>> names = inner->names();
    if (!names) {
        return tl::unexpected<Error>(names.error());
    }
    for (const std::string& child : *names) {
        if (Done removed = inner->remove(child); !removed) {
            return removed;
        }
    }
    if (::unlinkat(descriptor_.get(), text.c_str(), AT_REMOVEDIR) != 0) {
        return file_failure(Access::write, errno, "delete", path_of(name));
    }
    return done();
}

Done Folder::discard(std::string_view name) const {
    const std::string temporary = temporary_name();
    if (Done renamed = rename(name, temporary); !renamed) {
        return renamed.error().code == kFileNotFound ? done() : renamed;
    }
    if (Done synced = sync(); !synced) {
        return synced;
    }
    return remove(temporary);
}

Done Folder::sync() const {
    if (::fsync(descriptor_.get()) != 0) {
        return file_failure(Access::write, errno, "put on the disk", path_);
    }
    return done();
}

Done Folder::remove_temporaries() const {
    Result<std::vector<std::string>> found = names();
    if (!found) {
        return pass(found);
    }
    for (const std::string& name : *found) {
        if (!is_temporary(name)) {
            continue;
        }
        if (Done removed = remove(name); !removed) {
            return removed;
        }
    }
    return done();
}

Result<UniqueFd> Folder::open_lock(std::string_view name) const {
    const std::string text(name);
    // flock() works on a file that is only readable, so an existing lock opens on a read-only disk.
    UniqueFd file(::openat(descriptor_.get(), text.c_str(), O_RDONLY | kOnlyThis));
    if (!file && errno == ENOENT) {
        file = UniqueFd(::openat(descriptor_.get(), text.c_str(), O_RDONLY | O_CREAT | kOnlyThis,
                                 S_IRUSR | S_IWUSR));
        if (!file) {
            return file_failure(Access::write, errno, "make", path_of(name));
        }
    }
    if (!file) {
        return file_failure(Access::read, errno, "open", path_of(name));
    }
    return file;
}

}  // namespace ae::stores
