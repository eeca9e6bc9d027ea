#include "ca-client/com/bounded_call.h"

#include "ca-client/rpc/bounded_work.h"
#include "engine/base/hresult_table.h"
#include "engine/base/left_thread.h"

#include <algorithm>
#include <system_error>
#include <thread>

namespace ae::ca {
namespace {

using std::chrono::milliseconds;

std::string to_text(milliseconds time) {
    return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s"
                                    : std::to_string(time.count()) + " ms";
}

// Why nobody waits any longer.
Error cut_short(const std::string& doing, const Limits& limits, milliseconds deadline) {
    if (limits.stop.stop_requested()) {
        return Error{.code = kOperationAborted, .context = doing + ": stopped while it waited"};
    }
    return Error{.code = kTimeout, .context = doing + ": no answer within " + to_text(deadline)};
}

// Waits until `ready`, or nobody is to wait any more.  Why it looks at the stop again and again:
// bounded_work.h.
template <class Ready>
bool wait_bounded(std::condition_variable& changed, std::unique_lock<std::mutex>& lock, Bound bound,
                  milliseconds after_stop, Ready ready) {
    bool stopped = false;
    while (!ready()) {
        if (!stopped && bound.stop.stop_requested()) {
            stopped = true;
            bound = {std::min(bound.deadline, deadline_in(after_stop))};
        }
        if (bound.over()) {
            return false;
        }
        changed.wait_until(lock, bound.next_look());
    }
    return true;
}

}  // namespace

bool BoundedCall::begin() {
    const std::lock_guard lock(guard_);
    begun_ = true;
    changed_.notify_all();
    return !abandoned_;
}

bool BoundedCall::finish(Asked asked) {
    const std::lock_guard lock(guard_);
    asked_ = std::move(asked);
    changed_.notify_all();
    return !abandoned_;
}

void BoundedCall::note(std::string line) {
    const std::lock_guard lock(guard_);
    notes_.push_back(std::move(line));
}

void BoundedCall::run(const Work& work) noexcept {
    {
        const std::lock_guard lock(guard_);
        thread_id_ = ::GetCurrentThreadId();
    }
    work(*this);
    const std::lock_guard lock(guard_);
    ended_ = true;
    changed_.notify_all();
}

BoundedCall::Awaited BoundedCall::await(const std::string& host, const Limits& limits,
                                        const Cancel& cancel) {
    const auto finished = [this] { return asked_.has_value(); };
    std::unique_lock lock(guard_);
    if (!wait_bounded(changed_, lock, {deadline_in(limits.activation), limits.stop}, {},
                      [&] { return begun_ || finished(); })) {
        abandoned_ = true;
        return {
            .asked = {.answer = fail(cut_short("activate on " + host, limits, limits.activation))}};
    }
    if (!wait_bounded(changed_, lock, {deadline_in(limits.call), limits.stop}, limits.after_stop,
                      finished)) {
        Asked none{.answer = fail(cut_short("call the object on " + host, limits, limits.call)),
                   .may_have_acted = true};
        const DWORD thread = thread_id_;
        lock.unlock();
        cancel(thread);
        lock.lock();
        if (!changed_.wait_for(lock, limits.grace, finished)) {
            abandoned_ = true;
            return {.asked = std::move(none)};
        }
        // An answer that comes late is one; so is the word that nothing was run.
        if (!asked_->answer && asked_->may_have_acted) {
            return {.asked = std::move(none), .finished = true};
        }
    }
    return {.asked = std::move(*asked_), .finished = true};
}

bool BoundedCall::ends_within(milliseconds grace) {
    std::unique_lock lock(guard_);
    return changed_.wait_for(lock, grace, [this] { return ended_; });
}

std::vector<std::string> BoundedCall::take_notes() {
    const std::lock_guard lock(guard_);
    return std::exchange(notes_, {});
}

Asked BoundedCalls::run(const std::string& host, const Limits& limits, BoundedCall::Work work) {
    if (const std::size_t count = hanging_at(host); count >= most_hanging_) {
        return {.answer = fail(kServerUnavailable,
                               std::to_string(count) + " earlier calls to " + host + " still hang",
                               "Look at the certificate service and the DCOM service of the host; "
                               "the next pulse asks again")};
    }
    if (limits.stop.stop_requested()) {
        return {.answer = fail(kOperationAborted,
                               "call the object on " + host + ": stopped before it was asked")};
    }
    auto call = std::make_shared<BoundedCall>();
    std::thread thread;
    try {
        thread = std::thread([call, work = std::move(work)]() noexcept { call->run(work); });
    } catch (const std::system_error& error) {
        return {.answer = fail(
                    win32_error(ERROR_NO_SYSTEM_RESOURCES, "start a thread for the call to " + host)
                        .with_remedy("Look at the load of this machine"))};
    }
    BoundedCall::Awaited awaited = call->await(host, limits, cancel_);
    for (const std::string& line : call->take_notes()) {
        log(line);
    }
    // Its identifier must not become another thread's before this: cancel_ used it.
    if (call->ends_within(awaited.finished ? limits.grace : milliseconds{})) {
        thread.join();
    } else {
        leave_running(std::move(thread));
        leave_behind(host, std::move(call));
    }
    return std::move(awaited.asked);
}

std::size_t BoundedCalls::hanging_at(const std::string& host) {
    std::erase_if(hanging_, [](const Hanging& each) { return each.call->ends_within({}); });
    return static_cast<std::size_t>(std::ranges::count(hanging_, host, &Hanging::host));
}

void BoundedCalls::leave_behind(const std::string& host, std::shared_ptr<BoundedCall> call) {
    hanging_.push_back({host, std::move(call)});
    log("a call to " + host + " does not end; its thread is left behind, number " +
        std::to_string(hanging_at(host)) + " of at most " + std::to_string(most_hanging_));
}

void BoundedCalls::log(const std::string& line) const {
    if (log_) {
        log_(line);
    }
}

}  // namespace ae::ca
