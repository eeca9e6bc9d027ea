#include "engine/base/hresult_table.h"
#include "policy/unique_fd.h"
#include "service/kerberos_settings.h"

#include <array>
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
// memory: it needs no place on the disk.  Each call makes a new one under another name, because the
// library may have read the last one in this very second and would not look again.  The one before
// stays open, for contexts that were made from it; the names repeat, because the C library never
// frees a value of the environment.
Done pin_kerberos_settings(const KnownKdc& kdc) {
    static std::array<policy::UniqueFd, 4> files;
    static std::size_t turn = 0;
    turn = (turn + 1) % files.size();
    policy::UniqueFd& file = files.at(turn);
    const std::string text = settings_with(kdc);
    file.reset(::memfd_create("aeclient-krb5.conf", MFD_CLOEXEC));
    if (!file ||
        ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        return fail(kUnexpected, "set up the Kerberos library");
    }
    const std::string path = "/proc/self/fd/" + std::to_string(file.get());
    if (::setenv("KRB5_CONFIG", (path + ':' + host_settings()).c_str(), 1) != 0) {
        return fail(kUnexpected, "set up the Kerberos library");
    }
    return done();
}

}  // namespace ae::service
