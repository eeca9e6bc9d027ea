#include "service/control/control_instance_pipe.h"

#include "engine/base/hresult_table.h"
#include "service/account_win32.h"

#include <exception>

#include <sddl.h>

namespace ae::service {
namespace {

constexpr DWORD kAnswersBuffer = 64 * 1024;
constexpr DWORD kRequestsBuffer = 4 * 1024;
// PIPE_REJECT_REMOTE_CLIENTS keeps the network out.  A deny entry for NETWORK would shut out the
// administrator of a remote shell (WinRM, SSH), whose logon is a network logon and who is here.
constexpr const char* kNobodyElse = "D:P(A;;GA;;;SY)";
constexpr const char* kMachinesOwn = "(A;;GA;;;BA)(A;;0x12019b;;;IU)";

// Who has the name, for the sentence; empty: nobody.
std::string holder_of(const std::wstring& name) {
    const UniqueFileHandle probe(
        ::CreateFileW(name.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING,
                      SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr));
    DWORD process = 0;
    if (probe && ::GetNamedPipeServerProcessId(probe.get(), &process)) {
        return "process " + std::to_string(process);
    }
    const bool is_free = !probe && ::GetLastError() == ERROR_FILE_NOT_FOUND;
    return is_free ? "" : "one that does not show itself";
}

tl::unexpected<Error> fail_busy(const std::string& holder) {
    return fail(kBusy, "another aeclient service runs already, " + holder,
                "Use it, or stop it first");
}

// Acting on for as long as it stands in another's name would be the worst that could happen.
class Impersonation {
  public:
    explicit Impersonation(HANDLE pipe) : active_(::ImpersonateNamedPipeClient(pipe) != FALSE) {}
    Impersonation(const Impersonation&) = delete;
    Impersonation& operator=(const Impersonation&) = delete;
    Impersonation(Impersonation&&) = delete;
    Impersonation& operator=(Impersonation&&) = delete;
    ~Impersonation() {
        if (active_ && !::RevertToSelf()) {
            std::terminate();
        }
    }
    [[nodiscard]] bool active() const { return active_; }

  private:
    bool active_;
};

// A client that lets nobody look at it (SECURITY_ANONYMOUS) has no token that could be opened.
UniqueWinHandle token_of_client(HANDLE pipe) {
    const Impersonation as_client(pipe);
    UniqueWinHandle token;
    if (as_client.active()) {
        // As ourselves: the client need not be allowed to look into its own token.
        static_cast<void>(::OpenThreadToken(::GetCurrentThread(), TOKEN_QUERY, TRUE, token.put()));
    }
    return token;
}

std::optional<Peer> known(Result<Peer> peer) {
    return peer ? std::optional(std::move(*peer)) : std::nullopt;
}

}  // namespace

std::string pipe_security(const ControlAddress& address) {
    return kNobodyElse + (address.scope == engine::Scope::machine
                              ? std::string(kMachinesOwn)
                              : "(A;;GA;;;" + address.owner + ")");
}

Result<UniqueFileHandle> make_pipe(const ControlAddress& address, PipeInstance which) {
    UniqueLocalMemory<PSECURITY_DESCRIPTOR> security;
    if (!::ConvertStringSecurityDescriptorToSecurityDescriptorW(
            wide(pipe_security(address)).c_str(), SDDL_REVISION_1, security.put(), nullptr)) {
        return fail(last_error("say who may reach the pipe " + address.path));
    }
    SECURITY_ATTRIBUTES attributes{sizeof attributes, security.get(), FALSE};
    const std::wstring name = wide(address.path);
    const bool is_first = which == PipeInstance::first;
    if (is_first) {
        if (const std::string holder = holder_of(name); !holder.empty()) {
            return fail_busy(holder);
        }
    }
    UniqueFileHandle pipe(::CreateNamedPipeW(
        name.c_str(),
        PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (is_first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0U),
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
        PIPE_UNLIMITED_INSTANCES, kAnswersBuffer, kRequestsBuffer, 0, &attributes));
    if (!pipe) {
        Error problem = last_error("make the pipe " + address.path);
        // [CreateNamedPipeW]: so it says when somebody was quicker.
        if (is_first && problem.code == kAccessDenied) {
            return fail_busy("one that started at this moment");
        }
        return fail(std::move(problem));
    }
    return pipe;
}

std::optional<Peer> client_of(HANDLE pipe) {
    const UniqueWinHandle token = token_of_client(pipe);
    return token ? known(peer_of_token(token.get())) : std::nullopt;
}

std::optional<Peer> client_process_of(HANDLE pipe) {
    DWORD process = 0;
    return ::GetNamedPipeClientProcessId(pipe, &process) ? known(peer_of_process(process))
                                                         : std::nullopt;
}

}  // namespace ae::service
