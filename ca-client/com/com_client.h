// This process as a client of COM: one multithreaded apartment for its whole life, calls sealed
// unless they say otherwise, and threads whose calls can be cancelled.
#pragma once

#include "engine/base/result.h"
#include "engine/base/win32.h"

#include <string>

namespace ae::ca {

// A thread's membership of the apartment.  Made and destroyed on that thread.
class ComThread {
  public:
    ComThread();
    ~ComThread();
    ComThread(const ComThread&) = delete;
    ComThread& operator=(const ComThread&) = delete;

    [[nodiscard]] HRESULT joined() const { return joined_; }

  private:
    HRESULT joined_;
    HRESULT cancellable_ = E_FAIL;
};

// Once a process, on a thread with a ComThread; later calls repeat what the first one found.  The
// value: a line for the log, or nothing to say.  The apartment is kept until the process ends.
Result<std::string> set_up_com();

// Asks for the end of what that thread waits for.  Where the system has no such function the thread
// goes on waiting.
void cancel_com_call(DWORD thread_id);

}  // namespace ae::ca
