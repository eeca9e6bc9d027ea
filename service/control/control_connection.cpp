#include "service/control/control_connection.h"

#include "engine/base/hresult_table.h"

#include <exception>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

namespace ae::service {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// A pipe's write keeps that much of ours locked until the client has read it.
constexpr std::size_t kWrittenAtOnce = std::size_t{64} * 1024;

Crowd crowd_for(const ControlRoom& room, const Peer& visitor) {
    Crowd crowd;
    for (const auto& connection : room.connections) {
        crowd.of_account += connection->visitor().account == visitor.account ? 1 : 0;
        crowd.not_administrator += connection->visitor().administrator ? 0 : 1;
    }
    return crowd;
}

}  // namespace

void admit(const std::shared_ptr<ControlRoom>& room, std::unique_ptr<ControlStream> stream) {
    auto visitor = stream->visitor();
    if (!visitor) {
        return;
    }
    if (Done allowed = may_enter(room->limits, *visitor, crowd_for(*room, *visitor)); !allowed) {
        stream->turn_away(line_of(Refused{std::move(allowed.error())}));
        return;
    }
    const auto connection =
        std::make_shared<ControlConnection>(std::move(stream), std::move(*visitor), room);
    room->connections.insert(connection);
    try {
        connection->start();
    } catch (const std::exception&) {
        connection->close();
        throw;
    }
}

void leave(ControlRoom& room) noexcept {
    room.handler = nullptr;
    for (const auto& connection : std::exchange(room.connections, {})) {
        connection->close();
    }
}

ControlConnection::ControlConnection(std::unique_ptr<ControlStream> stream, Peer visitor,
                                     std::shared_ptr<ControlRoom> room)
    : stream_(std::move(stream)),
      timer_(*room->loop),
      visitor_(std::move(visitor)),
      room_(std::move(room)),
      request_(kLargestRequest),
      backlog_(room_->limits.backlog) {}

// A handler of the loop that keeps the connection alive; whatever goes wrong costs this client
// only.
template <class Step>
auto ControlConnection::guarded(Step step) {
    return [self = shared_from_this(), step](const error_code& error, auto... results) noexcept {
        if (self->closed_) {
            return;
        }
        try {
            step(*self, error, results...);
        } catch (const std::exception&) {
            self->close();
        }
    };
}

void ControlConnection::arm(std::chrono::milliseconds time, void (ControlConnection::*late)()) {
    timer_.expires_after(time);
    timer_.async_wait(guarded([late](ControlConnection& self, const error_code& error) {
        if (!error) {
            (self.*late)();
        }
    }));
}

void ControlConnection::start() {
    arm(room_->limits.request_time, &ControlConnection::no_request_came);
    read();
}

void ControlConnection::no_request_came() {
    if (asked_) {
        return;  // it came while the timer's end was on its way
    }
    refuse({kTimeout, "no whole request came in time",
            "Send one line of JSON that ends with a line feed"});
}

void ControlConnection::read() {
    stream_->read_some(
        asio::buffer(octets_),
        guarded([](ControlConnection& self, const error_code& error, std::size_t count) {
            if (self.finishing_) {
                return;  // the time was up already
            }
            if (!error) {
                self.take({self.octets_.data(), count});
            } else if (error == asio::error::eof && !self.request_.empty()) {
                self.refuse({kInvalidData, "the request has no end",
                             "Send one line of JSON that ends with a line feed"});
            } else {
                self.close();
            }
        }));
}

void ControlConnection::take(std::string_view octets) {
    request_.add(octets);
    auto line = request_.next();
    if (!line) {
        refuse(std::move(line.error()).within("the request"));
    } else if (!*line) {
        read();
    } else {
        answer(**line);
    }
}

void ControlConnection::answer(const std::string& line) {
    asked_ = true;
    timer_.cancel();
    // What a stranger says is not even looked at.
    const auto peer = stream_->peer();
    if (!peer) {
        refuse({kAccessDenied, "the system does not say who asks",
                "Connect with an identity that the service may look at"});
        return;
    }
    if (Done allowed = may_ask(room_->address, *peer); !allowed) {
        refuse(std::move(allowed.error()));
        return;
    }
    auto request = request_from_line(line);
    if (!request) {
        refuse(std::move(request.error()));
    } else if (const auto* ask = std::get_if<PulseAsk>(&*request)) {
        begin(*ask, ask->wait ? Waits::yes : Waits::no, &ControlHandler::pulse);
    } else if (const auto* look = std::get_if<InspectAsk>(&*request)) {
        begin(*look, Waits::yes, &ControlHandler::inspect);
    } else {
        tell(line_of(room_->handler->status()));
        finish();
    }
}

template <class Ask>
void ControlConnection::begin(const Ask& ask, Waits waits,
                              Result<Accepted> (ControlHandler::*job)(const Ask&,
                                                                      std::weak_ptr<Listener>)) {
    held_back_ = true;
    auto accepted = (room_->handler->*job)(
        ask, waits == Waits::yes ? weak_from_this() : std::weak_ptr<ControlConnection>());
    held_back_ = false;
    if (closed_) {
        return;
    }
    if (!accepted) {
        backlog_.clear();
        refuse(std::move(accepted.error()));
        return;
    }
    if (!backlog_.add_first(line_of(*accepted))) {
        close();
        return;
    }
    if (waits == Waits::yes && !finishing_) {
        watch_for_hang_up();
        write();
    } else {
        finish();
    }
}

// Whatever ends this wait, no client of ours says anything more: to wait again could end at once,
// for ever.
void ControlConnection::watch_for_hang_up() {
    stream_->wait_for_hang_up(
        guarded([](ControlConnection& self, const error_code&) { self.close(); }));
}

void ControlConnection::refuse(Error error) {
    tell(line_of(Refused{std::move(error)}));
    finish();
}

void ControlConnection::tell(const std::string& line) {
    if (closed_ || finishing_) {
        return;
    }
    if (!backlog_.add(line)) {
        close();
    } else if (!held_back_) {
        write();
    }
}

void ControlConnection::finish() {
    if (closed_) {
        return;
    }
    finishing_ = true;
    if (held_back_) {
        return;
    }
    if (backlog_.empty()) {
        close();
        return;
    }
    arm(room_->limits.farewell_time, &ControlConnection::close);
    write();
}

void ControlConnection::write() {
    if (writing_ || closed_) {
        return;
    }
    if (backlog_.empty()) {
        if (finishing_) {
            close();
        }
        return;
    }
    writing_ = true;
    stream_->write_some(
        asio::buffer(backlog_.front().substr(0, kWrittenAtOnce)),
        guarded([](ControlConnection& self, const error_code& error, std::size_t count) {
            self.writing_ = false;
            if (error) {
                self.close();
                return;
            }
            self.backlog_.written(count);
            self.write();
        }));
}

void ControlConnection::close() noexcept {
    if (std::exchange(closed_, true)) {
        return;
    }
    const auto self = shared_from_this();  // the room's may have been the last
    timer_.cancel();
    stream_->close();
    room_->connections.erase(self);
}

}  // namespace ae::service
