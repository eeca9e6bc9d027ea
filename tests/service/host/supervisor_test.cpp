#include "service/host/supervisor.h"

#include <cstring>

#include "host_support.h"
#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>

namespace ae::service {
namespace {

// systemd's end of $NOTIFY_SOCKET.
class Manager {
  public:
    explicit Manager(Loop& loop)
        : loop_(loop), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("no socket");
        }
    }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;
    ~Manager() { ::close(socket_); }

    // What it was told next; "" when nothing comes.
    std::string told() {
        std::string text;
        run_until(loop_, [&] {
            text = told_already();
            return !text.empty();
        });
        return text;
    }
    [[nodiscard]] std::string told_already() const {
        std::array<char, 512> buffer{};
        const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
        return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : "";
    }

  private:
    Loop& loop_;
    TempFolder folder_{};
    std::string path_ = (folder_ / "notify").string();
    Variable variable_{"NOTIFY_SOCKET", path_};
    int socket_;
};

}  // namespace

TEST_CASE("the service manager is told when the service is ready, what it does and that it stops",
          "[host][supervisor]") {
    Loop loop;
    Manager manager(loop);
    const auto supervisor = make_supervisor(loop);
    CHECK(manager.told_already().empty());
    supervisor->ready();
    CHECK(manager.told() == "READY=1");
    supervisor->say("Next run at 2026-11-21T04:32:01Z");
    CHECK(manager.told() == "STATUS=Next run at 2026-11-21T04:32:01Z");
    supervisor->stopping();
    CHECK(manager.told() == "STOPPING=1");
    CHECK(loop.poll() == 0);  // no watchdog was asked for: nothing waits
}

TEST_CASE("a status text cannot smuggle in another state", "[host][supervisor]") {
    Loop loop;
    Manager manager(loop);
    make_supervisor(loop)->say("a\nSTOPPING=1");
    CHECK(manager.told().find('\n') == std::string::npos);
    CHECK(manager.told_already().empty());
}

TEST_CASE("the watchdog hears of us at half its period, from ready until the end",
          "[host][supervisor]") {
    Loop loop;
    Manager manager(loop);
    const Variable period("WATCHDOG_USEC", "400000");
    auto supervisor = make_supervisor(loop);
    run_ready(loop);
    CHECK(manager.told_already().empty());
    supervisor->ready();
    CHECK(manager.told() == "READY=1");
    CHECK(manager.told() == "WATCHDOG=1");
    const auto first = std::chrono::steady_clock::now();
    CHECK(manager.told() == "WATCHDOG=1");
    CHECK(manager.told() == "WATCHDOG=1");
    const auto two_more = std::chrono::steady_clock::now() - first;
    CHECK(two_more > 350ms);
    CHECK(two_more < 800ms);
    supervisor.reset();
    run_for(loop, 300ms);
    CHECK(manager.told_already().empty());
}

TEST_CASE("a watchdog that is meant for another process hears nothing of us",
          "[host][supervisor]") {
    Loop loop;
    Manager manager(loop);
    const Variable period("WATCHDOG_USEC", "400000");
    const Variable process("WATCHDOG_PID", "1");
    const auto supervisor = make_supervisor(loop);
    supervisor->ready();
    CHECK(manager.told() == "READY=1");
    CHECK(manager.told_already().empty());
    CHECK(loop.poll() == 0);
}

TEST_CASE("without a service manager nobody is told and nothing fails", "[host][supervisor]") {
    Loop loop;
    ::unsetenv("NOTIFY_SOCKET");
    const auto supervisor = make_supervisor(loop);
    supervisor->ready();
    supervisor->say("all is well");
    supervisor->stopping();
    CHECK(run_ready(loop) == 0);
}

}  // namespace ae::service
