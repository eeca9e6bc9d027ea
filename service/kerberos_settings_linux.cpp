#include "engine/base/hresult_table.h"
#include "service/kerberos_settings.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

namespace ae::service {
namespace {

constexpr std::string_view kSettings =
    "[libdefaults]\n"
    "    dns_canonicalize_hostname = false\n"
    "    rdns = false\n"
    "    udp_preference_limit = 1\n";

std::string host_settings() {
    const char* named = std::getenv("KRB5_CONFIG");
    return named != nullptr && *named != '\0' ? named : "/etc/krb5.conf";
}

}  // namespace

// KRB5_CONFIG may name several files, and the first that sets a value wins.  Ours is a file in
// memory: it needs no place on the disk, and it lives as long as the process.
Done pin_kerberos_settings() {
    static const int file = [] {
        const int fd = ::memfd_create("aeclient-krb5.conf", MFD_CLOEXEC);
        const bool whole = fd >= 0 && ::write(fd, kSettings.data(), kSettings.size()) ==
                                          static_cast<ssize_t>(kSettings.size());
        return whole ? fd : -1;
    }();
    static const std::string list = "/proc/self/fd/" + std::to_string(file) + ':' + host_settings();
    if (file < 0 || ::setenv("KRB5_CONFIG", list.c_str(), 1) != 0) {
        return fail(kUnexpected, "set up the Kerberos library");
    }
    return done();
}

}  // namespace ae::service
