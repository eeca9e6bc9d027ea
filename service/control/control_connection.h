// One client of the control channel, from its connection to its close.  Portable; internal to the
// server.
//
// reading the request -> answering -> waiting for a run -> saying farewell -> closed
// The room and its pending operations own it.  Never throws out of the loop.
#pragma once

#include "service/control/control_server.h"
#include "service/control/control_stream.h"

#include <array>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace ae::service {

class ControlConnection;

// What all connections of one server share.
struct ControlRoom {
    boost::asio::io_context* loop = nullptr;
    ControlHandler* handler = nullptr;  // null: the server is gone
    ControlAddress address{};
    ControlLimits limits{};
    std::set<std::shared_ptr<ControlConnection>> connections{};  // each until it closes
};

// Lets a client in, or turns it away in one sentence.  May throw for want of memory; the client is
// gone then.
void admit(const std::shared_ptr<ControlRoom>& room, std::unique_ptr<ControlStream> stream);
// Nobody is answered any more, and everybody is let go.
void leave(ControlRoom& room) noexcept;

class ControlConnection final : public Listener,
                                public std::enable_shared_from_this<ControlConnection> {
  public:
    ControlConnection(std::unique_ptr<ControlStream> stream, Peer visitor,
                      std::shared_ptr<ControlRoom> room);

    void start();
    void close() noexcept;  // without a word, and leaves the room
    [[nodiscard]] const Peer& visitor() const { return visitor_; }

    void tell(const std::string& line) override;
    void finish() override;

  private:
    template <class Step>
    auto guarded(Step step);
    void arm(std::chrono::milliseconds time, void (ControlConnection::*late)());
    void read();
    void take(std::string_view octets);
    void answer(const std::string& line);
    enum class Waits { no, yes };
    template <class Ask>
    void begin(const Ask& ask, Waits waits,
               Result<Accepted> (ControlHandler::*job)(const Ask&, std::weak_ptr<Listener>));
    void watch_for_hang_up();
    void refuse(Error error);
    void write();
    void no_request_came();

    std::unique_ptr<ControlStream> stream_;
    boost::asio::steady_timer timer_;
    Peer visitor_;
    std::shared_ptr<ControlRoom> room_;
    LineReader request_;
    Backlog backlog_;
    std::array<char, 1024> octets_{};
    bool asked_ = false;      // the request is there
    bool held_back_ = false;  // the Accepted is not there yet
    bool writing_ = false;
    bool finishing_ = false;
    bool closed_ = false;
};

}  // namespace ae::service
