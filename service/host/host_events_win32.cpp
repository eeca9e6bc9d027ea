#include "service/host/host_events_win32.h"

#include <list>
#include <mutex>
#include <utility>

#include <boost/asio/post.hpp>

namespace ae::service {
namespace {

struct Listener {
    Loop& loop;
    std::shared_ptr<Changed> heard;
};

// While it is held, no loop that is in the list can end.
struct Listeners {
    std::mutex mutex{};
    std::list<Listener> all{};
};

Listeners& listeners() {
    static Listeners those;
    return those;
}

class Hearing final : public ClockHearing {
  public:
    Hearing(Loop& loop, Changed heard) {
        const std::lock_guard held(listeners().mutex);
        place_ = listeners().all.insert(listeners().all.end(),
                                        {loop, std::make_shared<Changed>(std::move(heard))});
    }
    Hearing(const Hearing&) = delete;
    Hearing& operator=(const Hearing&) = delete;
    Hearing(Hearing&&) = delete;
    Hearing& operator=(Hearing&&) = delete;
    ~Hearing() override {
        const std::lock_guard held(listeners().mutex);
        listeners().all.erase(place_);
    }

  private:
    std::list<Listener>::iterator place_{};
};

}  // namespace

void clock_changed() {
    const std::lock_guard held(listeners().mutex);
    for (const Listener& one : listeners().all) {
        boost::asio::post(one.loop, [heard = std::weak_ptr(one.heard)] {
            if (const auto alive = heard.lock()) {
                (*alive)();
            }
        });
    }
}

std::unique_ptr<ClockHearing> hear_clock_changes(Loop& loop, Changed heard) {
    return std::make_unique<Hearing>(loop, std::move(heard));
}

}  // namespace ae::service
