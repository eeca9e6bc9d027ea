#include "ca-client/rpc/connection.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace ae::ca {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct Connection::Socket {
    asio::io_context loop{1};
    tcp::socket tcp_socket{loop};
    std::stop_token stop{};
    std::chrono::milliseconds after_stop{};
    std::optional<Deadline> stop_seen{};

    bool given_up(Deadline deadline) {
        const Deadline now = std::chrono::steady_clock::now();
        if (stop.stop_requested()) {
            stop_seen = stop_seen.value_or(now);
            deadline = std::min(deadline, *stop_seen + after_stop);
        }
        return now >= deadline;
    }

    void close() {
        error_code ignored;
        tcp_socket.close(ignored);
    }

    // Runs what `start` begins until it ends, time is up or a stop is obeyed; then closing the
    // socket ends it.
    template <class Start>
    error_code until(Deadline deadline, Start start) {
        const Bound bound{deadline, stop};
        std::optional<error_code> outcome;
        start([&outcome](const error_code& error, auto&&...) { outcome = error; });
        loop.restart();
        while (!outcome && !given_up(deadline)) {
            loop.run_until(bound.next_look());
        }
        if (!outcome) {
            close();
            loop.restart();
            loop.run();
            return stop.stop_requested() ? asio::error::operation_aborted : asio::error::timed_out;
        }
        if (*outcome) {
            close();
        }
        return *outcome;
    }
};

namespace {

using Addresses = std::vector<tcp::endpoint>;

constexpr std::string_view kNoHostRoute = "no route to host";
constexpr std::string_view kNoNetworkRoute = "network is unreachable";

// The usual ones in our words, because the system's come in its language, and differ.
std::string reason(const error_code& error) {
    const std::pair<error_code, std::string_view> usual[] = {
        {asio::error::eof, "the server closed the connection"},
        {asio::error::connection_refused, "connection refused"},
        {asio::error::connection_reset, "connection reset by the server"},
        {asio::error::timed_out, "connection timed out"},
        {asio::error::operation_aborted, "stopped on request"},
        {asio::error::host_not_found, "host not found"},
        {asio::error::host_unreachable, kNoHostRoute},
        {asio::error::network_unreachable, kNoNetworkRoute},
    };
    for (const auto& [code, words] : usual) {
        if (error == code) {
            return std::string(words);
        }
    }
    const std::string text = printable(error.message());
    return to_lower(text.substr(0, 1)) + text.substr(1);
}

tl::unexpected<Error> failure(std::string_view step, const error_code& error) {
    const Hresult code = error == asio::error::timed_out           ? kTimeout
                         : error == asio::error::operation_aborted ? kOperationAborted
                                                                   : kServerUnavailable;
    return fail(code, std::string(step) + ": " + reason(error));
}

// The system's resolver knows no deadline.
Result<Addresses> look_up(const std::string& host, std::uint16_t port) {
    asio::io_context loop;
    tcp::resolver resolver(loop);
    error_code error;
    const auto found =
        resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error);
    if (error) {
        return fail(kServerUnavailable, "resolve " + host + ": " + reason(error),
                    "Check the name and the DNS servers of this machine.");
    }
    Addresses addresses;
    for (const auto& each : found) {
        if (addresses.size() < kMaxAddresses) {
            addresses.push_back(each.endpoint());
        }
    }
    return addresses;
}

Result<Addresses> resolve(const std::string& host, std::uint16_t port, const Bound& bound) {
    error_code no_address;
    const auto address = asio::ip::make_address(host, no_address);
    if (!no_address) {
        return Addresses{{address, port}};
    }
    return bounded<Addresses>("resolve " + host, bound,
                              [host, port] { return look_up(host, port); });
}

}  // namespace

bool is_no_route(const Error& error) {
    return error.context.ends_with(kNoHostRoute) || error.context.ends_with(kNoNetworkRoute);
}

Result<std::vector<std::string>> addresses_of(const std::string& host, const Bound& bound) {
    return resolve(host, 0, bound).map([](const Addresses& found) {
        std::vector<std::string> texts;
        for (const tcp::endpoint& each : found) {
            texts.push_back(each.address().to_string());
        }
        return texts;
    });
}

Connection::Connection(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::string& host, std::uint16_t port,
                                                     std::chrono::milliseconds limit,
                                                     std::stop_token stop) {
    auto addresses = resolve(host, port, {deadline_in(limit), stop});
    if (!addresses) {
        return pass(addresses);
    }
    auto socket = std::make_unique<Socket>();
    socket->stop = std::move(stop);
    error_code error = asio::error::host_not_found;
    for (const tcp::endpoint& address : *addresses) {
        socket->close();
        error = socket->until(deadline_in(limit), [&](auto handler) {
            socket->tcp_socket.async_connect(address, handler);
        });
        if (!error) {
            // One small request waits for one small reply: nothing to gain by delaying.
            socket->tcp_socket.set_option(tcp::no_delay(true), error);
            return std::unique_ptr<Connection>(new Connection(std::move(socket)));
        }
        if (socket->stop.stop_requested()) {
            break;
        }
    }
    return failure("connect", error);
}

void Connection::wait_after_stop(std::chrono::milliseconds time) { socket_->after_stop = time; }

Done Connection::write(ByteView octets, Deadline deadline) {
    std::size_t taken = 0;
    const error_code error = socket_->until(deadline, [&](auto handler) {
        asio::async_write(socket_->tcp_socket, asio::buffer(octets.data(), octets.size()),
                          [handler, &taken](const error_code& result, std::size_t count) mutable {
                              taken = count;
                              handler(result);
                          });
    });
    // How much of what we cut off ourselves had gone, not every system says.
    const bool cut_off = error == asio::error::timed_out || error == asio::error::operation_aborted;
    sent_ += cut_off ? octets.size() : taken;
    if (error) {
        return failure("send", error);
    }
    return done();
}

Result<Bytes> Connection::read(std::size_t count, Deadline deadline) {
    Bytes octets(count);
    const error_code error = socket_->until(deadline, [&](auto handler) {
        asio::async_read(socket_->tcp_socket, asio::buffer(octets), handler);
    });
    if (error) {
        return failure("receive", error);
    }
    return octets;
}

bool Connection::quiet() {
    std::array<std::uint8_t, 1> octet{};
    error_code error;
    socket_->tcp_socket.non_blocking(true, error);
    if (!error) {
        socket_->tcp_socket.receive(asio::buffer(octet), tcp::socket::message_peek, error);
    }
    return error == asio::error::would_block;
}

std::string Connection::address() const {
    error_code error;
    const auto endpoint = socket_->tcp_socket.remote_endpoint(error);
    return error ? std::string() : endpoint.address().to_string();
}

}  // namespace ae::ca
