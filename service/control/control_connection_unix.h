// One client of the control channel, from its connection to its close.  Internal to the server.
//
// reading the request -> answering -> waiting for a run -> saying farewell -> closed
// The room and its pending operations own it.  Never throws out of the loop.
#pragma once

#include "service/control/control_server.h"

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

namespace ae::service {

using ControlStream = boost::asio::local::stream_protocol::socket;

class ControlConnection;

// What all connections of one server share.
struct ControlRoom {
    ControlHandler* handler = nullptr;  // null: the server is gone
    ControlAddress address{};
    ControlLimits limits{};
    std::set<std::shared_ptr<ControlConnection>> connections{};  // each until it closes
};

class ControlConnection final : public Listener,
                                public std::enable_shared_from_this<ControlConnection> {
  public:
    ControlConnection(ControlStream stream, std::uint32_t user, std::shared_ptr<ControlRoom> room);

    void start();
    void close() noexcept;  // without a word, and leaves the room
    [[nodiscard]] std::uint32_t user() const { return user_; }

    void tell(const std::string& line) override;
    void finish() override;

  private:
    template <class Step>
    auto guarded(Step step);
    void arm(std::chrono::milliseconds time, void (ControlConnection::*late)());
    void read();
    void take(std::string_view octets);
    void answer(const std::string& line);
    void begin_pulse(const PulseAsk& ask);
    void watch_for_hang_up();
    void refuse(Error error);
    void write();
    void no_request_came();

    ControlStream stream_;
    boost::asio::steady_timer timer_;
    std::uint32_t user_;
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
