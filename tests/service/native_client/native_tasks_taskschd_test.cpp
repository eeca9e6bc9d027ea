// The Task Scheduler's own word, on tasks that this test registers in a folder of its own.
#define INITGUID
#include "ca-client/com/com_pointer.h"
#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/native_client/native_record.h"
#include "service/native_client/native_tasks.h"
#include "tests/support/skip.h"

#include <catch2/catch.hpp>
#include <oleauto.h>
#include <taskschd.h>

using namespace ae;
using namespace ae::service;

namespace {

using ca::ComPointer;

constexpr const char* kFolder = "\\AeClientTest";

// Runs at no time by itself.
std::wstring task_xml(const std::wstring& enabled) {
    return LR"(<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Settings><Enabled>)" +
           enabled +
           LR"(</Enabled></Settings>
  <Actions><Exec><Command>cmd.exe</Command></Exec></Actions>
</Task>)";
}

struct ComText {
    explicit ComText(const wchar_t* text) : value(::SysAllocString(text)) {}
    ComText(const ComText&) = delete;
    ComText& operator=(const ComText&) = delete;
    ComText(ComText&&) = delete;
    ComText& operator=(ComText&&) = delete;
    ~ComText() { ::SysFreeString(value); }
    BSTR value;
};

void must(HRESULT result) { REQUIRE(SUCCEEDED(result)); }

// The folder, with one task; gone at the end.
class Scene {
  public:
    explicit Scene(const std::wstring& enabled = L"true") {
        must(::CoInitializeEx(nullptr, COINIT_MULTITHREADED));
        must(::CoCreateInstance(CLSID_TaskScheduler, nullptr, CLSCTX_INPROC_SERVER,
                                IID_ITaskService, reinterpret_cast<void**>(service_.put())));
        must(service_.get()->Connect({}, {}, {}, {}));
        must(service_.get()->GetFolder(ComText(L"\\").value, root_.put()));
        remove();
        must(root_.get()->CreateFolder(ComText(L"AeClientTest").value, {}, folder_.put()));
        must(folder_.get()->RegisterTask(ComText(L"SystemTask").value,
                                         ComText(task_xml(enabled).c_str()).value, TASK_CREATE, {},
                                         {}, TASK_LOGON_INTERACTIVE_TOKEN, {}, task_.put()));
    }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;
    Scene(Scene&&) = delete;
    Scene& operator=(Scene&&) = delete;
    ~Scene() {
        remove();
        task_.reset();
        folder_.reset();
        root_.reset();
        service_.reset();
        ::CoUninitialize();
    }

    // Wine 8 says yes and changes nothing.
    bool can_be_disabled() {
        VARIANT_BOOL enabled = VARIANT_TRUE;
        must(task_.get()->put_Enabled(VARIANT_FALSE));
        must(task_.get()->get_Enabled(&enabled));
        must(task_.get()->put_Enabled(VARIANT_TRUE));
        return enabled == VARIANT_FALSE;
    }

  private:
    void remove() {
        ComPointer<ITaskFolder> folder;
        if (SUCCEEDED(root_.get()->GetFolder(ComText(L"AeClientTest").value, folder.put()))) {
            folder.get()->DeleteTask(ComText(L"SystemTask").value, 0);
            folder.reset();
            root_.get()->DeleteFolder(ComText(L"AeClientTest").value, 0);
        }
    }

    ComPointer<ITaskService> service_{};
    ComPointer<ITaskFolder> root_{};
    ComPointer<ITaskFolder> folder_{};
    ComPointer<IRegisteredTask> task_{};
};

TaskState state_of(NativeTasks& tasks, const char* name) {
    const auto task = tasks.look(name);
    INFO((task ? std::string() : task.error().sentence()));
    REQUIRE(task);
    CHECK(task->name == name);
    CHECK_FALSE(task->last_run);
    return task->state;
}

}  // namespace

TEST_CASE("the tasks of a folder are enabled, or missing", "[native-client][taskschd]") {
    const Scene scene;
    const auto tasks = make_native_tasks(kFolder);
    REQUIRE(tasks);
    CHECK(state_of(**tasks, kMachineTask) == TaskState::enabled);
    CHECK(state_of(**tasks, kUserTask) == TaskState::missing);
}

