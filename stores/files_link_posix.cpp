#include "engine/base/hresult_table.h"
#include "stores/files_posix.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::stores {

Done Folder::publish_link(std::string_view name, std::string_view target) const {
    const std::string temporary = temporary_name();
    if (::symlinkat(std::string(target).c_str(), descriptor_.get(), temporary.c_str()) != 0) {
        return tl::unexpected<Error>(
            file_error(Access::write, errno, "make the link", path_of(name)));
    }
    Done renamed = rename(temporary, name);
    if (!renamed) {
        static_cast<void>(remove(temporary));  // the first error is the one that matters
    }
    return renamed;
}

Result<std::optional<std::string>> Folder::link_target(std::string_view name) const {
    std::array<char, 256> text{};  // ours are far shorter
    const ssize_t size =
        ::readlinkat(descriptor_.get(), std::string(name).c_str(), text.data(), text.size());
    if (size >= 0) {
        return std::string(text.data(), static_cast<std::size_t>(size));
    }
    if (errno == ENOENT) {
        return std::nullopt;
    }
    if (errno == EINVAL) {
        return fail(kInvalidData, path_of(name) + " is no link of the store's",
                    "Move it elsewhere; this name is the store's own");
    }
    return tl::unexpected<Error>(file_error(Access::read, errno, "read the link", path_of(name)));
}

Result<std::optional<FileReaders>> Folder::readers_of(std::string_view name) const {
    struct stat facts {};
    if (::fstatat(descriptor_.get(), std::string(name).c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        return tl::unexpected<Error>(file_error(Access::read, errno, "look at", path_of(name)));
    }
    return FileReaders{facts.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO), facts.st_gid, facts.st_uid};
}

// The mode is narrow while the group changes: nobody but the old and the new readers ever can read.
Done Folder::set_readers(std::string_view name, std::optional<gid_t> group) const {
    const UniqueFd file(::openat(descriptor_.get(), std::string(name).c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file) {
        return tl::unexpected<Error>(file_error(Access::read, errno, "open", path_of(name)));
    }
    constexpr mode_t kOwner = S_IRUSR | S_IWUSR;
    bool set = ::fchmod(file.get(), kOwner) == 0 &&
               ::fchown(file.get(), ::geteuid(), group.value_or(static_cast<gid_t>(-1))) == 0;
    if (set && group) {
        set = ::fchmod(file.get(), kOwner | S_IRGRP) == 0;
    }
    if (!set || ::fsync(file.get()) != 0) {
        return tl::unexpected<Error>(
            file_error(Access::write, errno, "set the readers of", path_of(name)));
    }
    return done();
}

}  // namespace ae::stores
