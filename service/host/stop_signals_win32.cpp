#include "engine/base/win32.h"
#include "service/host/stop_request_win32.h"
#include "service/host/watches.h"

#include <exception>
#include <mutex>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace ae::service {
namespace {

struct Inside {
    Inside(Loop& of, Changed call) : loop(of), work(of.get_executor()), stop(std::move(call)) {}
    Loop& loop;
    boost::asio::executor_work_guard<Loop::executor_type> work;
    Changed stop;
};

// The loop may end on one thread while another asks; so it is posted to under the lock only.
struct Wish {
    std::mutex lock{};
    std::weak_ptr<Inside> heard_by{};
    bool unheard = false;
};
Wish& wish() {
    static Wish one;
    return one;
}

void tell(const std::shared_ptr<Inside>& inside) {
    boost::asio::post(inside->loop, [held = std::weak_ptr(inside)] {
        if (const auto alive = held.lock()) {
            alive->stop();
        }
    });
}

// [HandlerRoutine], on a thread of its own.  After a console was closed the process ends with the
// handler's return, and after some seconds anyway: the host uses them.
BOOL WINAPI on_console(DWORD event) noexcept {
    if (event == CTRL_LOGOFF_EVENT) {
        return TRUE;  // only services hear it, of any user's logoff
    }
    request_stop();
    if (event == CTRL_CLOSE_EVENT || event == CTRL_SHUTDOWN_EVENT) {
        ::Sleep(INFINITE);
    }
    return TRUE;
}

class StopSignals final : public Watch {
  public:
    StopSignals(Loop& loop, Changed stop)
        : inside_(std::make_shared<Inside>(loop, std::move(stop))) {
        const std::lock_guard hold(wish().lock);
        wish().heard_by = inside_;
        if (std::exchange(wish().unheard, false)) {
            tell(inside_);
        }
        ::SetConsoleCtrlHandler(on_console, TRUE);
    }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    StopSignals(StopSignals&&) = delete;
    StopSignals& operator=(StopSignals&&) = delete;
    ~StopSignals() override {
        ::SetConsoleCtrlHandler(on_console, FALSE);
        const std::lock_guard hold(wish().lock);
        inside_.reset();
    }

  private:
    std::shared_ptr<Inside> inside_;
};

}  // namespace

void request_stop() noexcept try {
    const std::lock_guard hold(wish().lock);
    if (const auto inside = wish().heard_by.lock()) {
        tell(inside);
    } else {
        wish().unheard = true;
    }
} catch (const std::exception&) {
    std::terminate();  // no memory to stop with
}

std::unique_ptr<Watch> watch_stop_signals(Loop& loop, Changed stop) {
    return std::make_unique<StopSignals>(loop, std::move(stop));
}

}  // namespace ae::service
