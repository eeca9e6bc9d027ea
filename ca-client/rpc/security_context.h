// One authenticated, sealed conversation with one host.  Level is always packet privacy, with
// header signing and in DCE style; delegation is never granted ([MS-RPCE] 2.2.1.1.7-8, [MS-WCCE]
// 2.1). NTLM is not offered, neither by itself nor inside SPNEGO. One thread at a time, not
// always the same one. step() and creation talk to a KDC and block as long as the Kerberos
// library lets them: callers bound them (bounded_work.h).
// Errors: kTargetUnknown, kNoCredentials, kContextExpired, kNoKdc, kTimeSkew, kAccessDenied and
// kSecurityInternal, with the library's own text.
#pragma once

#include "ca-client/rpc/pdu.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace ae::ca {

// Values are RPC authentication types.
enum class Mechanism : std::uint8_t { spnego = 9, kerberos = 16 };

class SecurityContext {
  public:
    struct Leg {
        Bytes token{};  // empty: nothing to send
        bool complete = false;
    };

    virtual ~SecurityContext() = default;
    [[nodiscard]] virtual AuthTrailer trailer() const = 0;
    // The first leg takes an empty token.
    virtual Result<Leg> step(ByteView received) = 0;
    // The rest only after a complete leg.  Size of every token of ours:
    virtual Result<std::size_t> token_size() = 0;
    // Packets as encode_request() lays them out; their fragments in the order of the wire.
    virtual Done seal(std::span<std::uint8_t> packet) = 0;
    // A packet that decode_packet() accepted and that carries a token.
    virtual Done unseal(std::span<std::uint8_t> packet) = 0;
};

struct SecurityOptions {
    Mechanism mechanism = Mechanism::spnego;
    std::string target_host{};       // principal host/<target_host>, realm by referral
    std::string credential_cache{};  // "MEMORY:machine", "FILE:..."; empty: the default one
};
Result<std::unique_ptr<SecurityContext>> create_security_context(const SecurityOptions& options);
// That function, or a test's own.
using SecurityFactory =
    std::function<Result<std::unique_ptr<SecurityContext>>(const SecurityOptions&)>;

}  // namespace ae::ca
