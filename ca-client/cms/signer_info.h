// Who signed a full CMC answer, and how (RFC 5652 5.3; [MS-WCCE] 3.2.1.4.2.1.4.8.2).
// Not for: whether the signature is good.  Pure, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/full_response.h"

#include <string_view>

namespace ae::ca {

inline constexpr std::string_view kPkiResponse = "1.3.6.1.5.5.7.12.3";  // RFC 2797 3.2

// Fills what is of the first signer.  `signers` is the content of the SET.  Error kInvalidData: no
// SignerInfo, one that is not named by issuer and serial number, one without signed attributes or
// whose signed attributes are not over kPkiResponse and a digest.
Done read_signer_info(ByteView signers, engine::FullResponse& response);

}  // namespace ae::ca
