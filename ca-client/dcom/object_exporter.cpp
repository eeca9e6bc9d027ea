#include "ca-client/dcom/object_exporter.h"

#include "ca-client/rpc/fault.h"
#include "ca-client/rpc/interfaces.h"

namespace ae::ca {

Bytes encode_resolve_oxid2(std::uint64_t oxid) {
    NdrWriter out;
    out.u64(oxid);
    out.u16(1);
    out.u32(1);
    out.u16(kTowerTcp);
    return out.take();
}

Result<ResolvedOxid> decode_resolve_oxid2(ByteView stub) {
    NdrReader in(stub);
    ResolvedOxid resolved;
    const bool present = in.pointer();
    if (present) {
        resolved.bindings = read_conformant_dual_strings(in);
    }
    resolved.remote_unknown = in.uuid();
    in.u32();  // authentication hint
    in.u16();
    in.u16();
    const std::uint32_t status = in.u32();
    if (!in.ok()) {
        return in.failure();
    }
    if (status != 0) {
        return fail(hresult_of_fault(status), "the server did not resolve its object exporter");
    }
    if (!in.require(present, "the exporter has no bindings")) {
        return in.failure();
    }
    return resolved;
}

}  // namespace ae::ca
