#include "service/host/user_notice.h"

#include "service/event_log.h"

#include <utility>

namespace ae::service {

UserNotice::UserNotice(Loop& loop, NoticeOutcomes outcomes)
    : loop_(loop), outcomes_(std::move(outcomes)), timer_(loop) {}

void UserNotice::offer(std::vector<std::string> templates, Seconds delay) {
    withdraw();
    after(delay, [this, templates = std::move(templates)] { show(templates); });
}

void UserNotice::after(Seconds time, Changed what) {
    timer_.expires_after(time);
    timer_.async_wait([this, turn = turn_, what = std::move(what)](const auto& error) {
        if (!error && turn == turn_) {
            what();
        }
    });
}

void UserNotice::withdraw() {
    ++turn_;
    timer_.cancel();
    notice_.reset();
}

void UserNotice::show(const std::vector<std::string>& templates) {
    notice_ = show_notice(loop_, templates,
                          {.activated = [this] { end(outcomes_.begin); },
                           .dismissed = [this] { end(outcomes_.cancelled); },
                           .failed =
                               [this](const Error& error) {
                                   log_debug("no notice to the user: " + error.sentence());
                                   end(outcomes_.gone);
                               }});
    after(engine::kNoticeLife, [this] { end(outcomes_.gone); });
}

void UserNotice::end(const Changed& outcome) {
    withdraw();
    outcome();
}

}  // namespace ae::service
