#include "engine/base/hresult_table.h"
#include "policy/policy_source.h"
#include "service/clock.h"
#include "service/context_place.h"
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
    HostOptions options;
    options.scope = sources.scope;
    options.worker_program = std::move(*program);
    options.control = control_address(sources);
    options.state_dir = sources.state_dir;
    options.policy_dir = sources.policy_dir;
    options.identity = host_name();
    options.process = static_cast<std::uint32_t>(::getpid());
    options.verbose = sources.verbose;
    options.clock = wall_clock;
    options.read_policy = [scope = sources.scope, folder = sources.policy_dir] {
        return HostPolicy{.autoenroll = policy::create_policy_source(folder)->read(scope),
                          .settings = policy::read_agent_settings(scope, folder)};
    };
    options.worker_arguments = {"pulse",           "--foreground", "--worker",        "--state-dir",
                                sources.state_dir, "--policy-dir", sources.policy_dir};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            options.worker_arguments.insert(options.worker_arguments.end(), {name, value});
        }
    };
    add("--keytab", sources.keytab);
    add("--ccache", sources.ticket_cache);
    if (sources.scope == Scope::user) {
        options.worker_arguments.emplace_back("--user");
    }
    if (sources.verbose) {
        options.worker_arguments.emplace_back("--verbose");
    }
    return options;
}

}  // namespace ae::service
