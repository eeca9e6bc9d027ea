// Listening sockets and one thread per connection.
//
// For: two ports (135 and the exporter) on one address.  Bounds: 128 connections at a time, a PDU
// is at most 65535 bytes, a silent connection ends after five minutes, a half-sent PDU after 30 s.
// Threads: start() and stop() from one thread.  Errors: std::runtime_error when it cannot listen.
#pragma once

#include "tests/lab/ca/handles.h"
#include "tests/lab/ca/rpc_association.h"

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

namespace ae::labca {

class RpcServer {
  public:
    RpcServer(RpcService& service, SecurityProvider& security)
        : service_(service), security_(security) {}
    ~RpcServer();
    RpcServer(const RpcServer&) = delete;
    RpcServer& operator=(const RpcServer&) = delete;

    // Binds; port 0 takes a free one of the dynamic range.  Returns the port.
    std::uint16_t listen(const std::string& address, std::uint16_t port);
    void start();
    void stop();  // ends every connection and joins the threads

  private:
    struct Connection {
        UniqueFd socket{};
        std::thread thread{};
        std::atomic<bool> finished{false};
    };
    void accept_loop();
    void serve(Connection& connection);
    void reap();

    RpcService& service_;
    SecurityProvider& security_;
    UniqueFd listener_{};
    std::uint16_t port_ = 0;
    std::thread acceptor_{};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_{};
    std::list<Connection> connections_{};
};

// Waits until `fd` is readable; false on timeout or error.
bool wait_readable(int fd, int milliseconds);
bool write_all(int fd, View bytes);

}  // namespace ae::labca
