// Activation replies of a hostile server: what is accepted keeps the promises of activation.h.
#include "ca-client/dcom/activation.h"
#include "ca-client/dcom/activation_properties.h"
#include "ca-client/dcom/rem_unknown.h"
#include "ca-client/rpc/interfaces.h"
#include "tests/fuzz/property.h"

using namespace ae;
using namespace ae::ca;
using fuzz::must_hold;

namespace {

void check(const Result<Activation>& activation) {
    if (!activation) {
        return;
    }
    bool kept = activation->interfaces.size() == 2 && activation->remote_unknown != Guid{};
    for (const ActivatedInterface& interface : activation->interfaces) {
        kept = kept && interface.object.has_value() == !failed(interface.result);
        kept = kept && (!interface.object || (interface.object->oxid == activation->oxid &&
                                              interface.object->ipid != Guid{}));
    }
    for (const Endpoint& endpoint : tcp_endpoints(activation->bindings, "a.b", "10.0.0.1")) {
        kept = kept && endpoint.port != 0 && !endpoint.host.empty();
    }
    must_hold(kept, "an accepted activation is consistent");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const ActivationRequest request{
        .object_class = kCertRequestClass,
        .interfaces = {iface::kCertRequestD2.uuid, iface::kCertRequestD.uuid}};
    const ByteView stub(data, size);
    check(decode_remote_create_instance(stub, request));
    check(decode_remote_activation(stub, request));
    (void)decode_plain_result(stub);
    // An OBJREF by itself.
    NdrReader complaints(stub);
    read_interface_reference(stub, iface::kCertRequestD.uuid, complaints);
    must_hold(!complaints.ok() || size >= 24 + 40 + 4, "an object reference is whole");
    const ByteView blob =
        read_custom_reference(stub, kIidPropertiesOut, property_class::kPropertiesOut, complaints);
    must_hold(blob.size() <= size, "the blob is a part of it");
    NdrReader parts(stub);
    std::size_t sum = 0;
    for (const PropertyView& one : decode_property_blob(stub, parts)) {
        sum += one.body.size();
    }
    must_hold(!parts.ok() || sum <= size, "properties do not overlap");
    return 0;
}
