// The server's end on Windows: one instance of the pipe waits for the next client, the others are
// connections.  The next one is made before a client is taken, so that the name is never free for
// somebody else.
#include "engine/base/hresult_table.h"
#include "service/control/control_connection.h"
#include "service/control/control_instance_pipe.h"
#include "service/control/control_server.h"
#include "service/control/control_stream_pipe.h"

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/windows/overlapped_ptr.hpp>
#include <boost/asio/windows/stream_handle.hpp>

namespace ae::service {
namespace {

namespace asio = boost::asio;
using asio::windows::stream_handle;
using boost::system::error_code;

class Door : public std::enable_shared_from_this<Door> {
  public:
    explicit Door(ControlRoom room)
        : pause_(*room.loop),
          listening_(*room.loop),
          room_(std::make_shared<ControlRoom>(std::move(room))) {}

    // Kept apart from the constructor: it needs shared_from_this().
    Done open(UniqueFileHandle first) {
        if (!assign(listening_, std::move(first))) {
            return fail(kUnexpected, "watch the pipe " + room_->address.path);
        }
        listen();
        return done();
    }

    void shut() noexcept {
        error_code ignored;
        listening_.close(ignored);
        pause_.cancel();
        leave(*room_);
    }

  private:
    template <class Step>
    auto guarded(Step step) {
        return [self = shared_from_this(), step](const error_code& error, auto...) noexcept {
            if (self->room_->handler != nullptr) {
                step(*self, error);
            }
        };
    }

    static bool assign(stream_handle& stream, UniqueFileHandle pipe) {
        error_code error;
        stream.assign(pipe.get(), error);
        if (!error) {
            static_cast<void>(pipe.release());  // the stream's now
        }
        return !error;
    }

    void listen() {
        asio::windows::overlapped_ptr connected(listening_.get_executor(),
                                                guarded([](Door& self, const error_code& error) {
                                                    if (error) {
                                                        self.begin_anew(error);
                                                    } else {
                                                        self.take();
                                                    }
                                                }));
        const BOOL waits = ::ConnectNamedPipe(listening_.native_handle(), connected.get());
        const DWORD code = ::GetLastError();
        if (waits || code == ERROR_IO_PENDING) {
            static_cast<void>(connected.release());  // the system calls
        } else {
            connected.complete(
                code == ERROR_PIPE_CONNECTED
                    ? error_code()
                    : error_code(static_cast<int>(code), boost::system::system_category()),
                0);
        }
    }

    // Who comes and goes before we look at it leaves ERROR_NO_DATA; anything else is for want of
    // something, and without a pause we would spin.
    void begin_anew(const error_code& error) noexcept {
        ::DisconnectNamedPipe(listening_.native_handle());
        if (error.value() == ERROR_NO_DATA) {
            again();
        } else {
            wait_a_while();
        }
    }

    void again() noexcept {
        try {
            listen();
        } catch (const std::exception&) {  // no memory
            wait_a_while();
        }
    }

    void wait_a_while() noexcept {
        pause_.expires_after(room_->limits.accept_pause);
        pause_.async_wait(guarded([](Door& self, const error_code&) { self.again(); }));
    }

    void take() noexcept {
        stream_handle next(*room_->loop);
        auto pipe = make_pipe(room_->address, PipeInstance::further);
        if (!pipe || !assign(next, std::move(*pipe))) {
            begin_anew({});
            return;
        }
        std::swap(next, listening_);
        again();
        try {
            admit(room_, pipe_stream(std::move(next)));
        } catch (const std::exception&) {  // no memory; this client's pipe is closed
        }
    }

    asio::steady_timer pause_;
    stream_handle listening_;
    std::shared_ptr<ControlRoom> room_;
};

class Server final : public ControlServer {
  public:
    explicit Server(std::shared_ptr<Door> door) : door_(std::move(door)) {}
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;
    ~Server() override { door_->shut(); }

  private:
    std::shared_ptr<Door> door_;  // its last handlers may outlive us
};

}  // namespace

Result<std::unique_ptr<ControlServer>> listen_for_control(asio::io_context& loop,
                                                          const ControlAddress& address,
                                                          ControlHandler& handler,
                                                          const ControlLimits& limits) {
    auto first = make_pipe(address, PipeInstance::first);
    if (!first) {
        return pass(first, "listen for commands");
    }
    try {
        const auto door = std::make_shared<Door>(ControlRoom{&loop, &handler, address, limits, {}});
        if (Done opened = door->open(std::move(*first)); !opened) {
            return pass(opened, "listen for commands");
        }
        return std::make_unique<Server>(door);
    } catch (const std::exception& problem) {
        return fail(kUnexpected, std::string("listen for commands: ") + problem.what());
    }
}

}  // namespace ae::service
