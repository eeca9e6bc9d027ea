#include "ca-client/dcom/object_exporter.h"
#include "ca-client/dcom/peer_association.h"
#include "ca-client/dcom/remote_object.h"
#include "ca-client/rpc/fault.h"
#include "engine/base/hresult_table.h"

namespace ae::ca {
namespace {

// Presentation contexts of the association to port 135.
constexpr std::uint16_t kScmContext = 0;
constexpr std::uint16_t kActivationContext = 1;
constexpr std::uint16_t kExporterContext = 2;

bool unknown_method_or_interface(const Error& error) {
    return error.code == hresult_of_fault(kFaultOperationRange) ||
           error.code == hresult_of_fault(kFaultUnknownInterface);
}

Result<Activation> create_instance(Association& association, const Peer& peer,
                                   const ActivationRequest& request) {
    const Bytes stub = encode_remote_create_instance(request);
    auto reply = association.call({.context_id = kScmContext,
                                   .opnum = opnum::kRemoteCreateInstance,
                                   .stub = stub,
                                   .timeout = peer.timeouts.call});
    if (!reply) {
        return pass(reply, "RemoteCreateInstance");
    }
    auto activation = decode_remote_create_instance(*reply, request);
    return activation ? std::move(activation) : pass(activation, "RemoteCreateInstance");
}

Result<Activation> remote_activation(Association& association, const Peer& peer,
                                     const ActivationRequest& request) {
    auto context = association.add_context(kActivationContext, iface::kActivation);
    if (!context) {
        return pass(context, "alter context");
    }
    if (auto accepted = require_accepted(*context, "IActivation"); !accepted) {
        return pass(accepted);
    }
    const Bytes stub = encode_remote_activation(request);
    auto reply = association.call({.context_id = kActivationContext,
                                   .opnum = opnum::kRemoteActivation,
                                   .stub = stub,
                                   .timeout = peer.timeouts.call});
    if (!reply) {
        return pass(reply, "RemoteActivation");
    }
    auto activation = decode_remote_activation(*reply, request);
    return activation ? std::move(activation) : pass(activation, "RemoteActivation");
}

// The older method is for servers that lack the newer one, never a way round a refusal.
Result<Activation> activate_either_way(BoundAssociation& bound, const Peer& peer,
                                       const ActivationRequest& request) {
    if (bound.context.result == 0) {
        auto activation = create_instance(bound.association, peer, request);
        if (activation || !unknown_method_or_interface(activation.error())) {
            return activation;
        }
    }
    return remote_activation(bound.association, peer, request);
}

Result<DualStringArray> resolve_oxid(Association& association, const Peer& peer,
                                     std::uint64_t oxid) {
    auto context = association.add_context(kExporterContext, iface::kObjectExporter);
    if (!context) {
        return pass(context, "alter context");
    }
    if (auto accepted = require_accepted(*context, "IObjectExporter"); !accepted) {
        return pass(accepted);
    }
    const Bytes stub = encode_resolve_oxid2(oxid);
    auto reply = association.call({.context_id = kExporterContext,
                                   .opnum = opnum::kResolveOxid2,
                                   .stub = stub,
                                   .timeout = peer.timeouts.call});
    if (!reply) {
        return pass(reply, "ResolveOxid2");
    }
    auto resolved = decode_resolve_oxid2(*reply);
    return resolved ? Result<DualStringArray>(std::move(resolved->bindings))
                    : pass(resolved, "ResolveOxid2");
}

Result<ActivatedObject> choose_interface(Activation activation, const Wanted& wanted) {
    const ActivatedInterface& better = activation.interfaces[0];
    const ActivatedInterface& other = activation.interfaces[1];
    ActivatedObject object;
    if (better.object) {
        object.chosen = wanted.better;
        object.ipid = better.object->ipid;
    } else if (better.result == kNoInterface && other.object) {
        object.chosen = wanted.fallback;
        object.ipid = other.object->ipid;
    } else {
        return fail(better.result, "the object does not have the interface");
    }
    object.activation = std::move(activation);
    return object;
}

Result<ActivatedObject> activate_on_mapper(const Peer& peer, const Wanted& wanted) {
    auto bound = open_association(peer, peer.host, peer.mapper_port, iface::kScmActivator);
    if (!bound) {
        return pass(bound);
    }
    Association& association = bound->association;
    auto activation = activate_either_way(
        *bound, peer,
        {wanted.causality, wanted.object_class, {wanted.better.uuid, wanted.fallback.uuid}});
    if (!activation) {
        return pass(activation);
    }
    auto object = choose_interface(std::move(*activation), wanted);
    if (!object) {
        return object;
    }
    const std::string address = association.peer_address();
    object->endpoints = tcp_endpoints(object->activation.bindings, peer.host, address);
    if (object->endpoints.empty()) {
        auto bindings = resolve_oxid(association, peer, object->activation.oxid);
        if (!bindings) {
            return pass(bindings);
        }
        object->endpoints = tcp_endpoints(*bindings, peer.host, address);
    }
    if (object->endpoints.empty()) {
        return fail(kInvalidData, "the object exporter names no TCP port");
    }
    object->cost = association.cost();
    return object;
}

}  // namespace

Result<ActivatedObject> activate(const Peer& peer, const Wanted& wanted) {
    auto object = activate_on_mapper(peer, wanted);
    if (!object) {
        return fail(
            as_unavailable(std::move(object.error()))
                .within("activate on " + peer.host + ':' + std::to_string(peer.mapper_port)));
    }
    return object;
}

}  // namespace ae::ca
