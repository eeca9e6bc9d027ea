#include "engine/base/hresult_table.h"
#include "service/control/control_client.h"
#include "service/control/control_session.h"
#include "service/control/control_socket_unix.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace ae::service {
namespace {

using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;  // nothing: wait for ever
using stores::UniqueFd;

constexpr std::size_t kReadAtOnce = std::size_t{64} * 1024;

std::string with_reason(std::string text, int number) {
    return std::move(text) + " (" + std::generic_category().message(number) + ')';
}

Error silent(const ControlAddress& address) {
    return {kTimeout, "the service at " + address.path + " does not answer",
            "Look into its log, and restart it if it hangs"};
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
            return {kServiceNotActive, "nobody listens at " + address.path, start_remedy(address)};
        case ECONNREFUSED:
            return {kServiceNotActive,
                    "nobody listens at " + address.path +
                        " any more; its service ended without a farewell",
                    start_remedy(address)};
        case EACCES:
        case EPERM:
            return {kAccessDenied, "this account may not reach " + address.path,
                    "Run it as root; your own context: aeclient pulse --user, aeclient status "
                    "--user"};
        case EAGAIN:
            return silent(address);
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
    if (Done trusted = may_answer(address, peer->user, ::geteuid()); !trusted) {
        return pass(trusted);
    }
    return socket;
}

class Conversation {
  public:
    static Result<Conversation> begin(const ControlAddress& address, const ControlRequest& request,
                                      std::chrono::milliseconds time) {
        auto socket = connect_to(address, time);
        if (!socket) {
            return pass(socket);
        }
        Conversation made(address, std::move(*socket));
        if (Done sent = made.send(line_of(request)); !sent) {
            return pass(sent);
        }
        return made;
    }

    // The next answer that is understood; what the service refuses with is the error.
    Result<ControlAnswer> next(const Deadline& deadline) {
        while (true) {
            auto line = lines_.next();
            if (!line) {
                return pass(line, "the answer of the service");
            }
            if (!*line) {
                if (Done more = receive(deadline); !more) {
                    return pass(more);
                }
                continue;
            }
            auto answer = answer_from_line(**line);
            if (!answer) {
                return pass(answer);
            }
            if (!*answer) {
                continue;  // a later version's
            }
            ControlAnswer known = made_printable(std::move(**answer));
            if (auto* refused = std::get_if<Refused>(&known)) {
                return fail(std::move(refused->error));
            }
            return known;
        }
    }

  private:
    Conversation(const ControlAddress& address, UniqueFd socket)
        : address_(&address), socket_(std::move(socket)) {}

    Done send(std::string_view octets) {
        while (!octets.empty()) {
            const auto count = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
            if (count >= 0) {
                octets.remove_prefix(static_cast<std::size_t>(count));
            } else if (errno == EPIPE || errno == ECONNRESET) {
                break;  // refused at the door: what it said can still be read
            } else if (errno == EAGAIN) {
                return fail(silent(*address_));
            } else if (errno != EINTR) {
                return fail(not_reached(*address_, errno));
            }
        }
        return done();
    }

    Done wait(const Deadline& deadline) {
        while (true) {
            pollfd watched{socket_.get(), POLLIN, 0};
            const int ready = ::poll(&watched, 1, left_of(deadline));
            if (ready > 0) {
                return done();
            }
            if (ready == 0 && deadline && Clock::now() >= *deadline) {
                return fail(silent(*address_));
            }
            if (ready < 0 && errno != EINTR) {
                return fail(not_reached(*address_, errno));
            }
        }
    }

    static int left_of(const Deadline& deadline) {
        if (!deadline) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
        return static_cast<int>(
            std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
    }

    Done receive(const Deadline& deadline) {
        if (Done ready = wait(deadline); !ready) {
            return ready;
        }
        const auto count = ::recv(socket_.get(), octets_.data(), octets_.size(), 0);
        if (count > 0) {
            lines_.add({octets_.data(), static_cast<std::size_t>(count)});
        } else if (count == 0 || errno == ECONNRESET) {
            return fail(kOperationAborted,
                        deadline ? "the service ended before it answered"
                                 : "the service ended before the run did",
                        "Look into its log; once it runs again: aeclient status");
        } else if (errno != EINTR) {
            return fail(not_reached(*address_, errno));
        }
        return done();
    }

    const ControlAddress* address_;
    UniqueFd socket_;
    LineReader lines_{kLargestAnswer};
    std::vector<char> octets_ = std::vector<char>(kReadAtOnce);
};

tl::unexpected<Error> fail_out_of_turn() {
    return fail(kInvalidData, "the service answered something else than was asked",
                "Use the aeclient that belongs to the service; after an update restart it");
}

}  // namespace

Result<HostStatus> ask_status(const ControlAddress& address,
                              std::chrono::milliseconds server_time) {
    const Deadline deadline = Clock::now() + server_time;
    auto talk = Conversation::begin(address, StatusAsk{}, server_time);
    if (!talk) {
        return pass(talk);
    }
    auto answer = talk->next(deadline);
    if (!answer) {
        return pass(answer);
    }
    const auto* status = std::get_if<HostStatus>(&*answer);
    return status != nullptr ? Result<HostStatus>(*status) : fail_out_of_turn();
}

Result<RunResult> ask_pulse(const ControlAddress& address, const PulseAsk& ask, const Hear& hear,
                            std::chrono::milliseconds server_time) {
    const Deadline deadline = Clock::now() + server_time;
    auto talk = Conversation::begin(address, ask, server_time);
    if (!talk) {
        return pass(talk);
    }
    auto answer = talk->next(deadline);
    if (answer && !std::holds_alternative<Accepted>(*answer)) {
        return fail_out_of_turn();
    }
    while (answer) {
        if (auto* result = std::get_if<RunResult>(&*answer)) {
            return std::move(*result);
        }
        if (std::holds_alternative<HostStatus>(*answer)) {
            return fail_out_of_turn();
        }
        hear(*answer);
        if (!ask.wait) {
            return RunResult{};
        }
        answer = talk->next(std::nullopt);
    }
    return pass(answer);
}

}  // namespace ae::service
