#include "service/hooks/hook_pipe_win32.h"

#include "service/account_win32.h"

#include <random>
#include <string>
#include <utility>

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
    const std::wstring name = wide(R"(\\.\pipe\aeclient\hook-)" +
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

PipeTransfer::PipeTransfer(UniqueFileHandle pipe)
    : pipe_(std::move(pipe)), event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {
    if (!event_) {
        pipe_.reset();
    }
}

void PipeTransfer::begin_read(void* buffer, DWORD size) {
    state_ = {};
    state_.hEvent = event_.get();
    begun(::ReadFile(pipe_.get(), buffer, size, nullptr, &state_));
}

void PipeTransfer::begin_write(const void* data, DWORD size) {
    state_ = {};
    state_.hEvent = event_.get();
    begun(::WriteFile(pipe_.get(), data, size, nullptr, &state_));
}

void PipeTransfer::begun(BOOL how) {
    under_way_ = how != FALSE || ::GetLastError() == ERROR_IO_PENDING;
    if (!under_way_) {
        pipe_.reset();
    }
}

DWORD PipeTransfer::finish() {
    DWORD count = 0;
    under_way_ = false;
    if (::GetOverlappedResult(pipe_.get(), &state_, &count, TRUE) == FALSE) {
        count = 0;
        pipe_.reset();
    }
    return count;
}

DWORD PipeTransfer::waiting() const {
    DWORD count = 0;
    return pipe_ && ::PeekNamedPipe(pipe_.get(), nullptr, 0, nullptr, &count, nullptr) != FALSE
               ? count
               : 0;
}

void PipeTransfer::close() {
    if (pipe_ && std::exchange(under_way_, false)) {
        ::CancelIoEx(pipe_.get(), &state_);
        DWORD ignored = 0;
        ::GetOverlappedResult(pipe_.get(), &state_, &ignored, TRUE);
    }
    pipe_.reset();
}

}  // namespace ae::service
