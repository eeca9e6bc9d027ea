#include "engine/base/text.h"
#include "service/host/descriptor_posix.h"
#include "service/host/supervisor.h"

#include <cstdint>

#include <systemd/sd-daemon.h>

namespace ae::service {
namespace {

// The environment says whether somebody listens and how often; it stays as it is, because the pings
// need it again (workers do not get it: worker.h).
constexpr int kKeepEnvironment = 0;

void notify(const std::string& state) { ::sd_notify(kKeepEnvironment, state.c_str()); }

class Systemd final : public Supervisor {
  public:
    explicit Systemd(Loop& loop) : pings_(loop) {}

    void ready() override {
        notify("READY=1");
        std::uint64_t period = 0;  // microseconds
        if (::sd_watchdog_enabled(kKeepEnvironment, &period) > 0) {
            pause_ = std::chrono::microseconds(period / 2);
            ping();
        }
    }

    // A state is one line: the text's own line feeds would be further states.
    void say(const std::string& status) override { notify("STATUS=" + printable(status)); }

    void stopping() override { notify("STOPPING=1"); }

  private:
    void ping() {
        notify("WATCHDOG=1");
        pings_.start(pause_, [this] { ping(); });
    }

    Delay pings_;
    std::chrono::microseconds pause_{};
};

}  // namespace

std::unique_ptr<Supervisor> make_supervisor(Loop& loop) { return std::make_unique<Systemd>(loop); }

}  // namespace ae::service
