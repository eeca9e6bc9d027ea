// The outermost layer of a CMS or PKCS #7 SignedData (RFC 5652 3, 5.1).
// Not for: what is signed, by whom, and whether it verifies; writing one (signed_data.h). Pure,
// any thread.
#pragma once

#include "engine/base/der.h"

#include <vector>

namespace ae::ca {

inline constexpr std::size_t kMaxCertificates = 64;

// Views into the octets that were read.
struct SignedData {
    ByteView encapsulated{};               // content of encapContentInfo
    std::vector<ByteView> certificates{};  // whole elements that look like certificates, no more
    ByteView signers{};                    // content of the SET
};

// Degenerate or signed; the bag may be absent.  Error kInvalidData: no SignedData, octets behind
// it, or more than kMaxCertificates.
Result<SignedData> read_signed_data(ByteView cms);

}  // namespace ae::ca
