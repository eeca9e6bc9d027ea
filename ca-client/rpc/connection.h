// A TCP connection whose every wait has an end.  Owned and used by one thread; blocks.
// Errors: kServerUnavailable with the reason; the connection is closed after any of them.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace ae::ca {

using Deadline = std::chrono::steady_clock::time_point;

class Connection {
  public:
    // Tries every address of the host, IPv6 and IPv4, in the resolver's order; each may take
    // `limit`. The resolver itself waits as long as the system lets it.
    static Result<std::unique_ptr<Connection>> open(const std::string& host, std::uint16_t port,
                                                    std::chrono::milliseconds limit);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;
    ~Connection();

    Done write(ByteView octets, Deadline deadline);
    Result<Bytes> read(std::size_t count, Deadline deadline);
    [[nodiscard]] std::string address() const;  // of the peer: "10.53.57.2"

  private:
    struct Socket;
    explicit Connection(std::unique_ptr<Socket> socket);
    std::unique_ptr<Socket> socket_;
};

}  // namespace ae::ca
