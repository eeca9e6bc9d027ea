// What `aeclient native-client` and the service's start do, on tasks of a fake Task Scheduler.
#include "service/native_client/native_client.h"

#include "engine/base/hresult_table.h"

#include <functional>
#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace ae;
using namespace ae::service;

namespace {

using Names = std::vector<std::string>;

class FakeTasks final : public NativeTasks {
  public:
    std::map<std::string, TaskState> tasks{{kMachineTask, TaskState::enabled},
                                           {kUserTask, TaskState::enabled},
                                           {"UserTask-Roam", TaskState::enabled}};
    std::map<std::string, Hresult> look_errors{};
    std::map<std::string, Hresult> set_errors{};
    Names looked{};
    Names set_names{};

    Result<NativeTask> look(const std::string& name) override {
        looked.push_back(name);
        if (const auto error = look_errors.find(name); error != look_errors.end()) {
            return fail(error->second, "look");
        }
        const auto at = tasks.find(name);
        return NativeTask{.name = name,
                          .state = at == tasks.end() ? TaskState::missing : at->second};
    }
    Done set(const std::string& name, TaskState state) override {
        if (const auto error = set_errors.find(name); error != set_errors.end()) {
            return fail(error->second, "change");
        }
        set_names.push_back(name);
        tasks.at(name) = state;
        return done();
    }
};

class FakeRecord final : public NativeRecord {
  public:
    Names names{};
    std::optional<Hresult> load_error{};
    std::optional<Hresult> save_error{};
    std::function<void()> on_save{};

    Result<Names> load() override {
        return load_error ? Result<Names>(fail(*load_error, "read")) : Result<Names>(names);
    }
    Done save(const Names& tasks) override {
        if (on_save) {
            on_save();
        }
        if (save_error) {
            return fail(*save_error, "write");
        }
        names = tasks;
        return done();
    }
};

struct World {
    FakeTasks tasks{};
    FakeRecord record{};
    NativeClient client{tasks, record};

    [[nodiscard]] TaskState machine() const { return tasks.tasks.at(kMachineTask); }
    [[nodiscard]] TaskState user() const { return tasks.tasks.at(kUserTask); }
};

Names said(const Result<Names>& result) {
    REQUIRE(result);
    return *result;
}

}  // namespace

TEST_CASE("disable turns off the machine's and the users' task, and no other", "[native-client]") {
    World world;
    CHECK(said(disable(world.client)) ==
          Names{"SystemTask is turned off", "UserTask is turned off"});
    CHECK(world.machine() == TaskState::disabled);
    CHECK(world.user() == TaskState::disabled);
    CHECK(world.tasks.tasks.at("UserTask-Roam") == TaskState::enabled);
    CHECK(world.record.names == Names{kMachineTask, kUserTask});
    AND_THEN("a second time nothing is to be done") {
        CHECK(said(disable(world.client)).empty());
        CHECK(world.record.names == Names{kMachineTask, kUserTask});
    }
    AND_THEN("enable puts back exactly that, and forgets it") {
        CHECK(said(enable(world.client)) ==
              Names{"SystemTask is turned on again", "UserTask is turned on again"});
        CHECK(world.machine() == TaskState::enabled);
        CHECK(world.user() == TaskState::enabled);
        CHECK(world.record.names.empty());
        CHECK(said(enable(world.client)).empty());
    }
}

TEST_CASE("a task that somebody else had turned off stays off at enable", "[native-client]") {
    World world;
    world.tasks.tasks.at(kUserTask) = TaskState::disabled;
    CHECK(said(disable(world.client)) == Names{"SystemTask is turned off"});
    CHECK(world.record.names == Names{kMachineTask});
    CHECK(said(enable(world.client)) == Names{"SystemTask is turned on again"});
    CHECK(world.user() == TaskState::disabled);
    CHECK(world.tasks.set_names == Names{kMachineTask, kMachineTask});
}

TEST_CASE("what is turned off is remembered before it happens", "[native-client]") {
    World world;
    Names off_when_saved;
    world.record.on_save = [&] {
        for (const auto& [name, state] : world.tasks.tasks) {
            if (state == TaskState::disabled) {
                off_when_saved.push_back(name);
            }
        }
    };
    SECTION("in that order") {
        REQUIRE(disable(world.client));
        CHECK(off_when_saved == Names{kMachineTask});  // the second save; none at the first
    }
    SECTION("and what cannot be remembered is not turned off") {
        world.record.save_error = kWriteFault;
        const auto result = disable(world.client);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == kWriteFault);
        CHECK(world.machine() == TaskState::enabled);
        CHECK(world.user() == TaskState::enabled);
    }
}

