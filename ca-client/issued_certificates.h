// The certificates inside an answer of a certification authority ([MS-WCCE] 3.2.1.4.2.1.4.8).
// Not for: signatures, status or any other content of the answer (full_response.h).  Pure, any
// thread.
#pragma once

#include "ca-client/cms/signed_data_reader.h"

#include <vector>

namespace ae::ca {

// Reads the bag of a PKCS #7 or CMS SignedData, degenerate or signed (RFC 5652 5.1), in its order;
// it may be empty.  Each result is one element that looks like a certificate, no more is checked.
// Error kInvalidData: no SignedData, octets behind it, or more than kMaxCertificates.
Result<std::vector<Bytes>> certificates_of_signed_data(ByteView cms);

}  // namespace ae::ca
