#include "service/host/child_pipe_win32.h"

#include "service/account_win32.h"

#include <random>
#include <string>

#include <sddl.h>

namespace ae::service {
namespace {

constexpr DWORD kBuffer = 64 * 1024;

std::string random_text() {
    std::random_device source;
    return std::to_string(source()) + '-' + std::to_string(source());
}

}  // namespace

Result<ChildPipe> make_child_pipe(PipeFlow flow) {
    const auto own = own_peer();
    if (!own) {
        return fail(own.error());
    }
    UniqueLocalMemory<PSECURITY_DESCRIPTOR> only_us;
    if (!::ConvertStringSecurityDescriptorToSecurityDescriptorW(
            wide("D:P(A;;GA;;;" + own->account + ")").c_str(), SDDL_REVISION_1, only_us.put(),
            nullptr)) {
        return fail(last_error("make a pipe"));
    }
    const std::wstring name = wide(R"(\\.\pipe\aeclient\child-)" +
                                   std::to_string(::GetCurrentProcessId()) + '-' + random_text());
    const bool to_child = flow == PipeFlow::to_child;
    SECURITY_ATTRIBUTES for_us{sizeof for_us, only_us.get(), FALSE};
    SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
    ChildPipe pipe;
    pipe.ours.reset(::CreateNamedPipeW(
        name.c_str(),
        (to_child ? PIPE_ACCESS_OUTBOUND : PIPE_ACCESS_INBOUND) | FILE_FLAG_FIRST_PIPE_INSTANCE |
            FILE_FLAG_OVERLAPPED,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, kBuffer,
        kBuffer, 0, &for_us));
    if (!pipe.ours) {
        return fail(last_error("make a pipe"));
    }
    pipe.childs.reset(::CreateFileW(name.c_str(), to_child ? GENERIC_READ : GENERIC_WRITE, 0,
                                    &inherited, OPEN_EXISTING,
                                    SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr));
    if (!pipe.childs) {
        return fail(last_error("make a pipe"));
    }
    return pipe;
}

}  // namespace ae::service
