// [Desktop Notifications 1.2], org.freedesktop.Notifications on the session's bus.
// First what the desktop can do, then the notice, so that nothing is shown that nobody can answer.
#include "engine/base/hresult_table.h"
#include "service/escape.h"
#include "service/host/bus_sdbus.h"
#include "service/host/notice.h"
#include "service/host/notice_text.h"

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include <boost/asio/post.hpp>

namespace ae::service {
namespace {

constexpr const char* kName = "org.freedesktop.Notifications";
constexpr const char* kPath = "/org/freedesktop/Notifications";
constexpr std::int32_t kUntilClosed = 0;
constexpr std::uint64_t kDefaultAnswerTime = 0;
constexpr std::uint32_t kReplacesNone = 0;
constexpr std::uint32_t kExpired = 1;  // a reason for NotificationClosed
constexpr int kNormal = 1;             // urgency

class Inside : public std::enable_shared_from_this<Inside> {
  public:
    Inside(Loop& loop, std::string body, NoticeAnswers answers)
        : loop_(loop), body_(std::move(body)), answers_(std::move(answers)) {}

    void begin() {
        auto bus =
            Bus::connect(loop_, BusKind::session, [this](const Error& why) { give_up(why); });
        if (!bus) {
            give_up_later(bus.error());
            return;
        }
        bus_.emplace(std::move(*bus));
        if (const int asked =
                ::sd_bus_call_method_async(bus_->get(), nullptr, kName, kPath, kName,
                                           "GetCapabilities", &Inside::on_capabilities, this, "");
            asked < 0) {
            give_up_later(bus_error(asked, "ask the desktop for its notices"));
            return;
        }
        bus_->sent();
    }

    // One that is being shown right now has no number yet: wait for it, to withdraw that one too.
    void withdraw() {
        answers_ = {};
        if (stage_ == Stage::asked) {
            myself_ = shared_from_this();
        } else if (stage_ == Stage::shown) {
            close();
        }
    }

  private:
    enum class Stage { before, asked, shown, over };

    static Inside& from(void* data) { return *static_cast<Inside*>(data); }

    static int on_capabilities(sd_bus_message* answer, void* data, sd_bus_error* /*error*/) {
        const auto self = from(data).shared_from_this();
        if (::sd_bus_message_is_method_error(answer, nullptr) != 0) {
            self->give_up(bus_error(answer, "ask the desktop for its notices"));
            return 0;
        }
        std::set<std::string> able;
        const char* one = nullptr;
        if (::sd_bus_message_enter_container(answer, 'a', "s") >= 0) {
            while (::sd_bus_message_read(answer, "s", &one) > 0) {
                able.insert(one);
            }
        }
        if (!able.contains("actions")) {
            self->give_up({kNotSupported, "the desktop's notices cannot be answered"});
            return 0;
        }
        self->show(able);
        return 0;
    }

    void show(const std::set<std::string>& able) {
        for (const int sent :
             {listen("ActionInvoked", &Inside::on_action),
              listen("NotificationClosed", &Inside::on_closed), listen_for_owner(), notify(able)}) {
            if (sent < 0) {
                give_up_later(bus_error(sent, "show a notice"));
                return;
            }
        }
        stage_ = Stage::asked;
    }

    int listen(const char* signal, sd_bus_message_handler_t handler) {
        return ::sd_bus_match_signal_async(bus_->get(), nullptr, kName, kPath, kName, signal,
                                           handler, &Inside::on_matched, this);
    }

    int listen_for_owner() {
        return ::sd_bus_add_match_async(
            bus_->get(), nullptr,
            "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
            "interface='org.freedesktop.DBus',member='NameOwnerChanged',"
            "arg0='org.freedesktop.Notifications'",
            &Inside::on_owner_changed, &Inside::on_matched, this);
    }

    int notify(const std::set<std::string>& able) {
        // Without a list of notices the bubble is all there is, and 15 s are easily missed.  In the
        // list it stays by itself; the hint "resident" would keep it after an answer as well.
        const auto shows =
            able.contains("persistence")
                ? static_cast<std::int32_t>(std::chrono::milliseconds(engine::kBalloonTime).count())
                : kUntilClosed;
        const std::string body = able.contains("body-markup") ? html_text(body_) : body_;
        UniqueMessage call;
        int result = ::sd_bus_message_new_method_call(bus_->get(), call.put(), kName, kPath, kName,
                                                      "Notify");
        if (result >= 0) {
            // "default" is a click on the notice itself.
            result = ::sd_bus_message_append(call.get(), "susssasa{sv}i", "aeclient", kReplacesNone,
                                             "security-high", kNoticeTitle, body.c_str(), 4,
                                             "default", "Begin", "begin", "Begin", 1, "urgency",
                                             "y", kNormal, shows);
        }
        return result < 0 ? result
                          : ::sd_bus_call_async(bus_->get(), nullptr, call.get(), &Inside::on_shown,
                                                this, kDefaultAnswerTime);
    }

