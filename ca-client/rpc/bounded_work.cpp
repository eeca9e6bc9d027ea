#include "ca-client/rpc/bounded_work.h"

#include "engine/base/hresult_table.h"
#include "engine/base/left_thread.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace ae::ca {
namespace {

// Of the process, since threads are.  Trivially destructible: a thread that was left behind may
// outlive every static object.
std::atomic<int> left_behind = 0;

// What the thread and the one that waits for it share.
struct Task {
    std::mutex guard{};
    std::condition_variable changed{};
    bool ended = false;
    bool abandoned = false;

    void run(std::function<void()> work) noexcept {
        work();
        // What the work owns goes here, not in the thread that no longer waits for it.
        work = nullptr;
        const std::lock_guard lock(guard);
        ended = true;
        if (abandoned) {
            --left_behind;
        }
        changed.notify_all();
    }

    // False: it is not over, and from now on its own business.
    bool await(const Bound& bound) {
        std::unique_lock lock(guard);
        while (!ended && !bound.over()) {
            changed.wait_until(lock, bound.next_look());
        }
        if (!ended) {
            abandoned = true;
            ++left_behind;
        }
        return ended;
    }
};

}  // namespace

Done run_bounded(std::string_view doing, const Bound& bound, std::function<void()> work) {
    const std::string step(doing);
    if (bound.stop.stop_requested()) {
        return fail(kOperationAborted, step + ": stopped on request");
    }
    if (left_behind >= kMostLeftBehind) {
        return fail(kBusy, step + ": " + std::to_string(kMostLeftBehind) + " earlier ones hang",
                    "Check that DNS servers and domain controllers answer this machine.");
    }
    const auto task = std::make_shared<Task>();
    std::thread thread;
    try {
        thread = std::thread(
            [task, work = std::move(work)]() mutable noexcept { task->run(std::move(work)); });
    } catch (const std::system_error&) {
        return fail(kBusy, step + ": the system gives no thread",
                    "Look at the load of this machine.");
    }
    if (task->await(bound)) {
        thread.join();
        return done();
    }
    leave_running(std::move(thread));
    return bound.stop.stop_requested()
               ? fail(kOperationAborted, step + ": stopped on request")
               : fail(kTimeout, step + ": no answer in time",
                      "Check that DNS servers and domain controllers answer this machine.");
}

}  // namespace ae::ca
