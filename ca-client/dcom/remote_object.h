// A COM object on another host, from activation to release ([MS-DCOM] 3.1.2, 3.2.4).  Held for
// four minutes at most, so nobody pings: the server reclaims it after three ping periods of 120 s
// ([MS-DCOM] 3.1.2.6.1).  Blocks; one thread.
// Errors name host and step: "activate on ca1.corp.example.test:135: connect: connection refused".
// Until an object's own call goes out, nothing has been asked of it: kServerUnavailable stands for
// every lost connection.  call(): see association.h.
#pragma once

#include "ca-client/dcom/activation.h"
#include "ca-client/dcom/rem_unknown.h"
#include "ca-client/rpc/association.h"

#include <functional>
#include <string>
#include <string_view>

namespace ae::ca {

using Log = std::function<void(std::string_view)>;

struct Peer {
    std::string host{};  // dNSHostName: address and security principal both come from it alone
    Mechanism mechanism = Mechanism::spnego;
    std::string credential_cache{};
    Timeouts timeouts{};
    std::stop_token stop{};
    std::uint16_t mapper_port = 135;
    SecurityFactory security = create_security_context;
};

inline constexpr std::chrono::minutes kObjectLifetime{4};

// Two interfaces of one class: `better` is taken when the object has it, else `fallback`.
struct Wanted {
    Guid causality{};
    Guid object_class{};
    Interface better{};
    Interface fallback{};
};

struct ActivatedObject {
    Activation activation{};
    Interface chosen{};                 // the one that was taken
    Guid ipid{};                        // of that interface
    std::vector<Endpoint> endpoints{};  // of the exporter, best first; not empty
    WireCost cost{};                    // of the activation
};
Result<ActivatedObject> activate(const Peer& peer, const Wanted& wanted);

class RemoteObject {
  public:
    // Connects to the object's exporter.  kTimeout: something answered there, and then no more.
    static Result<RemoteObject> connect(const Peer& peer, const Guid& causality,
                                        const ActivatedObject& activated);

    Result<Bytes> call(std::uint16_t opnum, ByteView stub, std::chrono::milliseconds timeout,
                       std::chrono::milliseconds after_stop);
    // True once octets of the latest call were handed to the network.
    [[nodiscard]] bool request_went_out() const { return association_.request_went_out(); }
    [[nodiscard]] FaultSaid fault_said() const { return association_.fault_said(); }
    [[nodiscard]] bool ran_late() const { return association_.ran_late(); }
    [[nodiscard]] bool usable() const { return association_.usable(); }
    [[nodiscard]] bool ready() { return association_.ready(); }
    // From activation on.
    [[nodiscard]] WireCost cost() const;
    // Gives all references back, in `limit` per step; what fails here is logged and harms nobody.
    void release(std::chrono::milliseconds limit, const Log& log);

  private:
    RemoteObject(Association association, std::string where)
        : association_(std::move(association)), where_(std::move(where)) {}
    Result<Hresult> release_all(std::chrono::milliseconds limit);

    Association association_;
    std::string where_;  // "on ca1.corp.example.test:49700"
    Guid causality_{};
    Guid ipid_{};
    Guid remote_unknown_{};
    std::vector<ReleasedReference> references_{};
    WireCost activation_cost_{};
};

}  // namespace ae::ca
