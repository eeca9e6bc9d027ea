#include "service/host/notice.h"
#include "service/host/supervisor.h"
#include "service/host/wall_timer.h"
#include "service/host/watches.h"

#include <fstream>

#include "host_support.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

long wake_ups(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    std::string word;
    while (status >> word) {
        if (word == "voluntary_ctxt_switches:") {
            long count = 0;
            status >> count;
            return count;
        }
    }
    return -1;
}

}  // namespace

TEST_CASE("an idle host with all its watches is not woken once", "[host][idle]") {
    Loop ours;
    const PrivateBus bus(ours);
    Program mock({"/usr/bin/python3", "-B", AE_TEST_MOCK_BUS});
    REQUIRE(mock.read(ours) == "ready");
    for (const std::string name : {"org.freedesktop.login1", "org.freedesktop.Notifications"}) {
        mock.write("own " + name);
        REQUIRE(mock.read(ours) == "done");
    }
    const TempFolder folder;

    const pid_t host = ::fork();
    REQUIRE(host >= 0);
    if (host == 0) {
        Loop loop;
        int calls = 0;
        const auto called = [&] { ++calls; };
        const auto trouble = [](const Error&) { ::_exit(1); };
        const auto policy = watch_policy(loop, "/etc/aeclient/policy.d", called);
        const auto network = watch_network(loop, called);
        const auto logons = watch_logons(loop, std::to_string(::getuid()), called, trouble);
        const auto stop = watch_stop_signals(loop, [] { ::_exit(0); });
        const auto timer = make_wall_timer(loop, called);
        const auto supervisor = make_supervisor(loop);
        const auto notice = show_notice(loop, {"A"}, {called, called, trouble});
        if (!policy || !network || !logons || !timer) {
            ::_exit(2);
        }
        (*timer)->arm(std::chrono::floor<Seconds>(std::chrono::system_clock::now()) +
                      std::chrono::hours(8));
        supervisor->ready();
        supervisor->say("idle");
        loop.run();
        ::_exit(3);
    }
    CHECK(mock.read(ours).starts_with("Notify"));
    run_for(ours, 300ms);
    const long before = wake_ups(host);
    run_for(ours, 2s);
    CHECK(before > 0);
    CHECK(wake_ups(host) == before);

    ::kill(host, GENERATE(SIGTERM, SIGINT));  // which is heard at once all the same
    int status = 0;
    CHECK(::waitpid(host, &status, 0) == host);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("both signals to stop are heard, each time, until the watch is destroyed",
          "[host][stop-signals]") {
    Loop loop;
    int stops = 0;
    auto watch = watch_stop_signals(loop, [&] { ++stops; });
    ::raise(SIGTERM);
    CHECK(run_until(loop, [&] { return stops == 1; }));
    ::raise(SIGINT);
    CHECK(run_until(loop, [&] { return stops == 2; }));
    watch = watch_stop_signals(loop, [&] {
        stops += 10;
        watch.reset();
    });
    ::raise(SIGTERM);
    CHECK(run_until(loop, [&] { return stops == 12; }));
    CHECK(watch == nullptr);
}

}  // namespace ae::service
