#include "service/native_client/native_client.h"
#include "service/report_parts.h"

#include <algorithm>

namespace ae::service {
namespace {

constexpr unsigned kSchema = 1;  // a member that is renamed or goes away makes it 2

std::string who(const NativeTaskReport& report) {
    if (report.task.state == TaskState::missing) {
        return "-";
    }
    if (report.task.state == TaskState::enabled) {
        return report.by_us ? "by aeclient, and somebody turned it on again" : "-";
    }
    return report.by_us ? "by aeclient" : "not by aeclient";
}

bool both_run(const std::vector<NativeTaskReport>& tasks) {
    return std::ranges::any_of(
        tasks, [](const NativeTaskReport& one) { return one.task.state == TaskState::enabled; });
}

}  // namespace

std::string native_client_as_text(const std::vector<NativeTaskReport>& tasks) {
    std::vector<std::vector<std::string>> rows{{"TASK", "STATE", "LAST RUN", "TURNED OFF"}};
    for (const NativeTaskReport& one : tasks) {
        rows.push_back({one.task.name, std::string(to_string(one.task.state)),
                        one.task.last_run ? ae::to_string(*one.task.last_run) : "never", who(one)});
    }
    return table(rows) + (both_run(tasks)
                              ? "\nWindows' own client enrolls here too; `aeclient native-client "
                                "disable` turns it off\n"
                              : "");
}

std::string native_client_as_json(const std::vector<NativeTaskReport>& tasks) {
    Json json;
    json["schema"] = kSchema;
    json["tasks"] = json_list(tasks, [](const NativeTaskReport& one) {
        return Json{{"task", one.task.name},
                    {"exists", one.task.state != TaskState::missing},
                    {"enabled", one.task.state == TaskState::enabled},
                    {"disabled_by_us", one.by_us},
                    {"last_run",
                     one.task.last_run ? Json(ae::to_string(*one.task.last_run)) : Json(nullptr)}};
    });
    return json_text(json);
}

}  // namespace ae::service
