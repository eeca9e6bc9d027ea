// The service manager above us ([sd_notify(3)], [sd_watchdog_enabled(3)]); silently nobody where
// there is none.  One thread, that of `loop`; never throws.
#pragma once

#include "service/host/loop.h"

#include <memory>
#include <string>

namespace ae::service {

class Supervisor {
  public:
    virtual ~Supervisor() = default;  // stops the watchdog's pings
    virtual void ready() = 0;         // once; starts the watchdog's pings at half its period
    virtual void say(const std::string& status) = 0;
    virtual void stopping() = 0;
};
std::unique_ptr<Supervisor> make_supervisor(Loop& loop);

}  // namespace ae::service
