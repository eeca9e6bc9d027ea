// CertServerRequest, the one method of ICertPassage ([MS-ICPR] 3.2.4.1.1): the older Request of
// ICertRequestD ([MS-WCCE] 3.2.1.4.2.1) without COM around it.  Stubs in, values out; pure.
// What it lacks: an answer as full CMC response, a search by serial number, properties of the CA.
// What an answer means: cert_request.h.
#pragma once

#include "ca-client/wcce/cert_request.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace ae::ca {

// Of `request` it leaves out what has no place here: causality, serial number, and the flag for a
// full response, which only Request2 takes ([MS-WCCE] 3.2.1.4.3.1.1).
Bytes encode_cert_server_request(const CertificateRequest& request);

// `full_response` gets pctbCert, the chain as plain CMS.  Error: kInvalidData.
Result<CertificateAnswer> decode_cert_server_request(ByteView stub);

}  // namespace ae::ca
