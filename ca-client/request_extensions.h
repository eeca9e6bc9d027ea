// The X.509 extensions that a request for a template carries ([MS-WCCE] 3.1.2.4.2.2).
// Pure but for `crypto`; same template and key, same octets.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"
#include "engine/template.h"

namespace ae::ca {

// Extensions ::= SEQUENCE OF Extension.  Criticality is exactly what pKICriticalExtensions says.
// `alternative_names`: whole GeneralNames that a renewal carries over; empty for none.
// Errors: kNotSupported for an unknown schema version, kInvalidData for a value that is no OID.
Result<Bytes> request_extensions(const engine::Template& wanted, ByteView public_key_info,
                                 ByteView alternative_names, engine::Crypto& crypto);

// RFC 5280 4.2.1.2 (1): SHA-1 of the key's bits.  Also how a signer without a certificate is named
// (RFC 2797 4.2).  kInvalidData: no SubjectPublicKeyInfo.
Result<Bytes> subject_key_identifier(ByteView public_key_info, engine::Crypto& crypto);

}  // namespace ae::ca
