// One DCE/RPC connection to one host: security, presentation contexts and calls, one at a time
// ([C706] 12, [MS-RPCE] 3.3).  Blocks; one thread.  After any error except a fault it is useless.
//
// Errors: kServerUnavailable while nothing of the call was sent, kCallFailed once something was and
// no answer came; kTimeout where a connection or a bind overran its time; kOperationAborted when
// `stop` was asked for, whatever had gone out (request_went_out()); the mapped code of a fault or
// bind_nak (fault.h); kInvalidData for replies that break a rule; the security context's own.
#pragma once

#include "ca-client/rpc/connection.h"
#include "ca-client/rpc/fault.h"
#include "ca-client/rpc/security_context.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace ae::ca {

struct Timeouts {
    std::chrono::milliseconds connect = std::chrono::seconds(10);  // per address
    std::chrono::milliseconds leg = std::chrono::seconds(30);      // of bind and security exchange
    std::chrono::milliseconds call = std::chrono::seconds(60);
    std::chrono::milliseconds request = std::chrono::seconds(300);  // the CA may ask its own DC
    // For the answer to a request that went out, when the run is to end: without it, the CA may
    // have issued a certificate that nobody holds.
    std::chrono::milliseconds after_stop = std::chrono::seconds(10);
};

struct Call {
    std::uint16_t context_id = 0;
    std::uint16_t opnum = 0;
    std::optional<Guid> object{};
    ByteView stub{};
    std::chrono::milliseconds timeout{};
    std::chrono::milliseconds after_stop{};  // for its answer
};

// Of a step of the security exchange that overran its time.  All that the Kerberos library waits
// for is a domain controller, so another CA would cost as much: kTimeout becomes kNoKdc.
Error no_kdc_when_late(Error error);

// What was waited for: a connection counts as a round trip too.
struct WireCost {
    unsigned connections = 0;
    unsigned round_trips = 0;

    WireCost& operator+=(const WireCost& other) {
        connections += other.connections;
        round_trips += other.round_trips;
        return *this;
    }
    bool operator==(const WireCost&) const = default;
};

class Association {
  public:
    static Result<Association> connect(const std::string& host, std::uint16_t port,
                                       const Timeouts& timeouts, std::stop_token stop = {});

    // First of all, once: `interface` becomes context 0.  With `security` every call is sealed; a
    // server without header signing is refused.  A rejected context is a value, not an error.
    Result<ContextResult> bind(const Interface& interface,
                               std::unique_ptr<SecurityContext> security);
    // One more interface under the same security, within `limit` or the time of a leg.
    Result<ContextResult> add_context(std::uint16_t id, const Interface& interface,
                                      std::optional<std::chrono::milliseconds> limit = {});

    Result<Bytes> call(const Call& call);

    // True once octets of the latest call were handed to the network.
    [[nodiscard]] bool request_went_out() const { return request_went_out_; }
    // Of the latest call, when it ended with a fault.
    [[nodiscard]] FaultSaid fault_said() const { return fault_said_; }
    // The latest call overran its time.
    [[nodiscard]] bool ran_late() const { return ran_late_; }
    // No error but faults so far.
    [[nodiscard]] bool usable() const { return usable_; }
    // Usable, and the server has neither hung up nor sent anything since the latest answer.
    [[nodiscard]] bool ready() { return usable_ && connection_->quiet(); }
    [[nodiscard]] const WireCost& cost() const { return cost_; }
    [[nodiscard]] std::string peer_address() const { return connection_->address(); }

  private:
    struct Received {
        PacketHeader header{};
        Bytes octets{};
    };

    Association(std::unique_ptr<Connection> connection, const Timeouts& timeouts,
                std::stop_token stop)
        : connection_(std::move(connection)), timeouts_(timeouts), stop_(std::move(stop)) {}

    Result<Received> receive(Deadline deadline);
    // Sends one bind-like packet and reads its answer; `reply_token` gets the token in it.
    Result<BindAck> exchange(BindPacket packet, Bytes* reply_token,
                             std::chrono::milliseconds limit);
    Result<BindAck> read_bind_answer(const BindPacket& packet, Bytes* reply_token,
                                     Deadline deadline);
    Result<ContextResult> bind_securely(const BindPacket& first);
    Result<SecurityContext::Leg> step(Bytes received);
    // The server's words about itself in its first answer.
    Done take_terms(const BindAck& ack);
    Result<std::vector<Bytes>> seal_request(const Call& call);
    Done send_request(const Call& call, Deadline deadline);
    Result<Bytes> receive_reply(const Call& call, Deadline deadline);
    // Opens the packet in place and checks that it repeats our trailer.
    Done open_sealed(Received& received);
    Error error_of_answered_fault(const Packet& packet);
    // The connection failed: once the call went out, the server may have acted on it.
    tl::unexpected<Error> unanswered(Error error);

    std::unique_ptr<Connection> connection_;
    Timeouts timeouts_;
    std::stop_token stop_;
    // Shared with a step that was left behind, and no longer used from here then.
    std::shared_ptr<SecurityContext> security_{};
    std::size_t token_size_ = 0;
    std::size_t send_limit_ = kMaxFragment;
    std::uint32_t group_ = 0;
    std::uint32_t call_id_ = 0;
    bool header_signing_ = false;
    bool request_went_out_ = false;
    bool ran_late_ = false;
    bool faulted_ = false;
    bool usable_ = true;
    FaultSaid fault_said_ = FaultSaid::nothing;
    WireCost cost_{.connections = 1, .round_trips = 1};
};

}  // namespace ae::ca
