// Writes CMS SignedData around a request (RFC 5652 5), with any number of signers.
//
// A signer is named by the identifier of a key that has no certificate yet (version 3), or by
// issuer and serial number of its certificate (version 1).  There are signed attributes,
// contentType and messageDigest, where RFC 5652 5.3 demands them: around anything but plain data.
// Deviation from DER: the signers stand in the order given and not sorted, because [MS-WCCE]
// 3.1.1.4.3.1.3 and 3.1.1.4.3.2.2 say who is the first.
// Not for: reading (signed_data_reader.h), counter signatures, CRLs.
// Errors: the key's own when it does not sign.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/ports.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ae::ca::cms {

inline constexpr std::string_view kData = "1.2.840.113549.1.7.1";
inline constexpr std::string_view kPkiData = "1.3.6.1.5.5.7.12.2";

// ContentInfo ::= SEQUENCE { contentType, [0] EXPLICIT content }
Bytes content_info(std::string_view type, ByteView content);

// IssuerAndSerialNumber, whole.
Bytes issuer_and_serial(ByteView issuer, ByteView serial_number);

struct KeyIdentifier {
    Bytes octets{};
};
struct IssuerAndSerial {
    ByteView issuer{};         // Name
    ByteView serial_number{};  // INTEGER
};

// Who signs.  A key that does not sign (PrivateKey::signs) gives the digest instead of a signature.
struct SignerPlan {
    std::variant<KeyIdentifier, IssuerAndSerial> id{};
    engine::PrivateKey& key;
    engine::SignatureScheme scheme;
    std::string_view step{};                   // "sign with the new key": for the key's own error
    std::vector<Bytes> unsigned_attributes{};  // Attribute, whole
};

struct SignedContent {
    std::string_view type{};  // OID
    ByteView octets{};
    std::vector<ByteView> certificates{};  // whole
};

// ContentInfo with SignedData.
Result<Bytes> signed_data(const SignedContent& content, const std::vector<SignerPlan>& signers,
                          engine::Crypto& crypto);

}  // namespace ae::ca::cms