    static int on_matched(sd_bus_message* answer, void* data, sd_bus_error* /*error*/) {
        if (::sd_bus_message_is_method_error(answer, nullptr) != 0) {
            const auto self = from(data).shared_from_this();
            self->give_up(bus_error(answer, "ask the message bus for answers to a notice"));
        }
        return 0;
    }

    static int on_shown(sd_bus_message* answer, void* data, sd_bus_error* /*error*/) {
        const auto self = from(data).shared_from_this();
        const auto withdrawn = std::move(self->myself_);
        if (::sd_bus_message_is_method_error(answer, nullptr) != 0) {
            self->give_up(bus_error(answer, "show a notice"));
        } else if (::sd_bus_message_read(answer, "u", &self->number_) <= 0) {
            self->give_up({kInvalidData, "show a notice (the desktop's answer has no number)"});
        } else {
            self->stage_ = Stage::shown;
            if (withdrawn) {
                self->close();
            }
        }
        return 0;
    }

    static int on_action(sd_bus_message* signal, void* data, sd_bus_error* /*error*/) {
        if (from(data).is_ours(signal)) {
            from(data).answer(&NoticeAnswers::activated, Stage::shown);
        }
        return 0;
    }

    // Of whatever reason: nobody can answer it any more.
    static int on_closed(sd_bus_message* signal, void* data, sd_bus_error* /*error*/) {
        if (!from(data).is_ours(signal)) {
            return 0;
        }
        std::uint32_t reason = 0;
        const auto self = from(data).shared_from_this();
        if (::sd_bus_message_read(signal, "u", &reason) > 0 && reason == kExpired) {
            self->give_up({kTimeout, "the desktop took the notice away"});
        } else {
            self->answer(&NoticeAnswers::dismissed, Stage::over);
        }
        return 0;
    }

    // The desktop restarts or ends, and its notices with it.
    static int on_owner_changed(sd_bus_message* signal, void* data, sd_bus_error* /*error*/) {
        const char* name = nullptr;
        const char* before = nullptr;
        if (::sd_bus_message_read(signal, "ss", &name, &before) > 0 &&
            std::string_view(name) == kName && *before != '\0') {
            const auto self = from(data).shared_from_this();
            self->give_up({kServerUnavailable, "the desktop that showed the notice is gone"});
        }
        return 0;
    }

    [[nodiscard]] bool is_ours(sd_bus_message* signal) const {
        std::uint32_t number = 0;
        return stage_ == Stage::shown && ::sd_bus_message_read(signal, "u", &number) > 0 &&
               number == number_;
    }

    // Only the first answer counts: the others are taken back before it is told.
    void answer(Changed NoticeAnswers::*which, Stage next) {
        stage_ = next;
        const auto tell = std::exchange(answers_, {}).*which;
        if (tell) {
            tell();
        }
    }

    void give_up(const Error& why) {
        const auto self = shared_from_this();
        stage_ = Stage::over;
        bus_.reset();
        myself_.reset();
        const auto tell = std::exchange(answers_, {}).failed;
        if (tell) {
            tell(why);
        }
    }

    void give_up_later(const Error& why) {
        boost::asio::post(loop_, [held = weak_from_this(), why] {
            if (const auto alive = held.lock()) {
                alive->give_up(why);
            }
        });
    }

    void close() {
        stage_ = Stage::over;
        UniqueMessage call;
        if (::sd_bus_message_new_method_call(bus_->get(), call.put(), kName, kPath, kName,
                                             "CloseNotification") >= 0 &&
            ::sd_bus_message_append(call.get(), "u", number_) >= 0 &&
            ::sd_bus_message_set_expect_reply(call.get(), 0) >= 0) {
            ::sd_bus_send(bus_->get(), call.get(), nullptr);  // written before it returns
        }
    }

    Loop& loop_;
    std::string body_;
    NoticeAnswers answers_;
    std::optional<Bus> bus_{};
    Stage stage_ = Stage::before;
    std::uint32_t number_ = 0;
    std::shared_ptr<Inside> myself_{};
};

class DesktopNotice final : public Notice {
  public:
    explicit DesktopNotice(std::shared_ptr<Inside> inside) : inside_(std::move(inside)) {}
    DesktopNotice(const DesktopNotice&) = delete;
    DesktopNotice& operator=(const DesktopNotice&) = delete;
    DesktopNotice(DesktopNotice&&) = delete;
    DesktopNotice& operator=(DesktopNotice&&) = delete;
    ~DesktopNotice() override { inside_->withdraw(); }

  private:
    std::shared_ptr<Inside> inside_;
};

}  // namespace

std::unique_ptr<Notice> show_notice(Loop& loop, const std::vector<std::string>& templates,
                                    NoticeAnswers answers) {
    auto inside = std::make_shared<Inside>(loop, notice_text(templates), std::move(answers));
    inside->begin();
    return std::make_unique<DesktopNotice>(std::move(inside));
}

}  // namespace ae::service
