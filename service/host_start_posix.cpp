#include "engine/base/hresult_table.h"
#include "service/host_start.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace ae::service {
namespace {

using engine::Scope;

// The program of this name in the folder of the one that runs.
std::string beside_us(const std::string& name) {
    std::array<char, 4096> path{};
    const auto length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    const std::string own(path.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    return own.substr(0, own.rfind('/') + 1) + name;
}

Error missing(const std::string& path, int number) {
    return {kFileNotFound, path + " cannot be run: " + std::strerror(number),
            "It belongs to this program: install aeclient again"};
}

// An open file stays the same program when its name is given to another; it is open as long as this
// process, under whose number the child finds it.
Result<std::string> worker_program() {
    const std::string path = beside_us("aeclient");
    const int file = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (file < 0) {
        return fail(missing(path, errno));
    }
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file);
}

// No file for a machine that was not joined yet, so its name has to do (rule J1).
std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

Error become_service(char* const* argv) {
    const std::string path = beside_us("aeclientd");
    ::execv(path.c_str(), argv);
    return missing(path, errno);
}

Result<HostOptions> host_options(const Sources& sources) {
    if (sources.scope == Scope::machine && ::geteuid() != 0) {
        return fail(kAccessDenied, "the machine's service has to run as root",
                    "Start it as root, or serve your own account: aeclient service run --user");
    }
    auto program = worker_program();
    if (!program) {
        return pass(program);
    }
    std::vector<std::string> places{"--state-dir", sources.state_dir, "--policy-dir",
                                    sources.policy_dir};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            places.insert(places.end(), {name, value});
        }
    };
    add("--keytab", sources.keytab);
    add("--ccache", sources.ticket_cache);
    return host_options_of(sources, {.worker_program = std::move(*program),
                                     .identity = host_name(),
                                     .process = static_cast<std::uint32_t>(::getpid()),
                                     .worker_places = std::move(places)});
}

}  // namespace ae::service
