// Commands that only look (control/inspection.h), as the account whose context this is: each a
// process of our own program beside the runs, because who asks wants to know why a run does not
// end. Bounded in number and in time.  One whose client hangs up is asked to stop: softly, because
// it may have a key to delete; its place is free at once, and as many may be ending as may look.
// One thread, that of `loop`; never throws.
#pragma once

#include "service/control/control_server.h"
#include "service/host/worker.h"

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace ae::service {

inline constexpr std::size_t kMostInspections = 4;            // at a time
inline constexpr std::chrono::minutes kLongestInspection{3};  // then it is ended
inline constexpr std::chrono::seconds kHangUpSeen{1};         // at the latest, so long after it

struct InspectorOptions {
    std::string worker_program{};
    std::vector<std::string> places{};  // options that say where this context's files are
    std::chrono::milliseconds longest = kLongestInspection;
};

class Inspector {
  public:
    Inspector(Loop& loop, InspectorOptions options);

    // The result, or why there is none, goes to `waiting`.  kBusy: too many look already.
    Result<Accepted> ask(const InspectAsk& ask, const std::weak_ptr<Listener>& waiting);
    // Ends those under way; whoever waits hears of it.
    void stop();

  private:
    struct Look {
        explicit Look(Loop& loop) : limit(loop) {}
        std::unique_ptr<Worker> worker{};
        std::weak_ptr<Listener> waiting{};
        boost::asio::steady_timer limit;
        bool told = false;
        bool late = false;
        bool let_go = false;  // nobody waits any more
        std::chrono::steady_clock::time_point last{};
    };
    using Place = std::list<Look>::iterator;

    void hear(Place look, const std::string& line);
    void end(Place look, const WorkerEnd& how);
    void watch(Place look);
    void let_go(Look& look);

    Loop& loop_;
    InspectorOptions options_;
    std::list<Look> looks_{};
    bool stopped_ = false;
};

}  // namespace ae::service
