// The interface ids of the Task Scheduler are in no library of this toolchain: they are made here.
#define INITGUID
#include "ca-client/com/com_pointer.h"
#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/native_client/native_tasks.h"

#include <utility>

#include <oleauto.h>
#include <taskschd.h>

namespace ae::service {
namespace {

using ca::ComPointer;

constexpr WORD kFirstYear = 2000;  // a task that never ran has a date before it

struct StringTraits {
    using value_type = BSTR;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type text) noexcept { ::SysFreeString(text); }
};
using UniqueString = UniqueHandle<StringTraits>;

UniqueString com_string(const std::string& text) {
    return UniqueString(::SysAllocString(wide(text).c_str()));
}

// This thread's membership in COM.  A thread that is in another apartment already stays there.
class Apartment {
  public:
    Apartment() : joined_(::CoInitializeEx(nullptr, COINIT_MULTITHREADED)) {}
    ~Apartment() {
        if (SUCCEEDED(joined_)) {
            ::CoUninitialize();
        }
    }
    Apartment(const Apartment&) = delete;
    Apartment& operator=(const Apartment&) = delete;
    Apartment(Apartment&&) = delete;
    Apartment& operator=(Apartment&&) = delete;

  private:
    HRESULT joined_;
};

Error com_error(HRESULT result, const std::string& doing) {
    return win32_error(static_cast<DWORD>(result), doing);
}

bool is_missing(HRESULT result) {
    return result == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) ||
           result == HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND);
}

// Task Scheduler says local time.
std::optional<Time> time_from(DATE date) {
    SYSTEMTIME local{};
    SYSTEMTIME utc{};
    if (::VariantTimeToSystemTime(date, &local) == FALSE || local.wYear < kFirstYear ||
        ::TzSpecificLocalTimeToSystemTime(nullptr, &local, &utc) == FALSE) {
        return std::nullopt;
    }
    return from_civil({utc.wYear, utc.wMonth, utc.wDay, utc.wHour, utc.wMinute, utc.wSecond});
}

class SchedulerTasks final : public NativeTasks {
  public:
    explicit SchedulerTasks(std::string folder) : folder_(std::move(folder)) {}

    Done connect() {
        HRESULT result =
            ::CoCreateInstance(CLSID_TaskScheduler, nullptr, CLSCTX_INPROC_SERVER, IID_ITaskService,
                               reinterpret_cast<void**>(service_.put()));
        if (FAILED(result)) {
            return fail(com_error(result, "find the Task Scheduler"));
        }
        const VARIANT here{};  // this host, this account
        result = service_.get()->Connect(here, here, here, here);
        return SUCCEEDED(result) ? done()
                                 : fail(com_error(result, "connect to the Task Scheduler"));
    }

    Result<NativeTask> look(const std::string& name) override {
        ComPointer<IRegisteredTask> task;
        HRESULT result = find(name, task);
        if (is_missing(result)) {
            return NativeTask{.name = name, .state = TaskState::missing};
        }
        VARIANT_BOOL enabled = VARIANT_FALSE;
        if (SUCCEEDED(result)) {
            result = task.get()->get_Enabled(&enabled);
        }
        if (FAILED(result)) {
            return fail(com_error(result, "look at the task " + path_of(name)));
        }
        DATE last_run = 0;
        const bool ran = SUCCEEDED(task.get()->get_LastRunTime(&last_run));
        return NativeTask{
            .name = name,
            .state = enabled == VARIANT_FALSE ? TaskState::disabled : TaskState::enabled,
            .last_run = ran ? time_from(last_run) : std::nullopt};
    }

    Done set(const std::string& name, TaskState state) override {
        ComPointer<IRegisteredTask> task;
        HRESULT result = find(name, task);
        if (SUCCEEDED(result)) {
            result =
                task.get()->put_Enabled(state == TaskState::enabled ? VARIANT_TRUE : VARIANT_FALSE);
        }
        const std::string doing = "change the task " + path_of(name);
        if (is_missing(result)) {
            return fail(kFileNotFound, doing);
        }
        return SUCCEEDED(result) ? expect(name, state) : fail(com_error(result, doing));
    }

  private:
    [[nodiscard]] std::string path_of(const std::string& name) const {
        return folder_ + '\\' + name;
    }

    // A scheduler that says yes and does nothing exists (Wine).
    Done expect(const std::string& name, TaskState state) {
        const auto task = look(name);
        if (!task) {
            return fail(task.error());
        }
        return task->state == state
                   ? done()
                   : fail(kUnexpected, "the Task Scheduler took the change of " + path_of(name) +
                                           ", and the task is " +
                                           std::string(to_string(task->state)) + " still");
    }

    HRESULT find(const std::string& name, ComPointer<IRegisteredTask>& task) {
        ComPointer<ITaskFolder> folder;
        const HRESULT result = service_.get()->GetFolder(com_string(folder_).get(), folder.put());
        return FAILED(result) ? result : folder.get()->GetTask(com_string(name).get(), task.put());
    }

    Apartment apartment_{};  // outlives what is made in it
    std::string folder_;
    ComPointer<ITaskService> service_{};
};

}  // namespace

Result<std::unique_ptr<NativeTasks>> make_native_tasks(const std::string& folder) {
    auto tasks = std::make_unique<SchedulerTasks>(folder);
    if (Done connected = tasks->connect(); !connected) {
        return pass(connected);
    }
    return tasks;
}

}  // namespace ae::service
