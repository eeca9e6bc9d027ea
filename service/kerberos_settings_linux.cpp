#include "engine/base/hresult_table.h"
#include "service/kerberos_settings.h"

#include <cstdlib>

#include <sys/mman.h>
#include <unistd.h>

namespace ae::service {
namespace {

std::string settings_with(const KnownKdc& kdc) {
    std::string text =
        "[libdefaults]\n"
        "    dns_canonicalize_hostname = false\n"
        "    rdns = false\n"
        "    udp_preference_limit = 1\n";
    if (!kdc.address.empty()) {
        const bool is_v6 = kdc.address.find(':') != std::string::npos;
        const std::string address = is_v6 ? '[' + kdc.address + ']' : kdc.address;
        // Also as the primary, which a domain does not have: the library would search DNS for one.
        text += "[realms]\n    " + kdc.realm + " = {\n        kdc = " + address +
                "\n        primary_kdc = " + address + "\n    }\n";
    }
    return text;
}

// As the environment had it before the first call.
const std::string& host_settings() {
    static const std::string files = [] {
        const char* named = std::getenv("KRB5_CONFIG");
        return std::string(named != nullptr && *named != '\0' ? named : "/etc/krb5.conf");
    }();
    return files;
}

}  // namespace

// KRB5_CONFIG may name several files, and the first that sets a value wins.  Ours is a file in
// memory: it needs no place on the disk and lives as long as the process.  Each call makes a new
// one, because the library may have read the last one in this very second and would not look again.
Done pin_kerberos_settings(const KnownKdc& kdc) {
    const std::string text = settings_with(kdc);
    const std::string& others = host_settings();
    const int file = ::memfd_create("aeclient-krb5.conf", MFD_CLOEXEC);
    if (file < 0 || ::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::setenv("KRB5_CONFIG", ("/proc/self/fd/" + std::to_string(file) + ':' + others).c_str(),
                 1) != 0) {
        return fail(kUnexpected, "set up the Kerberos library");
    }
    return done();
}

}  // namespace ae::service
