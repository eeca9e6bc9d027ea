#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "stores/files_posix.h"
#include "stores/my_entry_files.h"
#include "stores/own_trust.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::stores {
namespace {

struct DirTraits {
    using value_type = DIR*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type dir) noexcept { ::closedir(dir); }
};
using UniqueDir = UniqueHandle<DirTraits>;

tl::unexpected<Error> fail_reading(int number, const std::string& path) {
    if (number == ELOOP || number == ENOTDIR) {
        return fail(kAccessDenied, path + " is a symbolic link, or of a wrong kind",
                    "Put the file itself there; links are not followed.");
    }
    return fail(file_error(Access::read, number, "read", path));
}

Done check_owner(int descriptor, const std::string& path, mode_t kind) {
    struct stat facts {};
    if (::fstat(descriptor, &facts) != 0) {
        return fail_reading(errno, path);
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

Result<std::vector<std::string>> pem_names(int directory, const std::string& path) {
    const UniqueDir stream(::fdopendir(directory));  // owns `directory` from here on
    if (!stream) {
        const int error = errno;
        ::close(directory);
        return fail_reading(error, path);
    }
    std::vector<std::string> names;
    errno = 0;
    while (const auto* entry = ::readdir(stream.get())) {
        const std::string name = entry->d_name;
        if (name.ends_with(".pem") && name.front() != '.') {
            names.push_back(name);
        }
        errno = 0;
    }
    if (errno != 0) {
        return fail_reading(errno, path);
    }
    std::ranges::sort(names);
    return names;
}

Result<std::string> read_all(int descriptor, const std::string& path) {
    std::string text(kLargestFile + 1, '\0');
    std::size_t used = 0;
    while (used < text.size()) {
        const auto count = ::read(descriptor, text.data() + used, text.size() - used);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail_reading(errno, path);
        }
        if (count == 0) {
            break;
        }
        used += static_cast<std::size_t>(count);
    }
    if (used > kLargestFile) {
        return fail(kInvalidData, path + " is larger than 1 MiB",
                    "Keep the roots of this domain in it, and no bundle of public authorities");
    }
    text.resize(used);
    return text;
}

tl::unexpected<Error> fail_content(const std::string& path, const std::string& what) {
    return fail(kInvalidData, path + " " + what,
                "Keep root certificates in it, as PEM, or take it away");
}

// Text beside the certificates is as usual in such files; half a certificate is not.
Done add_roots(std::string_view text, const std::string& path, std::vector<Bytes>& roots) {
    const auto found = certificates_from_pem(text);
    if (!found) {
        return fail_content(path, "holds a broken certificate");
    }
    for (const Bytes& der : *found) {
        const auto facts = engine::parse_certificate(der);
        if (!facts) {
            return fail_content(path, "holds a broken certificate");
        }
        if (facts->subject_der != facts->issuer_der) {
            return fail_content(path, "holds a certificate that is no root");
        }
        if (std::ranges::find(roots, der) == roots.end()) {
            roots.push_back(der);
        }
    }
    return found->empty() ? Done(fail_content(path, "holds no certificate")) : done();
}

Done add_file(int directory, const std::string& folder, const std::string& name,
              std::vector<Bytes>& roots) {
    const std::string path = folder + "/" + name;
    // O_NONBLOCK: a FIFO must not stop the pulse before fstat tells what it is.
    const UniqueFd file(
        ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file) {
        return fail_reading(errno, path);
    }
    if (Done checked = check_owner(file.get(), path, S_IFREG); !checked) {
        return checked;
    }
    const auto text = read_all(file.get(), path);
    return text ? add_roots(*text, path, roots) : fail(text.error());
}

}  // namespace

Result<std::vector<Bytes>> own_roots(const std::string& folder) {
    std::vector<Bytes> roots;
    const UniqueFd directory(
        ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory) {
        if (errno == ENOENT) {
            return roots;
        }
        return fail_reading(errno, folder);
    }
    if (Done checked = check_owner(directory.get(), folder, S_IFDIR); !checked) {
        return pass(checked);
    }
    // The listing takes a descriptor of its own; files are opened relative to the checked one.
    const auto names = pem_names(::fcntl(directory.get(), F_DUPFD_CLOEXEC, 0), folder);
    if (!names) {
        return fail(names.error());
    }
    for (const std::string& name : *names) {
        if (Done added = add_file(directory.get(), folder, name, roots); !added) {
            return pass(added);
        }
    }
    return roots;
}

}  // namespace ae::stores
