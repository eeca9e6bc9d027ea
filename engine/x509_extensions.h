// The list of extensions that certificates, lists of revoked certificates and OCSP messages share
// (RFC 5280 4.1, 5.1; RFC 6960 4.4).  What each of them means is the caller's business, critical
// ones included.  Views point into the caller's octets.  Errors: kInvalidData.  Pure, any thread.
#pragma once

#include "engine/base/der.h"

#include <string>
#include <vector>

namespace ae::engine {

struct Extension {
    std::string oid{};
    bool critical = false;
    ByteView value{};  // the content of its OCTET STRING
};

// `octets`: one whole SEQUENCE OF Extension.  RFC 5280 4.2: the same twice is an error.
Result<std::vector<Extension>> read_extension_list(ByteView octets);

// The content of the one SEQUENCE that `octets` are.
Result<der::Reader> whole_sequence(ByteView octets);

// The URIs among `names`, the content of a GeneralNames (RFC 5280 4.2.1.6), in their order.
Result<std::vector<std::string>> read_uris(ByteView names);

// CRLDistributionPoints (RFC 5280 4.2.1.13, 4.2.1.15): the URIs of those points that hold a list of
// every reason by the issuer itself; lists by others are no help (revocation.h).
Result<std::vector<std::string>> read_distribution_points(ByteView value);

// The keyIdentifier of an AuthorityKeyIdentifier (RFC 5280 4.2.1.1); empty: there is none.
Result<Bytes> read_authority_key(ByteView value);

}  // namespace ae::engine
