// Reading from and writing to a child's pipe, one transfer at a time.  Windows only.
#pragma once

#include "service/host/child_pipe_win32.h"

namespace ae::service {

// One read or write at a time on our end.  The buffer that it was begun with, and this object's
// address, must stay until it is complete; its end cancels it and waits for that.
class PipeTransfer {
  public:
    explicit PipeTransfer(UniqueFileHandle pipe);
    PipeTransfer(const PipeTransfer&) = delete;
    PipeTransfer& operator=(const PipeTransfer&) = delete;
    PipeTransfer(PipeTransfer&&) = delete;
    PipeTransfer& operator=(PipeTransfer&&) = delete;
    ~PipeTransfer() { close(); }

    // Signalled when finish() will not wait.
    [[nodiscard]] HANDLE event() const { return event_.get(); }
    [[nodiscard]] bool is_open() const { return static_cast<bool>(pipe_); }
    void begin_read(void* buffer, DWORD size);
    void begin_write(const void* data, DWORD size);
    // How many octets; 0: the other end is gone, and so is ours now.  Only after event().
    DWORD finish();
    [[nodiscard]] DWORD waiting() const;  // octets to be read that no transfer has taken
    void close();

  private:
    void begun(BOOL how);

    UniqueFileHandle pipe_;
    UniqueWinHandle event_;
    OVERLAPPED state_{};
    bool under_way_ = false;
};

}  // namespace ae::service
