#include "ca-client/dcom/rem_unknown.h"

namespace ae::ca {

Bytes encode_release(const Guid& causality, const std::vector<ReleasedReference>& references) {
    NdrWriter out;
    write_orpc_this(out, causality);
    out.u16(static_cast<std::uint16_t>(references.size()));
    out.u32(static_cast<std::uint32_t>(references.size()));
    for (const ReleasedReference& reference : references) {
        out.uuid(reference.ipid);
        out.u32(reference.public_references);
        out.u32(0);  // private references: none was ever taken
    }
    return out.take();
}

Result<Hresult> decode_plain_result(ByteView stub) {
    NdrReader in(stub);
    read_orpc_that(in);
    const Hresult result = in.result();
    if (!in.ok()) {
        return in.failure();
    }
    return result;
}

}  // namespace ae::ca
