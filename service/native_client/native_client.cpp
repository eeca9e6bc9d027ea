#include "service/native_client/native_client.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ae::service {
namespace {

constexpr std::array<const char*, 2> kTasks{kMachineTask, kUserTask};

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

// Needing more rights has one remedy, whichever step noticed.
Error with_our_remedy(Error error) {
    if (error.code == kAccessDenied && error.remedy.empty()) {
        error.remedy = "Run it in a console that was started as administrator";
    }
    return error;
}

// Changes one task after another; the first error is the result, and stops nothing.
template <class Change>
Done for_each_task(Change change) {
    Done result = done();
    for (const char* name : kTasks) {
        Done changed = change(std::string(name));
        if (!changed && result) {
            result = fail(with_our_remedy(std::move(changed.error()).within(name)));
        }
    }
    return result;
}

template <class T>
Result<T> only_if(Done worked, T value) {
    return worked ? Result<T>(std::move(value)) : Result<T>(pass(worked));
}

Done turn_off(const NativeClient& client, const std::string& name,
              std::vector<std::string>& remembered, std::vector<std::string>& said) {
    const auto task = client.tasks.look(name);
    if (!task) {
        return fail(task.error());
    }
    if (task->state != TaskState::enabled) {
        return done();
    }
    if (!contains(remembered, name)) {
        remembered.push_back(name);
        if (Done saved = client.record.save(remembered); !saved) {
            remembered.pop_back();
            return pass(saved, "remember that it will be turned off");
        }
    }
    if (Done changed = client.tasks.set(name, TaskState::disabled); !changed) {
        return pass(changed, "turn it off");
    }
    said.push_back(name + " is turned off");
    return done();
}

Done turn_on(const NativeClient& client, const std::string& name,
             std::vector<std::string>& remembered, std::vector<std::string>& said) {
    if (!contains(remembered, name)) {
        return done();
    }
    const auto task = client.tasks.look(name);
    if (!task) {
        return fail(task.error());
    }
    if (task->state == TaskState::disabled) {
        if (Done changed = client.tasks.set(name, TaskState::enabled); !changed) {
            return pass(changed, "turn it on");
        }
        said.push_back(name + " is turned on again");
    }
    std::erase(remembered, name);
    Done saved = client.record.save(remembered);
    return saved ? done() : pass(saved, "forget that it was turned off");
}

}  // namespace

std::string_view to_string(TaskState state) {
    switch (state) {
        case TaskState::missing:
            return "missing";
        case TaskState::disabled:
            return "disabled";
        case TaskState::enabled:
            break;
    }
    return "enabled";
}

Result<std::vector<NativeTaskReport>> look_at(const NativeClient& client) {
    const auto remembered = client.record.load();
    if (!remembered) {
        return fail(with_our_remedy(remembered.error()));
    }
    std::vector<NativeTaskReport> reports;
    Done looked = for_each_task([&](const std::string& name) -> Done {
        auto task = client.tasks.look(name);
        if (!task) {
            return pass(task);
        }
        reports.push_back({std::move(*task), contains(*remembered, name)});
        return done();
    });
    return only_if(std::move(looked), std::move(reports));
}

Result<std::vector<std::string>> disable(const NativeClient& client) {
    auto remembered = client.record.load();
    if (!remembered) {
        return fail(with_our_remedy(remembered.error()));
    }
    std::vector<std::string> said;
    Done changed = for_each_task(
        [&](const std::string& name) { return turn_off(client, name, *remembered, said); });
    return only_if(std::move(changed), std::move(said));
}

Result<std::vector<std::string>> enable(const NativeClient& client) {
    auto remembered = client.record.load();
    if (!remembered) {
        return fail(with_our_remedy(remembered.error()));
    }
    std::vector<std::string> said;
    Done changed = for_each_task(
        [&](const std::string& name) { return turn_on(client, name, *remembered, said); });
    return only_if(std::move(changed), std::move(said));
}

std::string keep_off(const NativeClient& client) {
    auto remembered = client.record.load();
    if (!remembered) {
        return "whether Windows' own autoenrollment tasks have to stay off is not known: " +
               remembered.error().sentence();
    }
    std::vector<std::string> said;
    Done changed = for_each_task([&](const std::string& name) {
        return contains(*remembered, name) ? turn_off(client, name, *remembered, said) : done();
    });
    if (!changed) {
        return "Windows' own autoenrollment tasks were to stay off: " + changed.error().sentence();
    }
    if (said.empty()) {
        return {};
    }
    return "Windows (a feature update) or somebody had turned its own autoenrollment tasks on "
           "again: " +
           join(said, ", ") +
           " again, because `aeclient native-client disable` asked for it; `aeclient native-client "
           "enable` ends that";
}

}  // namespace ae::service
