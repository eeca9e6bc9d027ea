#include "tests/lab/ca/rem_unknown.h"

#include "tests/lab/ca/uuids.h"

#include <algorithm>

namespace ae::labca {
namespace {

constexpr std::uint32_t kNoInterface = 0x80004002;
constexpr std::uint32_t kInvalidArgument = 0x80070057;
constexpr std::uint32_t kNotImplemented = 0x80004001;
constexpr std::uint32_t kDisconnected = 0x80010108;
constexpr std::uint32_t kMaxRefs = 1000;

}  // namespace

QueryInterfaceRequest read_query_interface(NdrReader& in) {
    QueryInterfaceRequest request;
    request.ipid = in.guid();
    request.refs = in.u32();
    const std::uint32_t count = in.u16();
    if (count == 0 || count > kMaxRefs) {
        throw ParseError("RemQueryInterface for no or too many interfaces");
    }
    in.conformance(count, 16);
    for (std::uint32_t i = 0; i < count; ++i) {
        request.iids.push_back(in.guid());
    }
    return request;
}

Bytes write_query_interface_reply(const std::vector<RemQiResult>& results, std::uint32_t hresult) {
    NdrWriter out;
    write_orpc_that(out);
    out.pointer(!results.empty());
    if (!results.empty()) {
        out.u32(static_cast<std::uint32_t>(results.size()));
        for (const RemQiResult& result : results) {
            out.align(8);
            out.u32(result.hresult);
            write_std_obj_ref(out, result.ref);
        }
    }
    out.u32(hresult);
    return out.release();
}

std::vector<InterfaceRef> read_interface_refs(NdrReader& in) {
    const std::uint32_t count = in.u16();
    if (count > kMaxRefs) {
        throw ParseError("too many references in one call");
    }
    in.conformance(count, 24);
    std::vector<InterfaceRef> refs;
    for (std::uint32_t i = 0; i < count; ++i) {
        InterfaceRef ref;
        ref.ipid = in.guid();
        ref.public_refs = in.u32();
        ref.private_refs = in.u32();
        refs.push_back(ref);
    }
    return refs;
}

Bytes RemUnknown::call(const RpcCall& call, CallRecord& record) {
    constexpr std::array<const char*, 3> kNames{"RemQueryInterface", "RemAddRef", "RemRelease"};
    const bool known = call.opnum >= 3 && call.opnum < 3 + kNames.size();
    record.method = known ? kNames[call.opnum - 3U] : "unknown";
    require_privacy(call.caller, Anonymous::refused);
    if (call.interface_id == kIidRemUnknown2 && call.opnum == 6) {
        throw RpcFault(kNotImplemented, "RemQueryInterface2 is not offered", Executed::no);
    }
    if (!known) {
        throw RpcFault(0x1c010002, "procedure number out of range", Executed::no);
    }
    if (call.object != objects_.ipid_rem_unknown()) {
        throw RpcFault(kDisconnected, "not the IPID of this exporter's IRemUnknown", Executed::no);
    }
    NdrReader in(call.stub);
    read_orpc_this(in);
    if (call.opnum == 3) {
        return query_interface(in);
    }
    return call.opnum == 4 ? add_ref(in) : release(in);
}

Bytes RemUnknown::query_interface(NdrReader& in) {
    const QueryInterfaceRequest request = read_query_interface(in);
    const auto oid = objects_.object_of(request.ipid);
    if (!oid) {
        return write_query_interface_reply({}, kDisconnected);
    }
    std::vector<RemQiResult> results;
    std::size_t found = 0;
    for (const Guid& iid : request.iids) {
        const bool known = iid == kIidUnknown || iid == kIidCertRequestD ||
                           (iid == kIidCertRequestD2 && offers_d2_());
        const auto ref = known ? objects_.reference(*oid, iid, request.refs) : std::nullopt;
        results.push_back(ref ? RemQiResult{0, *ref} : RemQiResult{kNoInterface, {}});
        found += ref ? 1U : 0U;
    }
    // [MS-DCOM] 3.1.1.5.6.1.1: S_OK for all, S_FALSE for some, E_NOINTERFACE for none.
    const std::uint32_t overall = found == request.iids.size() ? 0 : found != 0 ? 1 : kNoInterface;
    return write_query_interface_reply(results, overall);
}

Bytes RemUnknown::add_ref(NdrReader& in) {
    const std::vector<InterfaceRef> refs = read_interface_refs(in);
    NdrWriter out;
    write_orpc_that(out);
    out.u32(static_cast<std::uint32_t>(refs.size()));
    bool all = true;
    for (const InterfaceRef& ref : refs) {
        const bool done = objects_.add_ref(ref.ipid, ref.public_refs + ref.private_refs);
        out.u32(done ? 0 : kInvalidArgument);
        all = all && done;
    }
    out.u32(all ? 0 : kInvalidArgument);
    return out.release();
}

Bytes RemUnknown::release(NdrReader& in) {
    bool all = true;
    for (const InterfaceRef& ref : read_interface_refs(in)) {
        all = objects_.release(ref.ipid, ref.public_refs + ref.private_refs) && all;
    }
    NdrWriter out;
    write_orpc_that(out);
    out.u32(all ? 0 : kInvalidArgument);
    return out.release();
}

}  // namespace ae::labca
