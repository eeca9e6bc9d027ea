#include "ca-client/dcom/remote_object.h"

#include "ca-client/dcom/peer_association.h"
#include "engine/base/hresult_table.h"

#include <boost/asio/ip/address.hpp>

namespace ae::ca {
namespace {

// Presentation contexts of the association to the exporter.  The object's own interface is bound at
// once, so that its first call waits for one negotiation less; IRemUnknown is for the end.
constexpr std::uint16_t kObjectContext = 0;
constexpr std::uint16_t kRemUnknownContext = 1;

// The host's own name, and then some of the addresses that the server says it has.
constexpr std::size_t kMostDialled = 4;

bool is_address(const std::string& host) {
    boost::system::error_code error;
    boost::asio::ip::make_address(host, error);
    return !error;
}

std::string place(const std::string& address, std::uint16_t port) {
    return "on " + address + ':' + std::to_string(port);
}

// Our own name for the host first: what the server says about itself may be true only over there.
// The principal stays the same, so a wrong machine cannot pass for it.
std::vector<Endpoint> in_dialling_order(const Peer& peer, const std::vector<Endpoint>& endpoints) {
    std::vector<Endpoint> order = {{peer.host, endpoints.front().port}};
    for (const Endpoint& endpoint : endpoints) {
        if (is_address(endpoint.host) && order.size() < kMostDialled) {
            order.push_back(endpoint);
        }
    }
    return order;
}

struct Reached {
    BoundAssociation bound;
    std::string where;
};

Result<Reached> reach_exporter(const Peer& peer, const std::vector<Endpoint>& endpoints,
                               const Interface& interface) {
    std::optional<Error> first_error;
    for (const Endpoint& endpoint : in_dialling_order(peer, endpoints)) {
        std::string where = place(endpoint.host, endpoint.port);
        auto bound = open_association(peer, endpoint.host, endpoint.port, interface);
        if (bound) {
            return Reached{std::move(*bound), std::move(where)};
        }
        if (!first_error) {
            first_error = std::move(bound.error()).within("reach the object " + where);
        }
        if (first_error->code != kServerUnavailable) {
            break;  // the host answered, or its time is used up
        }
    }
    return fail(std::move(*first_error));
}

}  // namespace

Result<RemoteObject> RemoteObject::connect(const Peer& peer, const Guid& causality,
                                           const ActivatedObject& activated) {
    auto reached = reach_exporter(peer, activated.endpoints, activated.chosen);
    if (!reached) {
        return pass(reached);
    }
    if (auto accepted = require_accepted(reached->bound.context, "the object's interface");
        !accepted) {
        return pass(accepted, "reach the object " + reached->where);
    }
    RemoteObject object(std::move(reached->bound.association), std::move(reached->where));
    object.causality_ = causality;
    object.ipid_ = activated.ipid;
    object.remote_unknown_ = activated.activation.remote_unknown;
    object.activation_cost_ = activated.cost;
    for (const ActivatedInterface& interface : activated.activation.interfaces) {
        if (interface.object) {
            object.references_.push_back(
                {interface.object->ipid, interface.object->public_references});
        }
    }
    return object;
}

Result<Bytes> RemoteObject::call(std::uint16_t opnum, ByteView stub,
                                 std::chrono::milliseconds timeout,
                                 std::chrono::milliseconds after_stop) {
    auto reply = association_.call({.context_id = kObjectContext,
                                    .opnum = opnum,
                                    .object = ipid_,
                                    .stub = stub,
                                    .timeout = timeout,
                                    .after_stop = after_stop});
    return reply ? std::move(reply) : pass(reply, "call the object " + where_);
}

WireCost RemoteObject::cost() const {
    WireCost all = activation_cost_;
    return all += association_.cost();
}

Result<Hresult> RemoteObject::release_all(std::chrono::milliseconds limit) {
    auto context = association_.add_context(kRemUnknownContext, iface::kRemUnknown, limit);
    if (!context) {
        return pass(context, "alter context");
    }
    if (auto accepted = require_accepted(*context, "IRemUnknown"); !accepted) {
        return pass(accepted);
    }
    const Bytes stub = encode_release(causality_, references_);
    auto reply = association_.call({.context_id = kRemUnknownContext,
                                    .opnum = opnum::kRemRelease,
                                    .object = remote_unknown_,
                                    .stub = stub,
                                    .timeout = limit});
    return reply ? decode_plain_result(*reply) : Result<Hresult>(pass(reply));
}

void RemoteObject::release(std::chrono::milliseconds limit, const Log& log) {
    const auto result = release_all(limit);
    if (log && !result) {
        log("release the object " + where_ + ": " + result.error().sentence());
    } else if (log && failed(*result)) {
        log("release the object " + where_ + ": " + describe(*result));
    }
}

}  // namespace ae::ca
