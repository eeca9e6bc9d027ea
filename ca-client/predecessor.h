// What a renewal takes from the certificate that it replaces ([MS-WCCE] 3.1.1.4.3.2.1,
// 3.1.2.4.2.2.2.10).  Whole elements, octet by octet, because an issuer that is written anew may
// differ from the one that the certification authority compares.
// Not for: judging the certificate; the engine has decided that it may be renewed.  Pure.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace ae::ca {

// Views into the certificate: keep that alive.
struct Predecessor {
    ByteView certificate{};
    ByteView serial_number{};      // INTEGER
    ByteView issuer{};             // Name
    ByteView subject{};            // Name
    ByteView public_key_info{};    // SubjectPublicKeyInfo
    ByteView alternative_names{};  // GeneralNames; empty when it has none
};

// Error kInvalidData: the octets are not one whole certificate.
Result<Predecessor> read_predecessor(ByteView certificate);

}  // namespace ae::ca
