// [org.freedesktop.login1(5)]: the manager's signal SessionNew, then the session's properties.
#include "engine/base/hresult_table.h"
#include "service/host/bus_sdbus.h"
#include "service/host/descriptor_posix.h"
#include "service/host/logon_session.h"
#include "service/host/watches.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace ae::service {
namespace {

constexpr const char* kLogind = "org.freedesktop.login1";
constexpr std::uint64_t kAnswerTime = 10'000'000;  // microseconds
constexpr int kSlower = 4;

// One entry of a{sv}: into the session where it is one of ours.
int read_property(sd_bus_message* from, LogonSession& session) {
    const char* name = nullptr;
    if (const int got = ::sd_bus_message_read(from, "s", &name); got < 0) {
        return got;
    }
    const std::string_view key = name;
    const auto read_text = [&](std::string& to) {
        const char* text = nullptr;
        const int got = ::sd_bus_message_read(from, "v", "s", &text);
        to = got > 0 ? text : "";
        return got;
    };
    if (key == "User") {
        return ::sd_bus_message_read(from, "v", "(uo)", &session.uid, nullptr);
    }
    if (key == "Remote") {
        int remote = 0;
        const int got = ::sd_bus_message_read(from, "v", "b", &remote);
        session.remote = remote != 0;
        return got;
    }
    if (key == "Class") {
        return read_text(session.session_class);
    }
    if (key == "Type") {
        return read_text(session.type);
    }
    if (key == "Service") {
        return read_text(session.service);
    }
    return ::sd_bus_message_skip(from, "v");
}

std::optional<LogonSession> read_session(sd_bus_message* answer) {
    LogonSession session;
    session.uid = UINT32_MAX;  // nobody's
    if (::sd_bus_message_enter_container(answer, 'a', "{sv}") < 0) {
        return std::nullopt;
    }
    for (;;) {
        const int entered = ::sd_bus_message_enter_container(answer, 'e', "sv");
        if (entered == 0) {
            return session;
        }
        if (entered < 0 || read_property(answer, session) < 0 ||
            ::sd_bus_message_exit_container(answer) < 0) {
            return std::nullopt;
        }
    }
}

class Logind final : public Watch {
  public:
    Logind(Loop& loop, AccountId account, Changed changed, Trouble trouble)
        : loop_(loop),
          account_(std::move(account)),
          changed_(std::move(changed)),
          trouble_(std::move(trouble)),
          retry_(loop) {}

    Done connect() {
        auto bus = Bus::connect(loop_, BusKind::system, [this](const Error& why) { lost(why); });
        if (!bus) {
            return pass(bus, kWhat);
        }
        bus_.emplace(std::move(*bus));
        const int matched =
            ::sd_bus_match_signal_async(bus_->get(), nullptr, kLogind, "/org/freedesktop/login1",
                                        "org.freedesktop.login1.Manager", "SessionNew",
                                        &Logind::on_session, &Logind::on_matched, this);
        const int asked = ::sd_bus_call_method_async(
            bus_->get(), nullptr, "org.freedesktop.DBus", "/org/freedesktop/DBus",
            "org.freedesktop.DBus", "NameHasOwner", &Logind::on_owner, this, "s", kLogind);
        if (matched < 0 || asked < 0) {
            bus_.reset();
            return fail(bus_error(std::min(matched, asked), kWhat));
        }
        bus_->sent();
        return done();
    }

  private:
    static constexpr const char* kWhat = "watch for logons";

    static Logind& from(void* data) { return *static_cast<Logind*>(data); }

    static int on_matched(sd_bus_message* answer, void* data, sd_bus_error* /*error*/) {
        if (::sd_bus_message_is_method_error(answer, nullptr) != 0) {
            from(data).lost(bus_error(answer, "ask the message bus for logons"));
        } else {
            from(data).pause_ = kFirstReconnect;
            from(data).complained_ = false;
        }
        return 0;
    }

    static int on_owner(sd_bus_message* answer, void* data, sd_bus_error* /*error*/) {
        int owned = 0;
        if (::sd_bus_message_read(answer, "b", &owned) > 0 && owned == 0) {
            const auto trouble = from(data).trouble_;
            trouble({kNotSupported, "watch for logons (no logind on the system's message bus)",
                     "Logons start no run until there is one; the timer does"});
        }
        return 0;
    }

    static int on_session(sd_bus_message* signal, void* data, sd_bus_error* /*error*/) {
        // The bus lets only logind's own signals through to all; one that is addressed to us can be
        // anybody's.
        const char* path = nullptr;
        if (::sd_bus_message_get_destination(signal) == nullptr &&
            ::sd_bus_message_read(signal, "so", nullptr, &path) > 0) {
            from(data).ask(path);
        }
        return 0;
    }

    void ask(const char* path) {
        UniqueMessage question;
        if (::sd_bus_message_new_method_call(bus_->get(), question.put(), kLogind, path,
                                             "org.freedesktop.DBus.Properties", "GetAll") < 0 ||
            ::sd_bus_message_set_auto_start(question.get(), 0) < 0 ||
            ::sd_bus_message_append(question.get(), "s", "org.freedesktop.login1.Session") < 0) {
            return;
        }
        ::sd_bus_call_async(bus_->get(), nullptr, question.get(), &Logind::on_properties, this,
                            kAnswerTime);
    }

    // An error answer: the session is over already.
    static int on_properties(sd_bus_message* answer, void* data, sd_bus_error* /*error*/) {
        if (::sd_bus_message_is_method_error(answer, nullptr) != 0) {
            return 0;
        }
        const auto session = read_session(answer);
        if (session && std::to_string(session->uid) == from(data).account_ &&
            is_interactive(*session)) {
            const auto changed = from(data).changed_;
            changed();
        }
        return 0;
    }

    // One complaint for one outage, however many attempts it takes.
    void lost(const Error& why) {
        bus_.reset();
        retry_.start(pause_, [this] {
            if (auto connected = connect(); !connected) {
                lost(connected.error());
            }
        });
        pause_ = std::min<std::chrono::seconds>(pause_ * kSlower, kSlowestReconnect);
        if (!std::exchange(complained_, true)) {
            const auto trouble = trouble_;
            trouble(Error(why).within(kWhat));
        }
    }

    Loop& loop_;
    AccountId account_;
    Changed changed_;
    Trouble trouble_;
    std::optional<Bus> bus_{};
    Delay retry_;
    std::chrono::seconds pause_ = kFirstReconnect;
    bool complained_ = false;
};

}  // namespace

Result<std::unique_ptr<Watch>> watch_logons(Loop& loop, const AccountId& account, Changed changed,
                                            Trouble trouble) {
    auto watch = std::make_unique<Logind>(loop, account, std::move(changed), std::move(trouble));
    if (auto connected = watch->connect(); !connected) {
        return pass(connected);
    }
    return watch;
}

}  // namespace ae::service
