#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/unique_handle.h"
#include "policy/reg_files.h"
#include "policy/unique_fd.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::policy {
namespace {

struct DirTraits {
    using value_type = DIR*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type dir) noexcept { ::closedir(dir); }
};
using UniqueDir = UniqueHandle<DirTraits>;

enum class Kind { file, folder };

tl::unexpected<Error> fail_with_errno(const std::string& path, int error, Kind kind = Kind::file) {
    if (error == ELOOP) {
        return fail(kAccessDenied, path + " is a symbolic link",
                    "Put the file itself there; links are not followed.");
    }
    const std::string sentence = path + " cannot be read: " + std::system_category().message(error);
    if (error == EACCES || error == EPERM) {
        return fail(kAccessDenied, sentence,
                    "Every user's run reads it; make it readable for everybody: chmod " +
                        std::string(kind == Kind::folder ? "755 " : "644 ") + path);
    }
    return fail(kReadFault, sentence);
}

Done check_owner(int fd, const std::string& path, mode_t kind) {
    struct stat facts {};
    if (::fstat(fd, &facts) != 0) {
        return fail_with_errno(path, errno);
    }
    if ((facts.st_mode & S_IFMT) != kind) {
        return fail(kAccessDenied,
                    path + (kind == S_IFDIR ? " is not a directory" : " is not a regular file"));
    }
    if (facts.st_uid != 0) {
        return fail(kAccessDenied,
                    path + " belongs to user id " + std::to_string(facts.st_uid) + ", not to root",
                    "Run: chown root:root " + path);
    }
    if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return fail(kAccessDenied, path + " can be written by others than root",
                    "Run: chmod go-w " + path);
    }
    return done();
}

Result<std::vector<std::string>> reg_file_names(int directory, const std::string& path) {
    UniqueDir stream(::fdopendir(directory));  // owns `directory` from here on
    if (!stream) {
        const int error = errno;
        ::close(directory);
        return fail_with_errno(path, error);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const auto* entry = ::readdir(stream.get())) {
        const std::string name = entry->d_name;
        if (name.ends_with(".reg") && name.front() != '.') {
            names.push_back(name);
        }
        errno = 0;
    }
    if (errno != 0) {
        return fail_with_errno(path, errno);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<Bytes> read_all(int fd, const std::string& path) {
    Bytes octets(kMaxRegFileOctets + 1);  // one more than the parser takes, so that it can say so
    std::size_t used = 0;
    while (used < octets.size()) {
        const auto count = ::read(fd, octets.data() + used, octets.size() - used);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_with_errno(path, errno);
        }
        if (count == 0) {
            break;
        }
        used += static_cast<std::size_t>(count);
    }
    octets.resize(used);
    return octets;
}

Result<RegFile> load_file(int directory, const std::string& folder, const std::string& name) {
    const std::string path = folder + "/" + name;
    // O_NONBLOCK: a FIFO must not stop the pulse before fstat tells what it is.
    UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) {
        return fail_with_errno(path, errno);
    }
    if (auto checked = check_owner(fd.get(), path, S_IFREG); !checked) {
        return pass(checked);
    }
    auto octets = read_all(fd.get(), path);
    if (!octets) {
        return pass(octets);
    }
    auto operations = parse_reg_file(*octets);
    if (!operations) {
        return pass(operations, path);
    }
    return RegFile{path, std::move(*operations)};
}

}  // namespace

Result<std::vector<RegFile>> load_reg_files(const std::string& path) {
    UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory) {
        const int error = errno;
        if (error == ENOENT) {
            return std::vector<RegFile>{};
        }
        if (error == ENOTDIR) {
            return fail(kAccessDenied, path + " is not a directory, or a symbolic link",
                        "Make it a directory that belongs to root.");
        }
        return fail_with_errno(path, error, Kind::folder);
    }
    if (auto checked = check_owner(directory.get(), path, S_IFDIR); !checked) {
        return pass(checked);
    }
    // The listing takes a descriptor of its own; files are opened relative to the checked one.
    auto names = reg_file_names(::fcntl(directory.get(), F_DUPFD_CLOEXEC, 0), path);
    if (!names) {
        return pass(names);
    }
    std::vector<RegFile> files;
    for (const auto& name : *names) {
        auto file = load_file(directory.get(), path, name);
        if (!file) {
            return pass(file);
        }
        files.push_back(std::move(*file));
    }
    return files;
}

}  // namespace ae::policy
