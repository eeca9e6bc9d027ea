// The scheduled tasks of the client that Windows brings along.
//
// Only SystemTask (the machine's certificates) and UserTask (the users') are ever named here:
// UserTask-Roam is credential roaming, which is nobody's business of ours.
// Linux: there is no such client; make_native_tasks() is kNotSupported.
// Errors: kAccessDenied; kNotSupported where there is no Task Scheduler; those of COM.
// Blocks on the Task Scheduler; one thread.
#pragma once

#include "engine/base/result.h"
#include "engine/base/time.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

inline constexpr const char* kNativeTaskFolder = "\\Microsoft\\Windows\\CertificateServicesClient";
inline constexpr const char* kMachineTask = "SystemTask";
inline constexpr const char* kUserTask = "UserTask";

enum class TaskState {
    missing,   // Windows has none here (Nano, or an administrator deleted it)
    disabled,  // it does not run by itself, and nobody can start it
    enabled,
};
std::string_view to_string(TaskState state);  // "disabled"

struct NativeTask {
    std::string name{};
    TaskState state = TaskState::missing;
    std::optional<Time> last_run{};
};

class NativeTasks {
  public:
    virtual ~NativeTasks() = default;
    virtual Result<NativeTask> look(const std::string& name) = 0;
    // `state` is disabled or enabled.  kFileNotFound: it is missing.
    virtual Done set(const std::string& name, TaskState state) = 0;
};

Result<std::unique_ptr<NativeTasks>> make_native_tasks(
    const std::string& folder = kNativeTaskFolder);

}  // namespace ae::service
