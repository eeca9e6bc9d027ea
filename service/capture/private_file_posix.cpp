#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/unique_handle.h"
#include "service/capture/private_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace ae::service {
namespace {

struct DescriptorTraits {
    using value_type = int;
    static value_type none() noexcept { return -1; }
    static void close(value_type descriptor) noexcept { ::close(descriptor); }
};
using UniqueDescriptor = UniqueHandle<DescriptorTraits>;

tl::unexpected<Error> fail_with(int number, const std::string& path) {
    Hresult code = kWriteFault;
    switch (number) {
        case EACCES:
        case EPERM:
            code = kAccessDenied;
            break;
        case EROFS:
            code = kWriteProtected;
            break;
        case ENOSPC:
        case EDQUOT:
            code = kDiskFull;
            break;
        case ENOENT:
            code = kFileNotFound;
            break;
        default:
            break;
    }
    return fail(code,
                "write " + printable(path) + " (" + std::system_category().message(number) + ')',
                "Name a file in a folder with room where this account may write");
}

// 0 or the number of the error.
int write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const auto count = ::write(descriptor, content.data(), content.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return errno;
        }
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return ::fsync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

Done write_private_file(const std::filesystem::path& path, std::string_view content) {
    const std::string target = path.string();
    // A rename would put a plain file in the place of /dev/stdout.
    struct stat facts {};
    if (::stat(target.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
        return fail(kInvalidArgument, "write " + printable(target) + ": it is no plain file",
                    "Name a file that may be replaced, or a new one");
    }
    std::string temporary = target + ".XXXXXX";
    const UniqueDescriptor file(::mkstemp(temporary.data()));  // for its owner only
    if (!file) {
        return fail_with(errno, target);
    }
    int problem = write_all(file.get(), content);
    if (problem == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) {
        problem = errno;
    }
    if (problem != 0) {
        ::unlink(temporary.c_str());
        return fail_with(problem, target);
    }
    return done();
}

}  // namespace ae::service
