#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/account_win32.h"
#include "service/host_start.h"
#include "service/own_program_win32.h"

#include <array>

namespace ae::service {
namespace {

using engine::Scope;

// No file for a machine that was not joined yet, so its name has to do (rule J1).
std::string host_name() {
    std::array<wchar_t, MAX_COMPUTERNAME_LENGTH + 1> name{};
    auto length = static_cast<DWORD>(name.size());
    return ::GetComputerNameW(name.data(), &length) != FALSE ? narrow({name.data(), length}) : "";
}

bool is_administrator() {
    const auto own = own_peer();
    return own && own->administrator;
}

}  // namespace

Result<HostOptions> host_options(const Sources& sources) {
    if (!sources.as_member.empty()) {
        return fail(kNotSupported, "a service takes nobody's word for who this machine is",
                    "Use --as-member with: aeclient pulse --foreground");
    }
    if (sources.scope == Scope::machine && !is_administrator()) {
        return fail(kAccessDenied, "the machine's service has to run as LocalSystem",
                    "Start it with: sc start AeClient, or serve your own account: aeclient service "
                    "run --user");
    }
    auto program = own_program();
    if (!program) {
        return pass(program);
    }
    return host_options_of(sources, {.worker_program = std::move(*program),
                                     .identity = host_name(),
                                     .process = ::GetCurrentProcessId()});
}

}  // namespace ae::service
