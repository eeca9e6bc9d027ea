// Writes PKIData, the content of a full CMC request (RFC 2797 3.1, 5; [MS-WCCE] 2.2.2.6.3), with
// the two controls that Windows' CAs read and exactly one PKCS #10 request. Body parts: 1 the
// request, 2 its attributes, 3 the registration information.
// Not for: signing it (signed_data.h).
// Pure.
#pragma once

#include "engine/base/bytes.h"

#include <string>
#include <vector>

namespace ae::ca::cms {

struct PkiDataParts {
    ByteView request{};               // PKCS #10, whole
    std::vector<Bytes> attributes{};  // Attribute, whole: about the request; one at least
    std::string registration_info{};  // "Name=Value&..."; empty: no such control
};
Bytes pki_data(const PkiDataParts& parts);

}  // namespace ae::ca::cms
