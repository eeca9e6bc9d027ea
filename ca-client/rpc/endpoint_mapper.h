// Where an interface listens: ept_map of the endpoint mapper on port 135 ([C706] appendix O,
// [MS-RPCE] 2.2.1.2) and the protocol towers in it ([C706] appendix L), for ncacn_ip_tcp only.
// Stubs in, values out; pure.
// Not for: addresses.  A mapper speaks for its own host ([MS-RPCE] 3.1.3.5.3), so whoever asks
// dials the host that it asked, and takes nothing but a port from the answer.
// Errors: kInvalidData; kEndpointNotRegistered; the mapper's own status.
#pragma once

#include "ca-client/rpc/interfaces.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ae::ca {

inline constexpr std::uint16_t kEndpointMapperPort = 135;
inline constexpr Hresult kEndpointNotRegistered = hresult(0x800706D9);

// The interface over NDR over TCP over IPv4, port and address left open: the tower that asks.
Bytes encode_tower(const Interface& wanted);
// The port of a tower as above.  Nothing: it leads elsewhere (another interface or protocol).
Result<std::optional<std::uint16_t>> decode_tower(ByteView octets, const Interface& wanted);

Bytes encode_ept_map(const Interface& wanted);
struct MappedEndpoints {
    std::vector<std::uint16_t> ports{};  // in the mapper's order, none twice, not empty
    Bytes handle{};  // to be given back by encode_ept_lookup_handle_free(); empty: nothing is held
};
Result<MappedEndpoints> decode_ept_map(ByteView stub, const Interface& wanted);

// Its answer tells nothing that matters.
Bytes encode_ept_lookup_handle_free(ByteView handle);

}  // namespace ae::ca
