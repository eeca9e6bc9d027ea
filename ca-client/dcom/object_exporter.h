// IObjectExporter on port 135 ([MS-DCOM] 3.1.2.5.1): where an object exporter listens.  Nobody
// pings: objects are given back within four minutes.  Stubs in, values out; pure.
#pragma once

#include "ca-client/rpc/dual_string.h"
#include "engine/base/result.h"

#include <vector>

namespace ae::ca {

Bytes encode_resolve_oxid2(std::uint64_t oxid);
struct ResolvedOxid {
    DualStringArray bindings{};
    Guid remote_unknown{};
};
Result<ResolvedOxid> decode_resolve_oxid2(ByteView stub);

}  // namespace ae::ca
