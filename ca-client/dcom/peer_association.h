// Opens a sealed association to a peer, whichever port.  For the flows in this folder.
#pragma once

#include "ca-client/dcom/remote_object.h"

namespace ae::ca {

struct BoundAssociation {
    Association association;
    ContextResult context{};  // of `interface`
};
// `address` is what is dialled; the security principal is always the peer's host.  Errors as of
// Association; the Kerberos library gets the time of a leg for each of its steps.
Result<BoundAssociation> open_association(const Peer& peer, const std::string& address,
                                          std::uint16_t port, const Interface& interface);

// Where nothing was asked of anybody yet, a connection that was lost or fell silent is a server
// that is not there: kCallFailed and kTimeout become kServerUnavailable.
Error as_unavailable(Error error);

// A context that the server rejected, as an error.
Done require_accepted(const ContextResult& context, std::string_view interface_name);

}  // namespace ae::ca
