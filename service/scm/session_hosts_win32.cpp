#include "service/scm/session_hosts_win32.h"

#include "service/event_log.h"
#include "service/scm/session_rules.h"
#include "service/scm/user_host_win32.h"

#include <functional>
#include <map>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace ae::service {

using std::chrono::steady_clock;

struct SessionHosts::Inside {
    explicit Inside(std::vector<std::string> with) : command(std::move(with)) {}

    struct Session {
        explicit Session(Loop& of) : alarm(of) {}
        std::unique_ptr<UserHost> host{};
        steady_clock::time_point started{};
        unsigned ends = 0;
        boost::asio::steady_timer alarm;
        bool leaving = false;          // the host was told to end
        bool logged_on_again = false;  // meanwhile
    };

    // A session has one host.
    void logged_on(std::uint32_t id) {
        if (stopping) {
            return;
        }
        const auto found = sessions.find(id);
        if (found != sessions.end() && found->second.host != nullptr) {
            found->second.logged_on_again = found->second.leaving;
            return;
        }
        sessions.erase(id);
        start(id, sessions.try_emplace(id, loop).first->second);
    }

    void start(std::uint32_t id, Session& session) {
        session.started = steady_clock::now();
        auto host =
            start_user_host(loop, id, command, [this, id](std::uint32_t code) { ended(id, code); });
        if (!host) {
            log_warning("session " + std::to_string(id) + ": " + host.error().sentence());
            start_later(id, session, 1);
        } else if (*host == nullptr) {
            forget(id);
        } else {
            session.host = std::move(*host);
            log_info("the host of session " + std::to_string(id) + " was started");
        }
    }

    void ended(std::uint32_t id, std::uint32_t code) {
        const auto found = sessions.find(id);
        if (found == sessions.end()) {
            return;
        }
        log_info("the host of session " + std::to_string(id) + " ended with code " +
                 std::to_string(code));
        found->second.host.reset();
        if (found->second.leaving) {
            forget(id);
        } else {
            start_later(id, found->second, code);
        }
    }

    // Or not any more; it stays in the list without a host then.
    void start_later(std::uint32_t id, Session& session, std::uint32_t code) {
        const HostEnd end{.code = code,
                          .lived = std::chrono::duration_cast<std::chrono::seconds>(
                              steady_clock::now() - session.started),
                          .ends_before = session.ends};
        const auto pause = pause_before_restart(end);
        if (!pause) {
            if (code != 0) {
                log_warning("the host of session " + std::to_string(id) +
                            " fails again and again; it is started again at the next logon");
            }
            return;
        }
        session.ends = counts_as_first(end) ? 1 : session.ends + 1;
        after(*pause, id, session, [this, id](Session& same) { start(id, same); });
    }

    void logged_off(std::uint32_t id) {
        const auto found = sessions.find(id);
        if (found != sessions.end()) {
            leave(id, found->second);
        }
    }

    void leave(std::uint32_t id, Session& session) {
        session.logged_on_again = false;
        if (session.host == nullptr) {
            forget(id);
            return;
        }
        if (std::exchange(session.leaving, true)) {
            return;
        }
        after(kUserHostGrace, id, session, [this, id](Session& /*killed by this*/) { forget(id); });
        session.host->ask_to_stop();
    }

    void forget(std::uint32_t id) {
        const auto gone = sessions.extract(id);
        if (stopping) {
            end_when_empty();
        } else if (!gone.empty() && gone.mapped().logged_on_again) {
            logged_on(id);
        }
    }

    // Replaces the session's alarm.  One that rang for an earlier life of it has nothing to say.
    void after(std::chrono::milliseconds time, std::uint32_t id, Session& session,
               std::function<void(Session&)> what) {
        session.alarm.expires_after(time);
        session.alarm.async_wait(
            [this, id, started = session.started, what = std::move(what)](const auto& error) {
                const auto found = sessions.find(id);
                if (!error && found != sessions.end() && found->second.started == started) {
                    what(found->second);
                }
            });
    }

    void stop_all() {
        stopping = true;
        for (auto next = sessions.begin(); next != sessions.end();) {
            const auto one = next++;
            leave(one->first, one->second);
        }
        end_when_empty();
    }

    void end_when_empty() {
        if (sessions.empty()) {
            loop.stop();
        }
    }

    void look_at_sessions() {
        const auto all = sessions_now();
        if (!all) {
            log_warning("users who are logged on already get no host: " + all.error().sentence());
            return;
        }
        for (const std::uint32_t id : *all) {
            if (id != kServicesSession) {
                logged_on(id);
            }
        }
    }

    std::vector<std::string> command;
    Loop loop{1};
    boost::asio::executor_work_guard<Loop::executor_type> work{loop.get_executor()};
    std::map<std::uint32_t, Session> sessions{};
    bool stopping = false;
    std::thread thread{};
};

SessionHosts::SessionHosts(std::vector<std::string> command)
    : inside_(std::make_unique<Inside>(std::move(command))) {}

SessionHosts::~SessionHosts() { end(); }

void SessionHosts::end() {
    stop();
    if (inside_->thread.joinable()) {
        inside_->thread.join();
    }
}

void SessionHosts::begin() {
    inside_->thread = std::thread([inside = inside_.get()]() noexcept {
        inside->look_at_sessions();
        inside->loop.run();
    });
}

void SessionHosts::session_changed(std::uint32_t event, std::uint32_t session) {
    boost::asio::post(inside_->loop, [inside = inside_.get(), event, session] {
        switch (step_on(event, session)) {
            case SessionStep::start_host:
                inside->logged_on(session);
                break;
            case SessionStep::end_host:
                inside->logged_off(session);
                break;
            case SessionStep::nothing:
                break;
        }
    });
}

void SessionHosts::stop() {
    boost::asio::post(inside_->loop, [inside = inside_.get()] { inside->stop_all(); });
}

}  // namespace ae::service
