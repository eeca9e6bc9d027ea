// Deadlines for calls that have none of their own.  Each runs on a thread by itself; one that
// overruns is cancelled, and when that does not help either its thread is left behind: it owns all
// that it uses, and what it still brings home nobody takes.
// What it must not do late it asks for first: begin() says no once nobody waits, so a request never
// goes to one CA while another is being asked.  A stop ends either wait as its deadline does.
#pragma once

#include "ca-client/cert_request_transport.h"
#include "engine/base/win32.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ae::ca {

struct Limits {
    std::chrono::milliseconds activation{};  // until begin()
    std::chrono::milliseconds call{};        // from there until finish()
    std::chrono::milliseconds grace{};       // after a cancellation, and from finish() to the end
    std::stop_token stop{};
    std::chrono::milliseconds after_stop{};  // from a stop until it cuts the method short
};

// One call, as its own thread and the one that waits for it share it.
class BoundedCall {
  public:
    using Work = std::function<void(BoundedCall&)>;
    using Cancel = std::function<void(DWORD thread_id)>;

    // The call's thread.
    bool begin();              // the method comes next; false: nobody waits any more, let go
    bool finish(Asked asked);  // once, also without begin(); false: nobody takes it
    void note(std::string line);

  private:
    friend class BoundedCalls;
    void run(const Work& work) noexcept;
    struct Awaited {
        Asked asked;
        bool finished = false;  // else the thread still works, for nobody
    };
    Awaited await(const std::string& host, const Limits& limits, const Cancel& cancel);
    bool ends_within(std::chrono::milliseconds grace);
    std::vector<std::string> take_notes();

    std::mutex guard_;
    std::condition_variable changed_;
    DWORD thread_id_ = 0;
    bool begun_ = false;
    bool abandoned_ = false;
    bool ended_ = false;
    std::optional<Asked> asked_{};
    std::vector<std::string> notes_{};
};

// The calls of one transport.  One thread.
class BoundedCalls {
  public:
    BoundedCalls(std::size_t most_hanging, BoundedCall::Cancel cancel, Log log)
        : most_hanging_(most_hanging), cancel_(std::move(cancel)), log_(std::move(log)) {}

    // `work` gets copies of all that it needs.  Errors beyond its own: kTimeout; kOperationAborted:
    // stopped; kServerUnavailable: too many calls to this host hang already.
    Asked run(const std::string& host, const Limits& limits, BoundedCall::Work work);

  private:
    struct Hanging {
        std::string host{};
        std::shared_ptr<BoundedCall> call{};
    };

    std::size_t hanging_at(const std::string& host);
    void leave_behind(const std::string& host, std::shared_ptr<BoundedCall> call);
    void log(const std::string& line) const;

    std::size_t most_hanging_;
    BoundedCall::Cancel cancel_;
    Log log_;
    std::vector<Hanging> hanging_{};
};

}  // namespace ae::ca
