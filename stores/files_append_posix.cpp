#include "engine/base/hresult_table.h"
#include "stores/files_posix.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::stores {
namespace {

// All of it, or errno.
int write_whole(int descriptor, ByteView content) {
    while (!content.empty()) {
        const ssize_t count = ::write(descriptor, content.data(), content.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return errno;
        }
        content = content.subspan(static_cast<std::size_t>(count));
    }
    return 0;
}

// A power cut can leave half a line; what comes next must not become part of it.
bool ends_within_line(int descriptor, off_t size) {
    char last = '\n';
    return size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

Result<std::optional<std::size_t>> Folder::size_of(std::string_view name) const {
    struct stat facts {};
    if (::fstatat(descriptor_.get(), std::string(name).c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        return fail(file_error(Access::read, errno, "look at", path_of(name)));
    }
    return static_cast<std::size_t>(facts.st_size);
}

Done Folder::append_lines(std::string_view name, std::string_view lines) const {
    const std::string path = path_of(name);
    // O_NONBLOCK: a pipe under that name must not hang the agent.
    const UniqueFd file(::openat(descriptor_.get(), std::string(name).c_str(),
                                 O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                                 S_IRUSR | S_IWUSR));
    if (!file) {
        return fail(file_error(Access::write, errno, "open", path));
    }
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) {
        return fail(file_error(Access::read, errno, "look at", path));
    }
    if (!S_ISREG(facts.st_mode)) {
        return fail(kInvalidData, path + " is not a plain file");
    }
    const std::string text =
        (ends_within_line(file.get(), facts.st_size) ? "\n" : "") + std::string(lines);
    if (const int number = write_whole(file.get(), as_bytes(text)); number != 0) {
        // Half of a line would be read as a damaged one for ever.
        static_cast<void>(::ftruncate(file.get(), facts.st_size));
        return fail(file_error(Access::write, number, "write", path));
    }
    return done();
}

}  // namespace ae::stores
