#include "service/host/watches.h"

#include <csignal>
#include <utility>

#include <boost/asio/signal_set.hpp>

namespace ae::service {
namespace {

class StopSignals final : public Watch {
  public:
    StopSignals(Loop& loop, Changed stop) : inside_(std::make_shared<Inside>(loop)) {
        inside_->stop = std::move(stop);
        boost::system::error_code error;  // these two exist
        inside_->signals.add(SIGTERM, error);
        inside_->signals.add(SIGINT, error);
        wait(inside_);
    }

  private:
    struct Inside {
        explicit Inside(Loop& loop) : signals(loop) {}
        boost::asio::signal_set signals;
        Changed stop{};
    };

    static void wait(const std::shared_ptr<Inside>& inside) {
        inside->signals.async_wait(
            [held = std::weak_ptr(inside)](const boost::system::error_code& error, int) {
                const auto alive = held.lock();
                if (!alive || error) {
                    return;
                }
                alive->stop();
                if (alive.use_count() > 1) {  // else it was destroyed meanwhile
                    wait(alive);
                }
            });
    }

    std::shared_ptr<Inside> inside_;
};

}  // namespace

std::unique_ptr<Watch> watch_stop_signals(Loop& loop, Changed stop) {
    return std::make_unique<StopSignals>(loop, std::move(stop));
}

}  // namespace ae::service
