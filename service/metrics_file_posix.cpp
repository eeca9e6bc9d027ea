#include "engine/base/hresult_table.h"
#include "service/metrics_file.h"
#include "stores/files_posix.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::service {
namespace {

using stores::UniqueFd;

constexpr mode_t kPublicFile = 0644;

tl::unexpected<Error> failed_write(int number, std::string_view what, const std::string& path,
                                   std::string_view remedy) {
    return fail(stores::file_error(stores::Access::write, number, what, path).with_remedy(remedy));
}

Done write_all(int descriptor, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return failed_write(errno, "write", path,
                                "Make room on that disk; the next run writes the file again.");
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return done();
}

Done publish(int folder, const std::string& temporary, const std::string& name,
             std::string_view text, const std::string& path) {
    const UniqueFd file(::openat(folder, temporary.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                 kPublicFile));
    if (!file) {
        return failed_write(errno, "make a file beside", path,
                            "Let the agent's account write to that folder, or set MetricsFile to "
                            "one where it may.");
    }
    if (Done written = write_all(file.get(), text, path); !written) {
        return written;
    }
    // The umask of whoever started us must not hide the file from the exporter.
    if (::fchmod(file.get(), kPublicFile) != 0) {
        return failed_write(errno, "set the mode of", path, "");
    }
    if (::renameat(folder, temporary.c_str(), folder, name.c_str()) != 0) {
        const int number = errno;
        if (number == EISDIR) {
            return fail(kInvalidArgument, path + " is a folder",
                        "Set MetricsFile to a file in it, \"" + path + "/aeclient.prom\".");
        }
        return failed_write(number, "replace", path, "Look at who owns that file and its folder.");
    }
    return done();
}

}  // namespace

Done write_metrics(const std::string& path, std::string_view text) {
    const auto slash = path.rfind('/');
    if (!path.starts_with('/') || slash + 1 == path.size()) {
        return fail(kInvalidArgument, "\"" + path + "\" is not the absolute path of a file",
                    "Set MetricsFile to one, \"/var/lib/prometheus/node-exporter/aeclient.prom\".");
    }
    const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
    const UniqueFd folder(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) {
        return failed_write(errno, "open the folder of", path,
                            "Make the folder, or set MetricsFile to a file in one that exists.");
    }
    const std::string temporary = stores::temporary_name();
    Done published = publish(folder.get(), temporary, path.substr(slash + 1), text, path);
    if (!published) {
        ::unlinkat(folder.get(), temporary.c_str(), 0);
        return pass(published, "write the metrics");
    }
    return published;
}

}  // namespace ae::service
