#include "engine/chain_code.h"

namespace ae::engine {
namespace {

constexpr Hresult kExpired = hresult(0x800B0101);        // CERT_E_EXPIRED
constexpr Hresult kUntrustedRoot = hresult(0x800B0109);  // CERT_E_UNTRUSTEDROOT
constexpr Hresult kChaining = hresult(0x800B010A);       // CERT_E_CHAINING
constexpr Hresult kRevoked = hresult(0x800B010C);        // CERT_E_REVOKED

}  // namespace

Hresult code_of(ChainState state) {
    switch (state) {
        case ChainState::revoked:
            return kRevoked;
        case ChainState::expired:
            return kExpired;
        case ChainState::untrusted:
            return kUntrustedRoot;
        case ChainState::valid:
        case ChainState::malformed:
            break;
    }
    return kChaining;
}

}  // namespace ae::engine
