#include "engine/base/hresult_table.h"
#include "service/control/control_call.h"
#include "service/control/control_socket_unix.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace ae::service {
namespace {

using stores::UniqueFd;

std::string with_reason(std::string text, int number) {
    return std::move(text) + " (" + std::generic_category().message(number) + ')';
}

// connect() to a socket whose queue is full and send() wait no longer than this.
void limit_waits(int descriptor, std::chrono::milliseconds time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    timeval limit{};
    limit.tv_sec = seconds.count();
    limit.tv_usec = std::chrono::microseconds(time - seconds).count();
    static_cast<void>(::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
}

Error not_reached(const ControlAddress& address, int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR:
            return nobody_listens(address);
        case ECONNREFUSED:
            return {kServiceNotActive,
                    "nobody listens at " + address.path +
                        " any more; its service ended without a farewell",
                    start_remedy(address)};
        case EACCES:
        case EPERM:
            return out_of_reach(address);
        case EAGAIN:
            return no_answer(address);
        default:
            return {kReadFault, with_reason("cannot reach " + address.path, number),
                    "Look into the log of the service"};
    }
}

Result<UniqueFd> connect_to(const ControlAddress& address, std::chrono::milliseconds time) {
    const auto name = socket_name(address.path);
    if (!name) {
        return fail(name.error());
    }
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) {
        return fail(not_reached(address, errno));
    }
    limit_waits(socket.get(), time);
    int problem = 0;
    do {
        problem = connect_socket(socket.get(), *name);
    } while (problem == EINTR);
    if (problem != 0) {
        return fail(not_reached(address, problem));
    }
    const auto peer = peer_of(socket.get());
    if (!peer) {
        return fail(kAccessDenied, "nobody knows who listens at " + address.path,
                    "Run it where the kernel tells, outside this sandbox");
    }
    if (Done trusted = may_answer(address, peer->who); !trusted) {
        return pass(trusted);
    }
    return socket;
}

class UnixCall final : public ControlCall {
  public:
    UnixCall(ControlAddress address, UniqueFd socket)
        : address_(std::move(address)), socket_(std::move(socket)) {}

    Done send(std::string_view octets) override {
        while (!octets.empty()) {
            const auto count = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
            if (count >= 0) {
                octets.remove_prefix(static_cast<std::size_t>(count));
            } else if (errno == EPIPE || errno == ECONNRESET) {
                break;  // refused at the door: what it said can still be read
            } else if (errno == EAGAIN) {
                return fail(no_answer(address_));
            } else if (errno != EINTR) {
                return fail(not_reached(address_, errno));
            }
        }
        return done();
    }

    Result<std::size_t> receive(std::span<char> into, const ControlDeadline& deadline) override {
        while (true) {
            if (Done ready = wait(deadline); !ready) {
                return pass(ready);
            }
            const auto count = ::recv(socket_.get(), into.data(), into.size(), 0);
            if (count >= 0) {
                return static_cast<std::size_t>(count);
            }
            if (errno == ECONNRESET) {
                return std::size_t{0};
            }
            if (errno != EINTR) {
                return fail(not_reached(address_, errno));
            }
        }
    }

  private:
    Done wait(const ControlDeadline& deadline) {
        while (true) {
            pollfd watched{socket_.get(), POLLIN, 0};
            const int ready = ::poll(&watched, 1, left_of(deadline));
            if (ready > 0) {
                return done();
            }
            if (ready == 0 && deadline && ControlClock::now() >= *deadline) {
                return fail(no_answer(address_));
            }
            if (ready < 0 && errno != EINTR) {
                return fail(not_reached(address_, errno));
            }
        }
    }

    static int left_of(const ControlDeadline& deadline) {
        if (!deadline) {
            return -1;
        }
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(*deadline - ControlClock::now());
        return static_cast<int>(
            std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
    }

    ControlAddress address_;
    UniqueFd socket_;
};

}  // namespace

Result<std::unique_ptr<ControlCall>> call_service(const ControlAddress& address,
                                                  std::chrono::milliseconds time) {
    auto socket = connect_to(address, time);
    if (!socket) {
        return pass(socket);
    }
    return std::make_unique<UnixCall>(address, std::move(*socket));
}

}  // namespace ae::service
