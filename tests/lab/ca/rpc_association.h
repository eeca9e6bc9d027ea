// One DCE/RPC association: presentation contexts, security legs, fragments ([C706] 12,
// [MS-RPCE] 3.3.2).
//
// For: turning received PDUs into calls of an RpcService and its answers into PDUs.  No sockets
// in here, so unit tests drive it with bytes. Security: calls arrive with the level at which they
// came.  Only level 6 (PKT_PRIVACY) is unwrapped; at any other level the stub is handed over
// unverified and the service refuses the call.
// Errors: ProtocolError ends the connection; everything else is answered with a fault. Threads:
// one association belongs to one thread.
#pragma once

#include "tests/lab/ca/faults.h"
#include "tests/lab/ca/pdu.h"

#include <map>
#include <memory>
#include <optional>

namespace ae::labca {

struct ProtocolError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
// Thrown by a service that wants the connection to end without an answer (fault drop-reply).
struct DropConnection : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Caller {
    std::optional<std::string> principal{};
    std::vector<std::string> sids{};  // the account's own SID first
    std::uint32_t account_control = 0;
    std::uint8_t auth_type = 0;  // 0: the call carries no security
    std::uint8_t auth_level = 0;
    bool header_signing = false;
};

struct RpcCall {
    Guid interface_id{};
    std::uint16_t opnum = 0;
    std::optional<Guid> object{};
    View stub{};
    const Caller& caller;
};

class RpcService {
  public:
    virtual ~RpcService() = default;
    virtual bool serves(const Syntax& abstract) const = 0;
    // The reply stub.  Throws RpcFault, ParseError (becomes fault 0x6f7), DropConnection.
    virtual Bytes call(const RpcCall& call) = 0;
    // What shall go wrong with the answer to this call.
    virtual WireFaults faults_of(const RpcCall& /*call*/) const { return {}; }
    // Says nothing from the bind on.
    virtual bool deaf() const { return false; }
};

// One security context of one association (gss_acceptor.h).
class SecurityContext {
  public:
    virtual ~SecurityContext() = default;
    struct Step {
        Bytes token{};
        bool complete = false;
    };
    virtual Step accept(View token) = 0;  // throws HresultError when the client is refused
    virtual Caller caller() const = 0;    // once complete: principal, SIDs
    virtual std::size_t token_size(std::size_t data_size, bool header_signing) = 0;
    // Both work in place on a whole PDU: header [0,header_size), data, trailer at `trailer_offset`.
    virtual void unwrap(Bytes& pdu, std::size_t header_size, std::size_t trailer_offset,
                        bool header_signing) = 0;
    virtual void wrap(Bytes& pdu, std::size_t header_size, std::size_t trailer_offset,
                      bool header_signing) = 0;
};

class SecurityProvider {
  public:
    virtual ~SecurityProvider() = default;
    // Null when the authentication type is not served.
    virtual std::unique_ptr<SecurityContext> start(std::uint8_t auth_type) = 0;
};

class ResponseWriter;

class Association {
  public:
    Association(RpcService& service, SecurityProvider* security, std::string sec_addr);
    ~Association();
    Association(const Association&) = delete;
    Association& operator=(const Association&) = delete;

    // One whole PDU in, the PDUs to send out.
    std::vector<Bytes> receive(Bytes pdu);
    // After those, until there is nothing: more PDUs of an answer that has no end.
    std::optional<Bytes> more();
    // How to send them.
    const WireFaults& delivery() const { return faults_; }

  private:
    struct Incoming {  // the call whose fragments are arriving
        std::uint32_t call_id = 0;
        RequestBody first{};
        Bytes stub{};
        std::uint8_t level = 0;
    };

    std::vector<Bytes> on_bind(View pdu, const PduHeader& header);
    void on_auth3(View pdu, const PduHeader& header);
    std::vector<Bytes> on_request(Bytes& pdu, const PduHeader& header);
    std::optional<AuthValue> accept_token(const SecTrailer& trailer);
    ContextResult judge(const PresentationContext& context);
    std::uint8_t open_fragment(Bytes& pdu, const PduHeader& header, const RequestBody& body,
                               Bytes& stub);
    std::vector<Bytes> run(const Incoming& incoming);
    std::vector<Bytes> respond(const Incoming& incoming, Bytes stub);

    RpcService& service_;
    SecurityProvider* security_;
    std::string sec_addr_;
    std::map<std::uint16_t, Guid> contexts_{};
    std::uint16_t send_limit_ = kMaxFragment;
    std::uint32_t assoc_group_ = 0;
    std::unique_ptr<SecurityContext> context_{};
    SecTrailer auth_{};  // type, level and id of the security context
    int legs_ = 0;
    bool bound_ = false;
    bool complete_ = false;
    bool header_signing_ = false;
    Caller caller_{};
    std::optional<Incoming> incoming_{};
    WireFaults faults_{};  // of the answer that goes out now
    std::unique_ptr<ResponseWriter> endless_{};
};

}  // namespace ae::labca
