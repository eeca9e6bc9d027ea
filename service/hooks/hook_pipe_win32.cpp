#include "service/hooks/hook_pipe_win32.h"

#include <utility>

namespace ae::service {

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
