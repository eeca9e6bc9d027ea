// What a process that we start is given: which of our handles, which job, which environment.
// Windows only, any thread.
// Sources: [UpdateProcThreadAttribute], [Job Objects], [CreateProcessW] lpEnvironment.
#pragma once

#include "engine/base/result.h"
#include "engine/base/win32.h"

#include <string>
#include <vector>

namespace ae::service {

// For STARTUPINFOEXW.  The process gets these handles, which must be inheritable, and none other;
// and it is in the job before its first instruction.  No handles at all: one that inherits none.
class ProcessAttributes {
  public:
    ProcessAttributes(std::vector<HANDLE> handles, HANDLE job);
    ProcessAttributes(const ProcessAttributes&) = delete;
    ProcessAttributes& operator=(const ProcessAttributes&) = delete;
    ProcessAttributes(ProcessAttributes&&) = delete;
    ProcessAttributes& operator=(ProcessAttributes&&) = delete;
    ~ProcessAttributes();

    // nullptr: the system refused, and GetLastError() says why.
    [[nodiscard]] LPPROC_THREAD_ATTRIBUTE_LIST get() const { return complete_ ? list_ : nullptr; }

  private:
    std::vector<HANDLE> handles_;
    HANDLE job_;
    std::vector<char> memory_{};
    LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
    bool complete_ = false;
};

// Whatever is in it ends with its last handle, which is the one returned.
Result<UniqueWinHandle> make_killing_job();

// A block of all our variables with `name` set to `value`.
std::wstring environment_with(const std::wstring& name, const std::wstring& value);

}  // namespace ae::service
