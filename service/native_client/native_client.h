// Turns the client that Windows brings along off and back on (`aeclient native-client`), so that
// two clients do not enroll for the same templates.
//
// A task that somebody else had turned off before is not ours to turn on.  What we turn off is
// remembered before it happens: after a crash in between, it counts as turned off by us.
// Errors: those of native_tasks.h and native_record.h, with a remedy.  One thread.
#pragma once

#include "service/native_client/native_record.h"
#include "service/native_client/native_tasks.h"

#include <string>
#include <vector>

namespace ae::service {

struct NativeClient {
    NativeTasks& tasks;
    NativeRecord& record;
};

struct NativeTaskReport {
    NativeTask task{};
    bool by_us = false;  // this agent turned it off
};
Result<std::vector<NativeTaskReport>> look_at(const NativeClient& client);

// Each gives one sentence per task that it changed.  A task that cannot be changed is an error, and
// the others are changed all the same.
Result<std::vector<std::string>> disable(const NativeClient& client);
// Also what an uninstallation does: nothing of ours stays turned off.
Result<std::vector<std::string>> enable(const NativeClient& client);

// For each start of the service: a feature update of Windows turns its tasks on again, and whoever
// ran `disable` wants them off.  Turns them off and says so in one sentence; empty: nothing was to
// be done.  Without a `disable` before, it asks the Task Scheduler nothing.
std::string keep_off(const NativeClient& client);

std::string native_client_as_text(const std::vector<NativeTaskReport>& tasks);
// {"schema", "tasks": [{"task", "exists", "enabled", "disabled_by_us", "last_run"}]}
std::string native_client_as_json(const std::vector<NativeTaskReport>& tasks);

// The same with this host's Task Scheduler and record.  Empty on Linux.
std::string native_client_warning();
Done restore_native_client();  // for uninstall; Linux: success

}  // namespace ae::service
