// Writes CMS EnvelopedData: octets that only the holder of one certificate's key can read
// (RFC 5652 6; key transport RSAES-PKCS1-v1_5 of RFC 3370 4.2.1, the only one that every CA knows).
// The key for the content is made here, used once, and wiped.
// Not for: key agreement, several recipients, reading.
// Errors: those of engine::Crypto; kNotSupported when the recipient's key is not RSA.
#pragma once

#include "ca-client/certificate_view.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"

namespace ae::ca::cms {

// ContentInfo with EnvelopedData.
Result<Bytes> enveloped_data(const CertificateView& recipient, engine::ContentCipher cipher,
                             ByteView content, engine::Crypto& crypto);

}  // namespace ae::ca::cms
