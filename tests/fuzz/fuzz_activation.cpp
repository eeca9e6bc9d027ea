// Activation replies of a hostile server: what is accepted keeps the promises of activation.h.
#include "ca-client/dcom/activation.h"
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
    const auto queried = decode_query_interface(stub, 2);
    must_hold(!queried || queried->size() == 2, "every interface has a result");
    (void)decode_plain_result(stub);
    return 0;
}
