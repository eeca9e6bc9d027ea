// Rules R-UI1, R-UI3: one notice for all templates that wait for somebody's agreement; not before
// its time, and not for ever.  The desktop shows it (notice.h); this says when.
// One thread, that of `loop`; never throws.
#pragma once

#include "engine/interaction.h"
#include "service/host/notice.h"

#include <boost/asio/steady_timer.hpp>

namespace ae::service {

struct NoticeOutcomes {
    Changed begin{};      // the user wants to be asked now
    Changed cancelled{};  // closed without that: event 27
    Changed gone{};       // given up, or nobody shows notices here (R-UI5)
};

class UserNotice {
  public:
    UserNotice(Loop& loop, NoticeOutcomes outcomes);

    // Replaces the one before.  It appears `delay` from now.
    void offer(std::vector<std::string> templates, Seconds delay);
    void withdraw();

  private:
    void show(const std::vector<std::string>& templates);
    void end(const Changed& outcome);

    Loop& loop_;
    NoticeOutcomes outcomes_;
    void after(Seconds time, Changed what);

    boost::asio::steady_timer timer_;
    unsigned turn_ = 0;  // an alarm of an earlier turn has nothing to say
    std::unique_ptr<Notice> notice_{};
};

}  // namespace ae::service
