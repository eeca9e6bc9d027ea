#include "service/host/bus_sdbus.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/host/descriptor_posix.h"

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <fcntl.h>
#include <poll.h>

namespace ae::service {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

// Then others on the loop have their turn.
constexpr int kMostInOneGo = 64;

}  // namespace

Error bus_error(int number, const std::string& what) {
    Error error = system_error(-number, what);
    if (error.code == kFileNotFound || error.code == kUnexpected) {
        error.code = kServerUnavailable;  // no socket, nobody at it, or the connection ended
        error.remedy = "Look whether the message bus runs";
    }
    return error;
}

Error bus_error(sd_bus_message* answer, const std::string& what) {
    const sd_bus_error* const error = ::sd_bus_message_get_error(answer);
    const std::string said = error->message != nullptr ? error->message : error->name;
    Error ours = bus_error(-::sd_bus_error_get_errno(error), what);
    ours.context = what + " (" + printable(said) + ')';
    return ours;
}

struct Bus::Inside {
    Inside(Loop& loop_, UniqueBus bus_, Trouble lost_)
        : loop(loop_),
          bus(std::move(bus_)),
          descriptor(loop_),
          timeout(loop_),
          lost(std::move(lost_)) {}

    using Shared = std::shared_ptr<Inside>;

    static void process(const Shared& self) {
        for (int turn = 0; turn < kMostInOneGo; ++turn) {
            const int done = ::sd_bus_process(self->bus.get(), nullptr);
            if (self.use_count() == 1) {
                return;  // a callback destroyed the connection
            }
            if (done < 0) {
                self->end(done);
                return;
            }
            if (done == 0) {
                wait(self);
                return;
            }
        }
        again(self);
    }

    static void wait(const Shared& self) {
        if (!self->descriptor.is_open()) {
            return;  // lost
        }
        const int events = ::sd_bus_get_events(self->bus.get());
        if (events < 0) {
            again(self);  // sd_bus_process says what is the matter
            return;
        }
        if ((events & POLLIN) != 0) {
            wait_for(self, Descriptor::wait_read, self->reading);
        }
        if ((events & POLLOUT) != 0) {
            wait_for(self, Descriptor::wait_write, self->writing);
        }
        std::uint64_t until = 0;  // CLOCK_MONOTONIC, which is the steady clock here
        if (::sd_bus_get_timeout(self->bus.get(), &until) < 0 || until == UINT64_MAX) {
            self->timeout.cancel();
            return;
        }
        self->timeout.start_until(
            std::chrono::steady_clock::time_point(std::chrono::microseconds(until)),
            [held = std::weak_ptr(self)] { process_if_open(held.lock()); });
    }

    static void wait_for(const Shared& self, Descriptor::wait_type kind, bool& waiting) {
        if (std::exchange(waiting, true)) {
            return;
        }
        self->descriptor.async_wait(
            kind, [held = std::weak_ptr(self), &waiting](const boost::system::error_code& error) {
                if (const auto alive = held.lock(); alive && !error) {
                    waiting = false;
                    process_if_open(alive);
                }
            });
    }

    static void again(const Shared& self) {
        boost::asio::post(self->loop,
                          [held = std::weak_ptr(self)] { process_if_open(held.lock()); });
    }

    // What the loop had queued may come after the end, or after the connection was destroyed.
    static void process_if_open(const Shared& self) {
        if (self && self->descriptor.is_open()) {
            process(self);
        }
    }

    void end(int number) {
        boost::system::error_code ignored;
        descriptor.close(ignored);
        timeout.cancel();
        lost(bus_error(number, "the message bus went away"));
    }

    Loop& loop;
    UniqueBus bus;
    Descriptor
        descriptor;  // a second one of the bus's, because sd-bus closes its own when it likes
    Delay timeout;
    Trouble lost;
    bool reading = false;
    bool writing = false;
};

Result<Bus> Bus::connect(Loop& loop, BusKind kind, Trouble lost) {
    const std::string what = kind == BusKind::system ? "connect to the system's message bus"
                                                     : "connect to the session's message bus";
    UniqueBus bus;
    const int opened =
        kind == BusKind::system ? ::sd_bus_open_system(bus.put()) : ::sd_bus_open_user(bus.put());
    if (opened < 0) {
        return fail(bus_error(opened, what));
    }
    const int own = ::sd_bus_get_fd(bus.get());
    UniqueDescriptor copy(own < 0 ? own : ::fcntl(own, F_DUPFD_CLOEXEC, 0));
    if (!copy) {
        return fail(system_error(own < 0 ? -own : errno, what));
    }
    auto inside = std::make_shared<Inside>(loop, std::move(bus), std::move(lost));
    boost::system::error_code error;
    inside->descriptor.assign(copy.get(), error);
    if (error) {
        return fail(system_error(error.value(), what));
    }
    (void)copy.release();
    Inside::again(inside);
    return Bus(std::move(inside));
}

sd_bus* Bus::get() const { return inside_->bus.get(); }

void Bus::sent() { Inside::wait(inside_); }

}  // namespace ae::service
