#include "ca-client/com/bounded_call.h"

#include "engine/base/hresult_table.h"

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

}  // namespace

bool BoundedCall::begin() {
    const std::lock_guard lock(guard_);
    begun_ = true;
    changed_.notify_all();
    return !abandoned_;
}

void BoundedCall::finish(Asked asked) {
    const std::lock_guard lock(guard_);
    asked_ = std::move(asked);
    changed_.notify_all();
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

Asked BoundedCall::await(const std::string& host, const Limits& limits, const Cancel& cancel) {
    const auto finished = [this] { return asked_.has_value(); };
    std::unique_lock lock(guard_);
    if (!changed_.wait_for(lock, limits.activation, [&] { return begun_ || finished(); })) {
        abandoned_ = true;
        return {.answer = fail(kTimeout, "activate on " + host + ": no answer within " +
                                             to_text(limits.activation))};
    }
    if (!changed_.wait_for(lock, limits.call, finished)) {
        const DWORD thread = thread_id_;
        lock.unlock();
        cancel(thread);
        lock.lock();
        const bool ended = changed_.wait_for(lock, limits.grace, finished);
        // An answer that comes late is one; so is the word that nothing was run.
        if (!ended || (!asked_->answer && asked_->may_have_acted)) {
            return {.answer = fail(kTimeout, "call the object on " + host + ": no answer within " +
                                                 to_text(limits.call)),
                    .may_have_acted = true};
        }
    }
    return std::move(*asked_);
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
    auto call = std::make_shared<BoundedCall>();
    std::thread thread;
    try {
        thread = std::thread([call, work = std::move(work)]() noexcept { call->run(work); });
    } catch (const std::system_error& error) {
        return {.answer = fail(
                    win32_error(ERROR_NO_SYSTEM_RESOURCES, "start a thread for the call to " + host)
                        .with_remedy("Look at the load of this machine"))};
    }
    Asked asked = call->await(host, limits, cancel_);
    for (const std::string& line : call->take_notes()) {
        log(line);
    }
    // Its identifier must not become another thread's before this: cancel_ used it.
    if (call->ends_within(limits.grace)) {
        thread.join();
    } else {
        thread.detach();
        leave_behind(host, std::move(call));
    }
    return asked;
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
