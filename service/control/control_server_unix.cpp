#include "engine/base/hresult_table.h"
#include "service/control/control_connection.h"
#include "service/control/control_server.h"
#include "service/control/control_socket_unix.h"

#include <cerrno>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>

namespace ae::service {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;
using stores::UniqueFd;

constexpr int kAcceptedAtOnce = 16;  // then others of the loop have their turn

class UnixStream final : public ControlStream {
  public:
    explicit UnixStream(stream_protocol::socket socket) : socket_(std::move(socket)) {}

    std::optional<Peer> visitor() override { return peer(); }
    std::optional<Peer> peer() override {
        auto peer = peer_of(socket_.native_handle());
        return peer ? std::optional(std::move(peer->who)) : std::nullopt;
    }

    void read_some(asio::mutable_buffer into, Moved moved) override {
        socket_.async_read_some(into, std::move(moved));
    }
    void write_some(asio::const_buffer from, Moved moved) override {
        socket_.async_write_some(from, std::move(moved));
    }
    // EPOLLHUP comes when the client has closed both halves, so one that has only ended its own is
    // left in peace.  Urgent data ends this wait, too.
    void wait_for_hang_up(Ended ended) override {
        socket_.async_wait(stream_protocol::socket::wait_error, std::move(ended));
    }
    // The buffer of a new connection has room for one line.
    void turn_away(const std::string& line) override {
        static_cast<void>(
            ::send(socket_.native_handle(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    }
    void close() noexcept override {
        error_code ignored;
        socket_.close(ignored);
    }

  private:
    stream_protocol::socket socket_;
};

class Door : public std::enable_shared_from_this<Door> {
  public:
    Door(asio::io_context& loop, ControlRoom room)
        : acceptor_(loop), pause_(loop), room_(std::make_shared<ControlRoom>(std::move(room))) {}

    // Kept apart from the constructor: it needs shared_from_this().
    Done open(UniqueFd listener) {
        error_code error;
        acceptor_.assign(stream_protocol(), listener.get(), error);
        if (error) {
            return fail(kUnexpected, "watch the control socket: " + error.message());
        }
        static_cast<void>(listener.release());  // the acceptor's now
        wait();
        return done();
    }

    void shut() noexcept {
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        leave(*room_);
    }

  private:
    template <class Step>
    auto guarded(Step step) {
        return [self = shared_from_this(), step](const error_code& error) noexcept {
            if (self->room_->handler == nullptr) {
                return;
            }
            try {
                if (!error) {
                    step(*self);
                    return;
                }
            } catch (const std::exception&) {  // no memory: as with EMFILE
            }
            self->wait_a_while();
        };
    }

    void wait() {
        acceptor_.async_wait(stream_protocol::acceptor::wait_read,
                             guarded([](Door& self) { self.accept(); }));
    }

    // The one who waits outside stays ready, so that without a pause we would spin.
    void wait_a_while() noexcept {
        pause_.expires_after(room_->limits.accept_pause);
        pause_.async_wait(guarded([](Door& self) { self.wait(); }));
    }

    void accept() {
        for (int i = 0; i < kAcceptedAtOnce; ++i) {
            // Not Asio's: its descriptors would be inherited by the workers.
            UniqueFd client(::accept4(acceptor_.native_handle(), nullptr, nullptr,
                                      SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (client) {
                take(std::move(client));
            } else if (errno == EAGAIN) {
                break;
            } else if (errno != EINTR && errno != ECONNABORTED) {
                wait_a_while();  // EMFILE and the like
                return;
            }
        }
        wait();
    }

    void take(UniqueFd client) {
        stream_protocol::socket socket(acceptor_.get_executor());
        error_code error;
        socket.assign(stream_protocol(), client.get(), error);
        if (!error) {
            static_cast<void>(client.release());  // the socket's now
            admit(room_, std::make_unique<UnixStream>(std::move(socket)));
        }
    }

    stream_protocol::acceptor acceptor_;
    asio::steady_timer pause_;
    std::shared_ptr<ControlRoom> room_;
};

class Server final : public ControlServer {
  public:
    Server(ControlSocket socket, std::shared_ptr<Door> door)
        : socket_(std::move(socket)), door_(std::move(door)) {}
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;
    ~Server() override { door_->shut(); }

  private:
    ControlSocket socket_;
    std::shared_ptr<Door> door_;  // its last handlers may outlive us
};

}  // namespace

Result<std::unique_ptr<ControlServer>> listen_for_control(asio::io_context& loop,
                                                          const ControlAddress& address,
                                                          ControlHandler& handler,
                                                          const ControlLimits& limits) {
    auto socket = ControlSocket::open(address);
    if (!socket) {
        return pass(socket, "listen for commands");
    }
    try {
        const auto door =
            std::make_shared<Door>(loop, ControlRoom{&loop, &handler, address, limits, {}});
        if (Done opened = door->open(socket->take_listener()); !opened) {
            return pass(opened, "listen for commands");
        }
        return std::make_unique<Server>(std::move(*socket), door);
    } catch (const std::exception& problem) {
        return fail(kUnexpected, std::string("listen for commands: ") + problem.what());
    }
}

}  // namespace ae::service
