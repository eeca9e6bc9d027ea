// In a network namespace of the test's own, which ends with the thread that made it: the machine's
// network does not change.
#include "service/host/watches.h"

#include <thread>

#include "host_support.h"
#include <catch2/catch.hpp>
#include <sched.h>

namespace ae::service {
namespace {

void in_own_network(const std::function<void()>& what) {
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) != 0) {
            WARN("not tested: this account may not make a network namespace");
            return;
        }
        what();
    }).join();
}

// Programs inherit the thread's namespace.
void ip(const std::string& words) {
    const std::string command = "ip " + words;
    if (std::system(command.c_str()) != 0) {
        throw std::runtime_error(command);
    }
}

struct Network {
    Network() {
        // No addresses but ours: the kernel's own link-local ones come late.
        ip("link add inside type veth peer name outside");
        ip("link set inside addrgenmode none");
        ip("link set outside addrgenmode none");
        ip("link set lo up");
        ip("link set inside up");
        ip("link set outside up");
        watch = std::move(*watch_network(loop, [this] { ++calls; }));
        run_ready(loop);
    }
    // What the kernel tells is there when `ip` ends.
    int calls_after(const std::string& words) {
        const int before = calls;
        ip(words);
        run_ready(loop);
        return calls - before;
    }

    // The kernel tells of IPv6 addresses a moment later.
    bool one_call_after(const std::string& words) {
        const int before = calls;
        ip(words);
        const bool came = run_until(loop, [&] { return calls > before; });
        run_ready(loop);
        return came && calls == before + 1;
    }

    Loop loop{};
    int calls = 0;
    std::unique_ptr<Watch> watch{};
};

}  // namespace

TEST_CASE("an address by which others can be reached wakes, its end and its renewal do not",
          "[host][network-watch][T9]") {
    in_own_network([] {
        Network network;
        CHECK(network.calls_after("addr add 192.0.2.7/24 dev inside") == 1);
        CHECK(network.calls_after("addr change 192.0.2.7/24 dev inside valid_lft 3600 "
                                  "preferred_lft 1800") == 0);
        CHECK(network.calls_after("addr del 192.0.2.7/24 dev inside") == 0);
        CHECK(network.calls_after("addr add 192.0.2.7/24 dev inside") == 1);
        CHECK(network.one_call_after("addr add 2001:db8::7/64 dev inside nodad"));
        CHECK(network.calls_after("addr change 2001:db8::7/64 dev inside nodad valid_lft 3600 "
                                  "preferred_lft 1800") == 0);
        CHECK(network.calls_after("addr del 2001:db8::7/64 dev inside") == 0);
        CHECK(network.one_call_after("addr add 2001:db8::7/64 dev inside nodad"));
    });
}

TEST_CASE("addresses that lead nowhere else do not wake", "[host][network-watch][T9]") {
    in_own_network([] {
        Network network;
        CHECK(network.calls_after("addr add 127.0.0.2/8 dev lo scope host") == 0);
        CHECK(network.calls_after("addr add 169.254.1.1/16 dev inside scope link") == 0);
        CHECK(network.calls_after("addr add fe80::7/64 dev inside nodad") == 0);
    });
}

TEST_CASE("an IPv6 address counts when the kernel has found no double of it",
          "[host][network-watch][T9]") {
    in_own_network([] {
        Network network;
        CHECK(network.calls_after("addr add 2001:db8::7/64 dev inside") == 0);
        CHECK(run_until(network.loop, [&] { return network.calls == 1; }));
    });
}

TEST_CASE("a route to others wakes, its end and an IPv6 route told again do not",
          "[host][network-watch][T9]") {
    in_own_network([] {
        Network network;
        ip("addr add 192.0.2.7/24 dev inside");
        ip("addr add 2001:db8::7/64 dev inside nodad");
        run_ready(network.loop);
        CHECK(network.calls_after("route add default via 192.0.2.1") == 1);
        CHECK(network.calls_after("route del default via 192.0.2.1") == 0);
        CHECK(network.calls_after("route add 198.51.100.0/24 via 192.0.2.1") == 1);
        CHECK(network.calls_after("route add unreachable 203.0.113.0/24") == 0);
        CHECK(network.calls_after("-6 route add default via 2001:db8::1 dev inside") == 1);
        CHECK(network.calls_after("-6 route replace default via 2001:db8::1 dev inside") == 0);
        CHECK(network.calls_after("-6 route replace default via 2001:db8::2 dev inside") == 1);
        CHECK(network.calls_after("-6 route del default via 2001:db8::2 dev inside") == 0);
        CHECK(network.calls_after("-6 route add default via 2001:db8::2 dev inside") == 1);
    });
}

TEST_CASE("an IPv4 route that went silently with its link is new when it comes back",
          "[host][network-watch][T9]") {
    in_own_network([] {
        Network network;
        ip("addr add 192.0.2.7/24 dev inside");
        ip("route add default via 192.0.2.1");
        run_ready(network.loop);
        CHECK(network.calls_after("link set inside down") == 0);
        CHECK(network.calls_after("link set inside up") == 0);
        CHECK(network.calls_after("route add default via 192.0.2.1") == 1);
    });
}

TEST_CASE("what comes in one go is one call, and so is what the kernel had to drop",
          "[host][network-watch][T9]") {
    in_own_network([] {
        Network network;
        ip("addr add 192.0.2.7/24 dev inside");
        ip("addr add 192.0.2.8/24 dev inside");
        ip("route add default via 192.0.2.1");
        CHECK(network.calls_after("route add 198.51.100.0/24 via 192.0.2.1") == 1);

        const TempFolder folder;
        const std::string batch = (folder / "batch").string();
        {
            std::FILE* file = std::fopen(batch.c_str(), "w");
            for (int round = 0; round < 4000; ++round) {  // none of which counts
                std::fputs(
                    "addr add 169.254.1.1/16 dev inside scope link\n"
                    "addr del 169.254.1.1/16 dev inside\n",
                    file);
            }
            std::fclose(file);
        }
        const int before = network.calls;
        ip("-batch " + batch);
        CHECK(run_until(network.loop, [&] { return network.calls > before; }));
        run_ready(network.loop);
        CHECK(network.calls == before + 1);
    });
}

}  // namespace ae::service
