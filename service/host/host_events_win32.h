// What Windows tells a process as a whole and parts of a host must hear: so far that the clock was
// set, or that the machine slept.  The SCM front tells it (service/scm); a host in a console is not
// told, and finds out when its alarm rings.
// Sources: [HandlerEx] SERVICE_CONTROL_TIMECHANGE, SERVICE_CONTROL_POWEREVENT.  Never throws.
#pragma once

#include "service/host/loop.h"

#include <memory>

namespace ae::service {

// Any thread, at any time; nobody may be listening.
void clock_changed();

// `heard` is called on the thread of `loop`, until what is returned is destroyed there.
class ClockHearing {
  public:
    virtual ~ClockHearing() = default;
};
std::unique_ptr<ClockHearing> hear_clock_changes(Loop& loop, Changed heard);

}  // namespace ae::service