TEST_CASE("a task that was registered as disabled is disabled", "[native-client][taskschd]") {
    const Scene scene(L"false");
    const auto tasks = make_native_tasks(kFolder);
    REQUIRE(tasks);
    CHECK(state_of(**tasks, kMachineTask) == TaskState::disabled);
}

TEST_CASE("a task is turned off and on", "[native-client][taskschd]") {
    Scene scene;
    const auto tasks = make_native_tasks(kFolder);
    REQUIRE(tasks);
    if (!scene.can_be_disabled()) {
        AE_SKIP("W-TASK-ENABLE", "Wine: IRegisteredTask::put_Enabled changes nothing");
        AND_THEN("that is an error and no success") {
            const Done changed = (*tasks)->set(kMachineTask, TaskState::disabled);
            REQUIRE_FALSE(changed);
            CHECK(changed.error().sentence().find("is enabled still") != std::string::npos);
        }
        return;
    }
    CHECK((*tasks)->set(kMachineTask, TaskState::disabled));
    CHECK(state_of(**tasks, kMachineTask) == TaskState::disabled);
    CHECK((*tasks)->set(kMachineTask, TaskState::enabled));
    CHECK(state_of(**tasks, kMachineTask) == TaskState::enabled);
}

TEST_CASE("a task that is missing cannot be changed", "[native-client][taskschd]") {
    const Scene scene;
    const auto tasks = make_native_tasks(kFolder);
    REQUIRE(tasks);
    const Done changed = (*tasks)->set(kUserTask, TaskState::disabled);
    REQUIRE_FALSE(changed);
    CHECK(changed.error().code == kFileNotFound);
    CHECK(changed.error().sentence().find("\\AeClientTest\\UserTask") != std::string::npos);
}

TEST_CASE("a folder that is missing has no tasks", "[native-client][taskschd]") {
    const auto tasks = make_native_tasks("\\AeClientTest\\NoSuchFolder");
    REQUIRE(tasks);
    CHECK(state_of(**tasks, kMachineTask) == TaskState::missing);
}

TEST_CASE("what was turned off is remembered in the registry", "[native-client][registry]") {
    // HKLM of this process alone.
    UniqueRegistryKey sandbox;
    REQUIRE(::RegCreateKeyExW(HKEY_CURRENT_USER, L"Software\\AeClientNativeRecordTest", 0, nullptr,
                              0, KEY_ALL_ACCESS, nullptr, sandbox.put(), nullptr) == ERROR_SUCCESS);
    REQUIRE(::RegDeleteTreeW(sandbox.get(), nullptr) == ERROR_SUCCESS);
    REQUIRE(::RegOverridePredefKey(HKEY_LOCAL_MACHINE, sandbox.get()) == ERROR_SUCCESS);
    struct Restore {
        ~Restore() {
            ::RegOverridePredefKey(HKEY_LOCAL_MACHINE, nullptr);
            ::RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\AeClientNativeRecordTest");
        }
    } restore;

    using Names = std::vector<std::string>;
    const auto load = [] { return make_native_record()->load(); };
    const auto loaded = [&] { return load().value_or(Names{"not readable"}); };
    const auto set = [](DWORD type, const std::wstring& text) {
        REQUIRE(::RegSetKeyValueW(HKEY_LOCAL_MACHINE, L"Software\\AeClient", L"DisabledNativeTasks",
                                  type, text.c_str(),
                                  static_cast<DWORD>(text.size() * sizeof(wchar_t))) ==
                ERROR_SUCCESS);
    };

    CHECK(loaded().empty());
    CHECK(make_native_record()->save({}));
    CHECK(make_native_record()->save({"SystemTask", "UserTask"}));
    CHECK(loaded() == Names{"SystemTask", "UserTask"});
    CHECK(make_native_record()->save({"UserTask"}));
    CHECK(loaded() == Names{"UserTask"});
    CHECK(make_native_record()->save({}));
    CHECK(loaded().empty());
    SECTION("a list that another hand wrote without its ends is read") {
        set(REG_MULTI_SZ, L"SystemTask");
        CHECK(loaded() == Names{"SystemTask"});
    }
    SECTION("an empty list is no task") {
        set(REG_MULTI_SZ, std::wstring(1, L'\0'));
        CHECK(loaded().empty());
    }
    SECTION("what is no list is refused") {
        set(REG_SZ, L"SystemTask");
        REQUIRE_FALSE(load());
        CHECK(load().error().code == kInvalidData);
    }
}
