#include "ca-client/dcom/activation.h"

#include "ca-client/dcom/activation_properties.h"
#include "engine/base/hresult_table.h"

#include <algorithm>

namespace ae::ca {
namespace {

constexpr std::uint32_t kLocalOrRemoteServer = 0x14;  // CLSCTX_LOCAL_SERVER | _REMOTE_SERVER
// What every client writes here; the security context decides what the server may really do.
constexpr std::uint32_t kClientImpersonationLevel = 2;

void write_guids(NdrWriter& out, const std::vector<Guid>& guids) {
    out.u32(static_cast<std::uint32_t>(guids.size()));
    for (const Guid& guid : guids) {
        out.uuid(guid);
    }
}

Bytes instantiation_info(const ActivationRequest& request, std::uint32_t own_size) {
    NdrWriter out;
    out.uuid(request.object_class);
    out.u32(kLocalOrRemoteServer);
    out.u32(0);  // actvflags
    out.u32(0);  // fIsSurrogate
    out.u32(static_cast<std::uint32_t>(request.interfaces.size()));
    out.u32(0);  // instFlag
    out.pointer();
    out.u32(own_size);
    out.u16(5);
    out.u16(7);
    write_guids(out, request.interfaces);
    return out.take();
}

Bytes instantiation_info(const ActivationRequest& request) {
    return instantiation_info(
        request, static_cast<std::uint32_t>(serialized_size(instantiation_info(request, 0))));
}

Bytes scm_request_info() {
    NdrWriter out;
    out.null();
    out.pointer();
    out.u32(kClientImpersonationLevel);
    out.u16(1);
    out.align(4);
    out.pointer();
    out.u32(1);
    out.u16(kTowerTcp);
    return out.take();
}

// PropertiesOutput, [MS-DCOM] 2.2.22.2.9.
std::vector<ActivatedInterface> read_properties_out(ByteView body, const ActivationRequest& request,
                                                    NdrReader& complaints) {
    NdrReader in(body);
    const std::uint32_t count = in.u32();
    in.require(count == request.interfaces.size(), "it answers another number of interfaces");
    const bool ids = in.pointer();
    const bool results = in.pointer();
    const bool pointers = in.pointer();
    in.require(ids && results && pointers, "a list of interfaces is missing");
    in.array_of(count, 16);
    for (const Guid& asked : request.interfaces) {
        in.require(in.uuid() == asked, "it answers another interface");
    }
    std::vector<ActivatedInterface> interfaces(request.interfaces.size());
    in.array_of(count, 4);
    for (ActivatedInterface& interface : interfaces) {
        interface.result = in.result();
    }
    in.array_of(count, 4);
    for (ActivatedInterface& interface : interfaces) {
        if (in.pointer()) {
            interface.object.emplace();
        }
        in.require(interface.object.has_value() == !failed(interface.result),
                   "an interface pointer contradicts its result");
    }
    for (std::size_t i = 0; i < interfaces.size() && in.ok(); ++i) {
        if (interfaces[i].object) {
            interfaces[i].object =
                read_interface_reference(read_interface_pointer(in), request.interfaces[i], in);
        }
    }
    complaints.adopt(in);
    return interfaces;
}

// ScmReplyInfoData, [MS-DCOM] 2.2.22.2.8.
void read_scm_reply(ByteView body, Activation& activation, NdrReader& complaints) {
    NdrReader in(body);
    const bool reserved = in.pointer();
    in.require(in.pointer(), "the exporter is not named");
    if (reserved) {
        in.u32();  // to be ignored
    }
    activation.oxid = in.u64();
    in.require(in.pointer(), "the exporter has no bindings");
    activation.remote_unknown = in.uuid();
    activation.level_hint = in.u32();
    in.u16();
    in.u16();
    activation.bindings = read_conformant_dual_strings(in);
    complaints.adopt(in);
}

// What both kinds of activation promise about their references.
void check_references(const Activation& activation, NdrReader& in) {
    in.require(activation.remote_unknown != Guid{}, "the exporter has no IRemUnknown");
    for (const ActivatedInterface& interface : activation.interfaces) {
        if (interface.object) {
            in.require(interface.object->oxid == activation.oxid,
                       "an interface belongs to another exporter");
            in.require(interface.object->ipid != Guid{}, "an interface has no identifier");
        }
    }
}

tl::unexpected<Error> refused(Hresult code) {
    return fail(code, "the server did not create the object");
}

const PropertyView* find(const std::vector<PropertyView>& properties, const Guid& wanted) {
    const auto found = std::ranges::find(properties, wanted, &PropertyView::property_class);
    return found == properties.end() ? nullptr : &*found;
}

}  // namespace

Bytes encode_remote_create_instance(const ActivationRequest& request) {
    const Bytes blob = encode_property_blob({
        {property_class::kInstantiationInfo, instantiation_info(request)},
        {property_class::kActivationContextInfo, Bytes(24)},
        {property_class::kServerLocationInfo, Bytes(16)},
        {property_class::kScmRequestInfo, scm_request_info()},
    });
    NdrWriter objref;
    write_custom_reference(objref, kIidPropertiesIn, property_class::kPropertiesIn, blob);
    const auto size = static_cast<std::uint32_t>(objref.size());

    NdrWriter out;
    write_orpc_this(out, request.causality, OrpcFlags::activation);
    out.null();  // pUnkOuter
    out.pointer();
    out.u32(size);
    out.u32(size);
    out.octets(objref.view());
    return out.take();
}

Bytes encode_remote_activation(const ActivationRequest& request) {
    NdrWriter out;
    write_orpc_this(out, request.causality);
    out.uuid(request.object_class);
    out.null();  // object name
    out.null();  // object storage
    out.u32(kClientImpersonationLevel);
    out.u32(0);  // mode
    out.u32(static_cast<std::uint32_t>(request.interfaces.size()));
    out.pointer();
    write_guids(out, request.interfaces);
    out.u16(1);
    out.u32(1);
    out.u16(kTowerTcp);
    return out.take();
}

Result<Activation> decode_remote_create_instance(ByteView stub, const ActivationRequest& request) {
    NdrReader in(stub);
    read_orpc_that(in);
    const bool present = in.pointer();
    const ByteView objref = present ? read_interface_pointer(in) : ByteView{};
    const Hresult result = in.result();
    if (!in.ok()) {
        return in.failure();
    }
    if (failed(result)) {
        return refused(result);
    }
    in.require(present, "it succeeds without activation properties");
    const ByteView blob =
        read_custom_reference(objref, kIidPropertiesOut, property_class::kPropertiesOut, in);
    const auto properties = decode_property_blob(blob, in);
    const PropertyView* out_info = find(properties, property_class::kPropsOutInfo);
    const PropertyView* reply_info = find(properties, property_class::kScmReplyInfo);
    if (!in.require(out_info != nullptr && reply_info != nullptr, "a property is missing")) {
        return in.failure();
    }
    Activation activation;
    activation.interfaces = read_properties_out(out_info->body, request, in);
    read_scm_reply(reply_info->body, activation, in);
    check_references(activation, in);
    if (!in.ok()) {
        return in.failure();
    }
    return activation;
}

Result<Activation> decode_remote_activation(ByteView stub, const ActivationRequest& request) {
    const auto count = static_cast<std::uint32_t>(request.interfaces.size());
    NdrReader in(stub);
    read_orpc_that(in);
    Activation activation;
    activation.oxid = in.u64();
    const bool bindings = in.pointer();
    if (bindings) {
        activation.bindings = read_conformant_dual_strings(in);
    }
    activation.remote_unknown = in.uuid();
    activation.level_hint = in.u32();
    in.u16();
    in.u16();
    const Hresult result = in.result();
    if (in.ok() && failed(result)) {
        return refused(result);
    }
    in.require(bindings, "the exporter has no bindings");
    activation.interfaces.resize(count);
    in.array_of(count, 4);
    for (ActivatedInterface& interface : activation.interfaces) {
        if (in.pointer()) {
            interface.object.emplace();
        }
    }
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        if (activation.interfaces[i].object) {
            activation.interfaces[i].object =
                read_interface_reference(read_interface_pointer(in), request.interfaces[i], in);
        }
    }
    in.array_of(count, 4);
    for (ActivatedInterface& interface : activation.interfaces) {
        interface.result = in.result();
        in.require(interface.object.has_value() == !failed(interface.result),
                   "an interface pointer contradicts its result");
    }
    const std::uint32_t status = in.u32();
    check_references(activation, in);
    if (!in.ok()) {
        return in.failure();
    }
    if (status != 0) {
        return refused(hresult(status < 0x10000 ? 0x80070000 + status : status));
    }
    return activation;
}

}  // namespace ae::ca
