// IObjectExporter on port 135 ([MS-DCOM] 3.1.2.5.1): which version and security a host speaks,
// where an object exporter listens, and keeping an object alive.  Stubs in, values out; pure.
#pragma once

#include "ca-client/rpc/dual_string.h"
#include "engine/base/result.h"

#include <vector>

namespace ae::ca {

// ServerAlive2 takes no parameters: its request stub is empty.
struct ServerAlive {
    std::uint16_t major = 0;
    std::uint16_t minor = 0;
    DualStringArray bindings{};
};
// Unauthenticated, so for diagnosis only: it never lowers the security that is asked for.
Result<ServerAlive> decode_server_alive2(ByteView stub);

Bytes encode_resolve_oxid2(std::uint64_t oxid);
struct ResolvedOxid {
    DualStringArray bindings{};
    Guid remote_unknown{};
};
Result<ResolvedOxid> decode_resolve_oxid2(ByteView stub);

// Only for an object that must outlive three ping periods of 120 s.  `set` 0 asks for a new set.
Bytes encode_complex_ping(std::uint64_t set, std::uint16_t sequence,
                          const std::vector<std::uint64_t>& added);

}  // namespace ae::ca
