#include "ca-client/rpc/connection.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <optional>
#include <utility>

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

    void close() {
        error_code ignored;
        tcp_socket.close(ignored);
    }

    // Runs what `start` begins until it ends or time is up; then closing the socket ends it.
    template <class Start>
    error_code until(Deadline deadline, Start start) {
        std::optional<error_code> outcome;
        start([&outcome](const error_code& error, auto&&...) { outcome = error; });
        loop.restart();
        loop.run_until(deadline);
        if (!outcome) {
            close();
            loop.run();
            return asio::error::timed_out;
        }
        if (*outcome) {
            close();
        }
        return *outcome;
    }
};

namespace {

// The usual ones in our words, because the system's come in its language, and differ.
std::string reason(const error_code& error) {
    const std::pair<error_code, std::string_view> usual[] = {
        {asio::error::eof, "the server closed the connection"},
        {asio::error::connection_refused, "connection refused"},
        {asio::error::connection_reset, "connection reset by the server"},
        {asio::error::timed_out, "connection timed out"},
        {asio::error::host_not_found, "host not found"},
        {asio::error::host_unreachable, "no route to host"},
        {asio::error::network_unreachable, "network is unreachable"},
    };
    for (const auto& [code, words] : usual) {
        if (error == code) {
            return std::string(words);
        }
    }
    const std::string text = printable(error.message());
    return to_lower(text.substr(0, 1)) + text.substr(1);
}

}  // namespace

Connection::Connection(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::string& host, std::uint16_t port,
                                                     std::chrono::milliseconds limit) {
    auto socket = std::make_unique<Socket>();
    tcp::resolver resolver(socket->loop);
    error_code error;
    const auto addresses =
        resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error);
    if (error) {
        return fail(kServerUnavailable, "resolve " + host + ": " + reason(error),
                    "Check the name and the DNS servers of this machine.");
    }
    error = asio::error::host_not_found;
    for (const auto& address : addresses) {
        socket->close();
        error = socket->until(std::chrono::steady_clock::now() + limit, [&](auto handler) {
            socket->tcp_socket.async_connect(address.endpoint(), handler);
        });
        if (!error) {
            // One small request waits for one small reply: nothing to gain by delaying.
            socket->tcp_socket.set_option(tcp::no_delay(true), error);
            return std::unique_ptr<Connection>(new Connection(std::move(socket)));
        }
    }
    return fail(kServerUnavailable, "connect: " + reason(error));
}

Done Connection::write(ByteView octets, Deadline deadline) {
    const error_code error = socket_->until(deadline, [&](auto handler) {
        asio::async_write(socket_->tcp_socket, asio::buffer(octets.data(), octets.size()), handler);
    });
    if (error) {
        return fail(kServerUnavailable, "send: " + reason(error));
    }
    return done();
}

Result<Bytes> Connection::read(std::size_t count, Deadline deadline) {
    Bytes octets(count);
    const error_code error = socket_->until(deadline, [&](auto handler) {
        asio::async_read(socket_->tcp_socket, asio::buffer(octets), handler);
    });
    if (error) {
        return fail(kServerUnavailable, "receive: " + reason(error));
    }
    return octets;
}

std::string Connection::address() const {
    error_code error;
    const auto endpoint = socket_->tcp_socket.remote_endpoint(error);
    return error ? std::string() : endpoint.address().to_string();
}

}  // namespace ae::ca
