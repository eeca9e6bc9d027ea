// The full CMC answer of a certification authority, taken apart ([MS-WCCE] 3.2.1.4.2.1.4.8.2, RFC
// 2797 3.2, RFC 5652 5).  It is what `pctbFullResponse` holds when flag Y was set; without Y there
// is a plain bag of certificates (issued_certificates.h).
// Not for: whether it is true, signed or signed by the right one (engine/full_response_check.h).
// Deviation: the control 1.3.6.1.4.1.311.10.10.1 is read in the form that the specification says (a
// SET of attributes) and in the one that CAs send (three parts, as in a request).
// Pure, any thread.
#pragma once

#include "engine/ports.h"

namespace ae::ca {

inline constexpr std::size_t kMaxFullResponse = std::size_t{8} << 20;

// Error kInvalidData: other content than a CMC response, no or more than one status, no signer with
// signed attributes and issuer and serial number, one attribute twice, octets behind, or more than
// the bounds (kMaxCertificates, kMaxParts, kMaxFullResponse).
Result<engine::FullResponse> read_full_response(ByteView cms);

// The reply with what came as its full answer, which was asked for: `full`, and when a certificate
// was issued the others as `chain`; or `full_problem`.  None came, and none was issued: unchanged.
engine::CaReply with_full_response(engine::CaReply reply, ByteView cms);

}  // namespace ae::ca
