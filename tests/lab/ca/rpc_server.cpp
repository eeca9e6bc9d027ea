#include "tests/lab/ca/rpc_server.h"

#include "tests/lab/ca/delivery.h"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace ae::labca {
namespace {

constexpr std::size_t kMaxConnections = 128;
constexpr int kIdleMilliseconds = 300'000;
constexpr int kPduMilliseconds = 30'000;

// Fills `into`; false when the peer ends, stops sending or an error comes.
bool read_exactly(int fd, std::span<std::uint8_t> into, int first_wait) {
    int wait = first_wait;
    while (!into.empty()) {
        if (!wait_readable(fd, wait)) {
            return false;
        }
        const ssize_t got = ::recv(fd, into.data(), into.size(), 0);
        if (got <= 0) {
            if (got < 0 && errno == EINTR) {
                continue;
            }
            return false;
        }
        into = into.subspan(static_cast<std::size_t>(got));
        wait = kPduMilliseconds;
    }
    return true;
}

std::optional<Bytes> read_pdu(int fd) {
    Bytes pdu(kHeaderSize);
    if (!read_exactly(fd, pdu, kIdleMilliseconds)) {
        return std::nullopt;
    }
    const PduHeader header = read_header(pdu);
    pdu.resize(header.frag_length);
    if (!read_exactly(fd, std::span(pdu).subspan(kHeaderSize), kPduMilliseconds)) {
        return std::nullopt;
    }
    return pdu;
}

}  // namespace

bool wait_readable(int fd, int milliseconds) {
    pollfd one{fd, POLLIN, 0};
    int ready = 0;
    do {
        ready = ::poll(&one, 1, milliseconds);
    } while (ready < 0 && errno == EINTR);
    return ready == 1;
}

bool write_all(int fd, View bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

RpcServer::~RpcServer() { stop(); }

std::uint16_t RpcServer::listen(const std::string& address, std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) {
        throw std::runtime_error(fmt::format("{} is not an IPv4 address", address));
    }
    listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    // Port 0 means the dynamic range of Windows, which the kernel's own choice may miss.
    constexpr std::uint16_t kDynamicFirst = 49152;
    constexpr int kTries = 2000;
    bool bound = false;
    for (int i = 0; i < (port == 0 ? kTries : 1) && !bound; ++i) {
        port_ = port != 0 ? port : static_cast<std::uint16_t>(kDynamicFirst + i);
        where.sin_port = htons(port_);
        bound =
            ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) == 0;
    }
    if (!bound || ::listen(listener_.get(), 64) != 0) {
        throw std::runtime_error(
            fmt::format("cannot listen on {}:{}: {}", address, port_, std::strerror(errno)));
    }
    return port_;
}

void RpcServer::start() {
    acceptor_ = std::thread([this] { accept_loop(); });
}

void RpcServer::stop() {
    if (stopping_.exchange(true)) {
        return;
    }
    if (listener_) {
        ::shutdown(listener_.get(), SHUT_RDWR);
    }
    if (acceptor_.joinable()) {
        acceptor_.join();
    }
    {
        const std::lock_guard lock(mutex_);
        for (Connection& connection : connections_) {
            ::shutdown(connection.socket.get(), SHUT_RDWR);
        }
    }
    for (Connection& connection : connections_) {
        connection.thread.join();
    }
    connections_.clear();
}

void RpcServer::reap() {
    for (auto one = connections_.begin(); one != connections_.end();) {
        if (one->finished) {
            one->thread.join();
            one = connections_.erase(one);
        } else {
            ++one;
        }
    }
}

void RpcServer::accept_loop() {
    while (!stopping_) {
        UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (stopping_) {
            return;
        }
        if (!socket) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));  // out of descriptors
            continue;
        }
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        const timeval limit{kPduMilliseconds / 1000, 0};
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        const std::lock_guard lock(mutex_);
        reap();
        if (connections_.size() >= kMaxConnections) {
            continue;  // closing is the answer
        }
        Connection& connection = connections_.emplace_back();
        connection.socket = std::move(socket);
        connection.thread = std::thread([this, &connection] { serve(connection); });
    }
}

void RpcServer::serve(Connection& connection) {
    const int fd = connection.socket.get();
    try {
        Association association(service_, &security_, std::to_string(port_));
        bool open = true;
        while (open) {
            std::optional<Bytes> pdu = read_pdu(fd);
            if (!pdu) {
                break;
            }
            const std::vector<Bytes> answers = association.receive(std::move(*pdu));
            Delivery delivery(fd, association.delivery());
            for (const Bytes& answer : answers) {
                open = open && delivery.write(answer);
            }
            for (auto more = association.more(); more && open; more = association.more()) {
                open = delivery.write(*more);
            }
        }
    } catch (const DropConnection&) {
        // what the test asked for
    } catch (const std::exception& error) {
        fmt::print(stderr, "labca: connection ended: {}\n", error.what());
    }
    ::shutdown(fd, SHUT_RDWR);
    connection.finished = true;
}

}  // namespace ae::labca
