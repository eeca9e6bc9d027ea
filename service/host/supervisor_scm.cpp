// The SCM has states and no line of text, and asks for no sign of life while a service runs.  While
// it stops, further checkpoints say that it is not hung.
#include "service/host/scm_state_win32.h"
#include "service/host/supervisor.h"

#include <boost/asio/steady_timer.hpp>

namespace ae::service {
namespace {

class Scm final : public Supervisor {
  public:
    explicit Scm(Loop& loop) : checkpoints_(std::make_shared<boost::asio::steady_timer>(loop)) {}

    void ready() override { report_running(); }
    void say(const std::string& /*status*/) override {}
    void stopping() override { checkpoint(checkpoints_); }

  private:
    static void checkpoint(const std::shared_ptr<boost::asio::steady_timer>& timer) {
        report_stop_pending();
        timer->expires_after(kCheckpointPause);
        timer->async_wait([held = std::weak_ptr(timer)](const auto& error) {
            if (const auto alive = held.lock(); alive && !error) {
                checkpoint(alive);
            }
        });
    }

    std::shared_ptr<boost::asio::steady_timer> checkpoints_;
};

}  // namespace

std::unique_ptr<Supervisor> make_supervisor(Loop& loop) { return std::make_unique<Scm>(loop); }

}  // namespace ae::service
