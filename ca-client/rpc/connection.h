// A TCP connection whose every wait has an end: its deadline, or a stop.  Owned and used by one
// thread; blocks.
// Errors: kServerUnavailable with the reason; kTimeout when the deadline passed; kOperationAborted
// when `stop` was asked for.  The connection is closed after any of them.
#pragma once

#include "ca-client/rpc/bounded_work.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace ae::ca {

// Of one name at most: a name with more is a mistake or an attempt to keep us busy.
inline constexpr std::size_t kMaxAddresses = 8;

// Of an error that open() gave: no router knows the way, so nobody there was asked.
bool is_no_route(const Error& error);

// In the resolver's order: "10.53.57.2".  Errors: kServerUnavailable with the reason, kTimeout.
Result<std::vector<std::string>> addresses_of(const std::string& host, const Bound& bound);

class Connection {
  public:
    // Tries every address of the host, IPv6 and IPv4, in the resolver's order.  The resolver may
    // take `limit`, and so may each address.
    static Result<std::unique_ptr<Connection>> open(const std::string& host, std::uint16_t port,
                                                    std::chrono::milliseconds limit,
                                                    std::stop_token stop = {});
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;
    ~Connection();

    // How long a wait goes on once a stop was asked for; 0 until it is told otherwise.
    void wait_after_stop(std::chrono::milliseconds time);
    Done write(ByteView octets, Deadline deadline);
    Result<Bytes> read(std::size_t count, Deadline deadline);
    // Octets that the network took, or may have taken, so far.
    [[nodiscard]] std::uint64_t sent() const { return sent_; }
    // Open, and the peer has sent nothing that nobody asked for; asks the system, waits for nobody.
    [[nodiscard]] bool quiet();
    [[nodiscard]] std::string address() const;  // of the peer: "10.53.57.2"

  private:
    struct Socket;
    explicit Connection(std::unique_ptr<Socket> socket);
    std::unique_ptr<Socket> socket_;
    std::uint64_t sent_ = 0;
};

}  // namespace ae::ca
