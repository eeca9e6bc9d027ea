#include "ca-client/dcom/object_exporter.h"

#include "ca-client/rpc/fault.h"
#include "ca-client/rpc/interfaces.h"

namespace ae::ca {

Result<ServerAlive> decode_server_alive2(ByteView stub) {
    NdrReader in(stub);
    ServerAlive alive;
    alive.major = in.u16();
    alive.minor = in.u16();
    if (in.pointer()) {
        alive.bindings = read_conformant_dual_strings(in);
    }
    in.u32();  // reserved
    const std::uint32_t status = in.u32();
    if (!in.ok()) {
        return in.failure();
    }
    if (status != 0) {
        return fail(hresult_of_fault(status), "the server did not answer ServerAlive2");
    }
    return alive;
}

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

Bytes encode_complex_ping(std::uint64_t set, std::uint16_t sequence,
                          const std::vector<std::uint64_t>& added) {
    NdrWriter out;
    out.u64(set);
    out.u16(sequence);
    out.u16(static_cast<std::uint16_t>(added.size()));
    out.u16(0);  // none removed
    out.pointer();
    out.u32(static_cast<std::uint32_t>(added.size()));
    for (const std::uint64_t oid : added) {
        out.u64(oid);
    }
    out.null();
    return out.take();
}

}  // namespace ae::ca
