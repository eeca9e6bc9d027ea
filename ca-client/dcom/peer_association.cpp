#include "ca-client/dcom/peer_association.h"

#include "ca-client/rpc/fault.h"

namespace ae::ca {

Result<BoundAssociation> open_association(const Peer& peer, const std::string& address,
                                          std::uint16_t port, const Interface& interface) {
    auto association = Association::connect(address, port, peer.timeouts);
    if (!association) {
        return pass(association);
    }
    auto security = create_security_context({.mechanism = peer.mechanism,
                                             .target_host = peer.host,
                                             .credential_cache = peer.credential_cache});
    if (!security) {
        return pass(security);
    }
    auto context = association->bind(interface, std::move(*security));
    if (!context) {
        return pass(context, "bind");
    }
    return BoundAssociation{std::move(*association), *context};
}

Done require_accepted(const ContextResult& context, std::string_view interface_name) {
    if (context.result == 0) {
        return done();
    }
    return fail(hresult_of_fault(kFaultUnknownInterface),
                "the server does not offer " + std::string(interface_name) + " (result " +
                    std::to_string(context.result) + ", reason " + std::to_string(context.reason) +
                    ")");
}

}  // namespace ae::ca
