// Rules R-UI1, R-UI3: the one notice to the user that templates wait for an answer.
// The desktop's notification service shows it ([Desktop Notifications 1.2]): engine::kBalloonTime
// long as a bubble, then in its list of notifications.  A desktop without such a list keeps the
// bubble. One thread, that of `loop`; never throws.
#pragma once

#include "engine/interaction.h"
#include "service/host/loop.h"

#include <memory>
#include <string>
#include <vector>

namespace ae::service {

class Notice {
  public:
    virtual ~Notice() = default;  // withdraws it
};

// One of them is called, once.
struct NoticeAnswers {
    Changed activated{};  // the user wants to begin
    Changed dismissed{};  // closed without that
    Trouble failed{};     // R-UI5: nobody shows notices here, or no longer
};

// At once and always: what does not work is told through `answers.failed`, because asking the
// desktop takes as long as the desktop likes.
std::unique_ptr<Notice> show_notice(Loop& loop, const std::vector<std::string>& templates,
                                    NoticeAnswers answers);

}  // namespace ae::service
