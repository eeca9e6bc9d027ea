// The private key that a request hands over for archival ([MS-WCCE] 3.1.1.4.3.6, 2.2.2.9.1): opened
// with the CA's exchange key and compared with the request.  Nothing of it is kept.
// Errors: HresultError 0x8009400C when it cannot be opened, is not one RSA private key BLOB, or
// belongs to another public key.
#pragma once

#include "tests/lab/ca/hierarchy.h"

namespace ae::labca {

void check_archived_key(View enveloped, const CaIdentity& ca, EVP_PKEY* requested);

}  // namespace ae::labca
