// Waits of a connection that no server can end.  A full queue of connections is a host that drops
// packets: Linux does not answer then (Windows refuses, so this runs on Linux alone).
#include "ca-client/rpc/connection.h"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

using tcp = boost::asio::ip::tcp;

// Listens, and lets nobody in once one waits.
class Mute {
  public:
    Mute() {
        acceptor_.open(tcp::v4());
        acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
        acceptor_.listen(0);
        auto one = connect(std::chrono::seconds(20));
        REQUIRE(one);
        waiting_ = std::move(*one);
    }
    Result<std::unique_ptr<Connection>> connect(std::chrono::milliseconds limit,
                                                std::stop_token stop = {}) {
        return Connection::open("127.0.0.1", acceptor_.local_endpoint().port(), limit,
                                std::move(stop));
    }

  private:
    boost::asio::io_context loop_{};
    tcp::acceptor acceptor_{loop_};
    std::unique_ptr<Connection> waiting_{};
};

}  // namespace

TEST_CASE("a host that answers nothing has the time for a connection", "[connection][deadline]") {
    Mute host;
    const auto late = host.connect(std::chrono::milliseconds(50));
    REQUIRE_FALSE(late);
    CHECK(late.error().code == kTimeout);
    CHECK(late.error().context == "connect: connection timed out");
}

TEST_CASE("a stop ends a connection that is under way", "[connection][stop]") {
    Mute host;
    std::stop_source stop;
    std::thread stopper([&stop] { stop.request_stop(); });
    const auto stopped = host.connect(std::chrono::seconds(20), stop.get_token());
    stopper.join();
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == kOperationAborted);
    CHECK(stopped.error().context == "connect: stopped on request");
}

TEST_CASE("a host to which no router knows the way is told apart", "[connection][errors]") {
    // RFC 1122 3.2.1.3 (c): no connection can go there.
    const auto nowhere = Connection::open("224.0.0.1", 135, std::chrono::seconds(20));
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().code == kServerUnavailable);
    CHECK(is_no_route(nowhere.error()));
    CHECK_FALSE(is_no_route({kServerUnavailable, "connect: connection refused", ""}));
}

TEST_CASE("a name that does not exist says which", "[connection][errors]") {
    // RFC 6761 6.4: no resolver knows it.
    const auto nobody = Connection::open("ca1.invalid", 135, std::chrono::seconds(20));
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().context.starts_with("resolve ca1.invalid: "));
    CHECK_FALSE(nobody.error().remedy.empty());
}