TEST_CASE("missing tasks are no error", "[native-client]") {
    World world;
    world.tasks.tasks.erase(kUserTask);
    CHECK(said(disable(world.client)) == Names{"SystemTask is turned off"});
    SECTION("also not when one goes after it was turned off: enable forgets it") {
        world.tasks.tasks.erase(kMachineTask);
        CHECK(said(enable(world.client)).empty());
        CHECK(world.record.names.empty());
    }
}

TEST_CASE("a task that cannot be changed is an error and keeps no other from its change",
          "[native-client]") {
    World world;
    world.tasks.set_errors[kMachineTask] = kAccessDenied;
    SECTION("disable") {
        const auto result = disable(world.client);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == kAccessDenied);
        CHECK(result.error().sentence().find("SystemTask") != std::string::npos);
        CHECK(result.error().remedy.find("administrator") != std::string::npos);
        CHECK(world.user() == TaskState::disabled);
    }
    SECTION("enable remembers what is still off") {
        world.record.names = {kMachineTask, kUserTask};
        world.tasks.tasks.at(kMachineTask) = TaskState::disabled;
        world.tasks.tasks.at(kUserTask) = TaskState::disabled;
        CHECK_FALSE(enable(world.client));
        CHECK(world.record.names == Names{kMachineTask});
        CHECK(world.user() == TaskState::enabled);
    }
}

TEST_CASE("a record that cannot be read changes nothing", "[native-client]") {
    World world;
    world.record.load_error = kInvalidData;
    CHECK(disable(world.client).error().code == kInvalidData);
    CHECK(enable(world.client).error().code == kInvalidData);
    CHECK(look_at(world.client).error().code == kInvalidData);
    CHECK(keep_off(world.client).find("0x8007000D") != std::string::npos);
    CHECK(world.tasks.looked.empty());
}

TEST_CASE("at its start the service turns off again what a feature update turned on",
          "[native-client]") {
    World world;
    SECTION("nothing was turned off: nothing is asked and nothing is said") {
        CHECK(keep_off(world.client).empty());
        CHECK(world.tasks.looked.empty());
    }
    SECTION("still off: nothing is said") {
        REQUIRE(disable(world.client));
        CHECK(keep_off(world.client).empty());
    }
    SECTION("on again: off again, in one sentence") {
        REQUIRE(disable(world.client));
        world.tasks.tasks.at(kMachineTask) = TaskState::enabled;
        const std::string sentence = keep_off(world.client);
        CHECK(sentence.find("SystemTask is turned off again") != std::string::npos);
        CHECK(sentence.find("UserTask") == std::string::npos);
        CHECK(world.machine() == TaskState::disabled);
        CHECK(world.record.names == Names{kMachineTask, kUserTask});
    }
    SECTION("a task that an administrator left on is left on") {
        world.record.names = {kMachineTask};
        CHECK(keep_off(world.client).find("SystemTask") != std::string::npos);
        CHECK(world.user() == TaskState::enabled);
    }
    SECTION("it cannot be turned off: said, with the code") {
        world.record.names = {kMachineTask};
        world.tasks.set_errors[kMachineTask] = kAccessDenied;
        CHECK(keep_off(world.client).find("0x80070005") != std::string::npos);
    }
}

TEST_CASE("status says of each task whether it exists, runs, and who turned it off",
          "[native-client]") {
    World world;
    world.tasks.tasks.at(kMachineTask) = TaskState::disabled;
    world.record.names = {kMachineTask};
    world.tasks.tasks.erase(kUserTask);
    auto reports = look_at(world.client);
    REQUIRE(reports);
    reports->at(0).task.last_run = time_from_string("2026-11-21T12:00:00Z");
    const auto json = nlohmann::json::parse(native_client_as_json(*reports));
    CHECK(json == nlohmann::json::parse(R"({"schema": 1, "tasks": [
        {"task": "SystemTask", "exists": true, "enabled": false, "disabled_by_us": true,
         "last_run": "2026-11-21T12:00:00Z"},
        {"task": "UserTask", "exists": false, "enabled": false, "disabled_by_us": false,
         "last_run": null}]})"));
    CHECK(native_client_as_text(*reports) ==
          "TASK        STATE     LAST RUN              TURNED OFF\n"
          "SystemTask  disabled  2026-11-21T12:00:00Z  by aeclient\n"
          "UserTask    missing   never                 -\n");
    SECTION("a task that runs beside us is worth a hint") {
        world.tasks.tasks[kUserTask] = TaskState::enabled;
        CHECK(native_client_as_text(*look_at(world.client)).find("native-client disable") !=
              std::string::npos);
    }
    SECTION("an error of one task is the answer") {
        world.tasks.look_errors[kUserTask] = kAccessDenied;
        const auto denied = look_at(world.client);
        REQUIRE_FALSE(denied);
        CHECK(denied.error().sentence().find("UserTask") != std::string::npos);
    }
}
