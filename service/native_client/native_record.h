// Which of the built-in client's tasks this agent has turned off, so that exactly those are turned
// on again.  Windows: HKLM\Software\AeClient, value DisabledNativeTasks (REG_MULTI_SZ), which
// administrators alone can write.  Linux: there is none, and nothing is ever remembered.
// Errors: kAccessDenied, kInvalidData, those of the registry.  Any thread.
#pragma once

#include "engine/base/result.h"

#include <memory>
#include <string>
#include <vector>

namespace ae::service {

class NativeRecord {
  public:
    virtual ~NativeRecord() = default;
    virtual Result<std::vector<std::string>> load() = 0;  // never written: empty
    // On stable storage when it returns.  None: the value is deleted.
    virtual Done save(const std::vector<std::string>& tasks) = 0;
};

std::unique_ptr<NativeRecord> make_native_record();

}  // namespace ae::service
