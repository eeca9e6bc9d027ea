// One DCE/RPC connection to one host: security, presentation contexts and calls, one at a time
// ([C706] 12, [MS-RPCE] 3.3).  Blocks; one thread.  After any error except a fault it is useless.
//
// Errors: kServerUnavailable while nothing of the call was sent, kCallFailed once something was and
// no answer came; the mapped code of a fault or bind_nak (fault.h); kInvalidData for replies that
// break a rule; the security context's own.
#pragma once

#include "ca-client/rpc/connection.h"
#include "ca-client/rpc/fault.h"
#include "ca-client/rpc/security_context.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace ae::ca {

struct Timeouts {
    std::chrono::milliseconds connect = std::chrono::seconds(10);  // per address
    std::chrono::milliseconds leg = std::chrono::seconds(30);      // of bind and security exchange
    std::chrono::milliseconds call = std::chrono::seconds(60);
    std::chrono::milliseconds request = std::chrono::seconds(300);  // the CA may ask its own DC
};

struct Call {
    std::uint16_t context_id = 0;
    std::uint16_t opnum = 0;
    std::optional<Guid> object{};
    ByteView stub{};
    std::chrono::milliseconds timeout{};
};

class Association {
  public:
    static Result<Association> connect(const std::string& host, std::uint16_t port,
                                       const Timeouts& timeouts);

    // First of all, once: `interface` becomes context 0.  With `security` every call is sealed; a
    // server without header signing is refused.  A rejected context is a value, not an error.
    Result<ContextResult> bind(const Interface& interface,
                               std::unique_ptr<SecurityContext> security);
    // One more interface under the same security.
    Result<ContextResult> add_context(std::uint16_t id, const Interface& interface);

    Result<Bytes> call(const Call& call);

    // True once octets of the latest call were handed to the network.
    [[nodiscard]] bool request_went_out() const { return request_went_out_; }
    // Of the latest call, when it ended with a fault.
    [[nodiscard]] FaultSaid fault_said() const { return fault_said_; }
    [[nodiscard]] std::string peer_address() const { return connection_->address(); }

  private:
    struct Received {
        PacketHeader header{};
        Bytes octets{};
    };

    Association(std::unique_ptr<Connection> connection, const Timeouts& timeouts)
        : connection_(std::move(connection)), timeouts_(timeouts) {}

    Result<Received> receive(Deadline deadline);
    // Sends one bind-like packet and reads its answer; `reply_token` gets the token in it.
    Result<BindAck> exchange(BindPacket packet, Bytes* reply_token);
    Result<ContextResult> bind_securely(const BindPacket& first);
    Done send_request(const Call& call, Deadline deadline);
    Result<Bytes> receive_reply(const Call& call, Deadline deadline);
    // Opens the packet in place and checks that it repeats our trailer.
    Done open_sealed(Received& received);

    std::unique_ptr<Connection> connection_;
    Timeouts timeouts_;
    std::unique_ptr<SecurityContext> security_{};
    std::size_t token_size_ = 0;
    std::size_t send_limit_ = kMaxFragment;
    std::uint32_t group_ = 0;
    std::uint32_t call_id_ = 0;
    bool header_signing_ = false;
    bool request_went_out_ = false;
    FaultSaid fault_said_ = FaultSaid::nothing;
};

}  // namespace ae::ca
