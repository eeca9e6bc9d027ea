#include "engine/base/text.h"
#include "policy/dns_srv.h"
#include "policy/reg_files.h"
#include "service/doctor/this_host.h"
#include "service/doctor/timed.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include <pwd.h>
#include <unistd.h>

namespace ae::service {
namespace {

constexpr std::uint32_t kNoLogin = 0xFFFFFFFF;  // [proc(5)] loginuid: nobody logged on
// Where group policy keeps Automatic Certificate Request Settings.
constexpr std::string_view kLegacyKey =
    "HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\SystemCertificates\\ACRS";

std::string name_of(uid_t uid) {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
        return found->pw_name;
    }
    return "uid " + std::to_string(uid);
}

std::uint32_t uid_in(std::string_view text) {
    std::uint32_t uid = kNoLogin;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), uid);
    return end.ec == std::errc() ? uid : kNoLogin;
}

// Who logged on, whatever su and sudo made of it since; where the kernel does not keep that (a
// container), sudo's own word.
std::uint32_t login_uid() {
    std::ifstream file("/proc/self/loginuid");
    std::string text;
    const std::uint32_t uid = file >> text ? uid_in(text) : kNoLogin;
    const char* asked = std::getenv("SUDO_UID");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return uid != kNoLogin || asked == nullptr ? uid : uid_in(asked);
}

bool has_legacy_requests(const std::string& policy_dir) {
    const auto files = policy::load_reg_files(policy_dir);
    return files && std::ranges::any_of(*files, [](const policy::RegFile& file) {
               return std::ranges::any_of(file.operations, [](const policy::RegOperation& one) {
                   return policy::is_key_or_below(one.key, kLegacyKey);
               });
           });
}

}  // namespace

ProcessIdentity process_identity() {
    const std::uint32_t login = login_uid();
    return {.account = name_of(::geteuid()),
            .not_session_owner = login != kNoLogin && login != ::geteuid()};
}

std::vector<Attempt> ask_name_service(const std::string& domain) {
    const std::string record = "_ldap._tcp.dc._msdcs." + domain;
    return {timed("DNS SRV " + record, [&]() -> Result<std::string> {
        const auto answer = policy::create_system_dns()->srv(record);
        if (!answer) {
            return tl::unexpected<Error>(answer.error());
        }
        std::vector<std::string> hosts;
        for (const policy::SrvRecord& one : answer->records) {
            hosts.push_back(one.target);
        }
        return join(hosts, ", ");
    })};
}

GroupPolicyFacts group_policy_here(const Sources& sources) {
    return {.not_told = "On Linux whoever writes the files below " + sources.policy_dir +
                        " brings group policy here; the directory holds the links of policies, and "
                        "what they set stands on SYSVOL, which this agent does not read.",
            .legacy_requests = has_legacy_requests(sources.policy_dir)};
}

}  // namespace ae::service
