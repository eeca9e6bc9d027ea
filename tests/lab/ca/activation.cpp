#include "tests/lab/ca/activation.h"

#include "tests/lab/ca/uuids.h"

namespace ae::labca {
namespace {

constexpr std::uint32_t kMaxProperties = 10;
constexpr std::uint32_t kMaxInterfaces = 32;
constexpr std::size_t kMaxObjectName = 1024;

struct Property {
    Guid clsid{};
    View bytes{};
};

// [MS-DCOM] 2.2.22.2.1 CustomHeader, then the properties in its order.
std::vector<Property> split_properties(View blob) {
    NdrReader in(blob);
    const std::uint32_t total = in.u32();
    in.u32();
    const View all = in.take(in.left());
    if (total > all.size()) {
        throw ParseError("dwSize exceeds the activation blob");
    }
    NdrReader header(open_type1(all));
    const std::uint32_t total_again = header.u32();
    const std::uint32_t header_size = header.u32();
    header.u32();
    header.u32();  // destination context
    const std::uint32_t count = header.u32();
    header.guid();
    const bool has_ids = header.pointer();
    const bool has_sizes = header.pointer();
    header.pointer();
    if (total_again != total || count == 0 || count > kMaxProperties || !has_ids || !has_sizes ||
        header_size > total) {
        throw ParseError("the activation header contradicts itself");
    }
    std::vector<Property> properties(count);
    header.conformance(count, 16);
    for (Property& property : properties) {
        property.clsid = header.guid();
    }
    header.conformance(count, 4);
    NdrReader rest(all.first(total).subspan(header_size));
    for (Property& property : properties) {
        property.bytes = rest.take(header.u32());
    }
    if (rest.left() != 0) {
        throw ParseError("the sizes of the activation properties do not add up");
    }
    return properties;
}

void read_instantiation_info(View bytes, ActivationRequest& request) {
    NdrReader in(open_type1(bytes));
    request.clsid = in.guid();
    in.u32();  // class context
    in.u32();  // activation flags
    in.u32();  // surrogate
    const std::uint32_t count = in.u32();
    in.u32();  // instance flag
    const bool present = in.pointer();
    in.u32();  // this size
    in.u16();
    in.u16();
    if (count == 0 || count > kMaxInterfaces || !present) {
        throw ParseError("an activation that names no or too many interfaces");
    }
    in.conformance(count, 16);
    for (std::uint32_t i = 0; i < count; ++i) {
        request.iids.push_back(in.guid());
    }
}

void read_protseqs(NdrReader& in, std::uint32_t count, ActivationRequest& request) {
    in.conformance(count, 2);
    for (std::uint32_t i = 0; i < count; ++i) {
        request.protseqs.push_back(in.u16());
    }
}

void read_scm_request_info(View bytes, ActivationRequest& request) {
    NdrReader in(open_type1(bytes));
    in.pointer();
    if (!in.pointer()) {
        throw ParseError("ScmRequestInfo without the remote request");
    }
    in.u32();  // client impersonation level
    const std::uint32_t count = in.u16();
    if (!in.pointer()) {
        throw ParseError("ScmRequestInfo without protocol sequences");
    }
    read_protseqs(in, count, request);
}

Bytes props_out_info(const ActivationReply& reply) {
    NdrWriter out;
    const auto count = static_cast<std::uint32_t>(reply.interfaces.size());
    out.u32(count);
    for (int i = 0; i < 3; ++i) {
        out.pointer(true);
    }
    out.u32(count);
    for (const ActivatedInterface& one : reply.interfaces) {
        out.guid(one.iid);
    }
    out.u32(count);
    for (const ActivatedInterface& one : reply.interfaces) {
        out.u32(one.hresult);
    }
    out.u32(count);
    std::uint32_t index = 3;
    for (const ActivatedInterface& one : reply.interfaces) {
        if (one.hresult == 0) {
            out.referent(index);
        } else {
            out.u32(0);
        }
        ++index;
    }
    const DualStringArray resolver(reply.resolver);
    for (const ActivatedInterface& one : reply.interfaces) {
        if (one.hresult == 0) {
            write_interface_pointer(out, standard_obj_ref(one.iid, one.ref, resolver));
        }
    }
    return serialize_type1(out.bytes());
}

Bytes scm_reply_info(const ActivationReply& reply) {
    NdrWriter out;
    out.pointer(false);
    out.pointer(true);
    out.u64(reply.oxid);
    out.pointer(true);
    out.guid(reply.ipid_rem_unknown);
    out.u32(reply.authn_hint);
    out.u16(kComMajor);
    out.u16(kComMinor);
    DualStringArray(reply.exporter).write_pointee(out);
    return serialize_type1(out.bytes());
}

Bytes activation_blob(const ActivationReply& reply) {
    const std::array<Guid, 2> clsids{kClsidActivationPropertiesOut, kClsidScmReplyInfo};
    const std::array<Bytes, 2> properties{props_out_info(reply), scm_reply_info(reply)};
    const auto header_for = [&](std::uint32_t total, std::uint32_t header_size) {
        NdrWriter out;
        out.u32(total);
        out.u32(header_size);
        out.u32(0);
        out.u32(2);  // destination context: another machine
        out.u32(static_cast<std::uint32_t>(properties.size()));
        out.guid(Guid{});
        out.pointer(true);
        out.pointer(true);
        out.pointer(false);
        out.u32(static_cast<std::uint32_t>(clsids.size()));
        for (const Guid& clsid : clsids) {
            out.guid(clsid);
        }
        out.u32(static_cast<std::uint32_t>(properties.size()));
        for (const Bytes& property : properties) {
            out.u32(static_cast<std::uint32_t>(property.size()));
        }
        return serialize_type1(out.bytes());
    };
    const auto header_size = static_cast<std::uint32_t>(header_for(0, 0).size());
    const auto total =
        static_cast<std::uint32_t>(header_size + properties[0].size() + properties[1].size());
    NdrWriter out;
    out.u32(total);
    out.u32(0);
    out.raw(header_for(total, header_size));
    for (const Bytes& property : properties) {
        out.raw(property);
    }
    return out.release();
}

}  // namespace

ActivationRequest read_create_instance(NdrReader& in) {
    if (in.pointer()) {
        throw ParseError("aggregation (pUnkOuter) is not supported");
    }
    if (!in.pointer()) {
        throw ParseError("RemoteCreateInstance without activation properties");
    }
    const CustomObjRef ref = read_custom_obj_ref(read_interface_pointer(in));
    if (ref.iid != kIidActivationPropertiesIn || ref.clsid != kClsidActivationPropertiesIn) {
        throw ParseError("not an ActivationPropertiesIn object");
    }
    ActivationRequest request;
    for (const Property& property : split_properties(ref.blob)) {
        if (property.clsid == kClsidInstantiationInfo) {
            read_instantiation_info(property.bytes, request);
        } else if (property.clsid == kClsidScmRequestInfo) {
            read_scm_request_info(property.bytes, request);
        } else {
            open_type1(property.bytes);  // at least its frame has to be right
        }
    }
    if (request.iids.empty() || request.protseqs.empty()) {
        throw ParseError("InstantiationInfo or ScmRequestInfo is missing");
    }
    return request;
}

Bytes write_create_instance_reply(const std::optional<ActivationReply>& reply,
                                  std::uint32_t hresult) {
    NdrWriter out;
    write_orpc_that(out);
    out.pointer(reply.has_value());
    if (reply) {
        write_interface_pointer(
            out, custom_obj_ref(kIidActivationPropertiesOut, kClsidActivationPropertiesOut,
                                activation_blob(*reply)));
    }
    out.u32(hresult);
    return out.release();
}

ActivationRequest read_remote_activation(NdrReader& in) {
    ActivationRequest request;
    request.clsid = in.guid();
    in.unique_string(kMaxObjectName);
    if (in.pointer()) {
        read_interface_pointer(in);  // object storage: read, not used
    }
    in.u32();  // client impersonation level
    in.u32();  // mode
    const std::uint32_t count = in.u32();
    if (count == 0 || count > kMaxInterfaces || !in.pointer()) {
        throw ParseError("an activation that names no or too many interfaces");
    }
    in.conformance(count, 16);
    for (std::uint32_t i = 0; i < count; ++i) {
        request.iids.push_back(in.guid());
    }
    const std::uint32_t protseqs = in.u16();
    read_protseqs(in, protseqs, request);
    return request;
}

Bytes write_remote_activation_reply(const std::optional<ActivationReply>& reply,
                                    std::uint32_t hresult) {
    NdrWriter out;
    const ActivationReply none;
    const ActivationReply& what = reply ? *reply : none;
    write_orpc_that(out);
    out.u64(what.oxid);
    out.pointer(reply.has_value());
    if (reply) {
        DualStringArray(what.exporter).write_pointee(out);
    }
    out.guid(what.ipid_rem_unknown);
    out.u32(what.authn_hint);
    out.u16(kComMajor);
    out.u16(kComMinor);
    out.u32(hresult);
    const auto count = static_cast<std::uint32_t>(what.interfaces.size());
    out.u32(count);
    for (const ActivatedInterface& one : what.interfaces) {
        out.pointer(one.hresult == 0);
    }
    const DualStringArray resolver(what.resolver);
    for (const ActivatedInterface& one : what.interfaces) {
        if (one.hresult == 0) {
            write_interface_pointer(out, standard_obj_ref(one.iid, one.ref, resolver));
        }
    }
    out.u32(count);
    for (const ActivatedInterface& one : what.interfaces) {
        out.u32(one.hresult);
    }
    out.u32(0);  // error_status_t
    return out.release();
}

}  // namespace ae::labca
