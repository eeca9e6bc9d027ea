#include "ca-client/dcom/rem_unknown.h"

namespace ae::ca {
namespace {

constexpr std::size_t kResultSize = 48;  // REMQIRESULT

}  // namespace

Bytes encode_query_interface(const QueryInterface& query) {
    NdrWriter out;
    write_orpc_this(out, query.causality);
    out.uuid(query.ipid);
    out.u32(query.references);
    out.u16(static_cast<std::uint16_t>(query.interfaces.size()));
    out.u32(static_cast<std::uint32_t>(query.interfaces.size()));
    for (const Guid& interface : query.interfaces) {
        out.uuid(interface);
    }
    return out.take();
}

Result<std::vector<QueriedInterface>> decode_query_interface(ByteView stub, std::size_t asked) {
    NdrReader in(stub);
    read_orpc_that(in);
    std::vector<QueriedInterface> results;
    const bool present = in.pointer();
    if (present && in.array_of(static_cast<std::uint32_t>(asked), kResultSize)) {
        for (std::size_t i = 0; i < asked; ++i) {
            in.align(8);
            QueriedInterface& entry = results.emplace_back();
            entry.result = in.result();
            entry.object = read_object_reference(in);
            in.require(failed(entry.result) || entry.object.ipid != Guid{},
                       "an interface has no identifier");
        }
    }
    const Hresult result = in.result();
    if (!in.ok()) {
        return in.failure();
    }
    if (failed(result)) {
        return fail(result, "the server did not hand out the interface");
    }
    if (!in.require(present, "it succeeds without results")) {
        return in.failure();
    }
    return results;
}

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
