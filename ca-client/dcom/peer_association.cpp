#include "ca-client/dcom/peer_association.h"

#include "ca-client/rpc/fault.h"
#include "engine/base/hresult_table.h"

namespace ae::ca {

Result<BoundAssociation> open_association(const Peer& peer, const std::string& address,
                                          std::uint16_t port, const Interface& interface) {
    auto association = Association::connect(address, port, peer.timeouts, peer.stop);
    if (!association) {
        return pass(association);
    }
    auto security = bounded<std::unique_ptr<SecurityContext>>(
        "take the Kerberos credential", {deadline_in(peer.timeouts.leg), peer.stop},
        [create = peer.security,
         options = SecurityOptions{.mechanism = peer.mechanism,
                                   .target_host = peer.host,
                                   .credential_cache = peer.credential_cache}] {
            return create(options);
        });
    if (!security) {
        return fail(no_kdc_when_late(std::move(security.error())));
    }
    auto context = association->bind(interface, std::move(*security));
    if (!context) {
        return pass(context, "bind");
    }
    return BoundAssociation{std::move(*association), *context};
}

Error as_unavailable(Error error) {
    if (error.code == kCallFailed || error.code == kTimeout) {
        error.code = kServerUnavailable;
    }
    return error;
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
