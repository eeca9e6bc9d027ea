// CMS SignedData: reading and verifying what clients send, composing what the CA answers (RFC 5652
// 5).
//
// Own code instead of OpenSSL's CMS_*: CMC first signers have no certificate at all, only a subject
// key identifier ([MS-WCCE] 3.1.1.4.3.1.3), and OpenSSL verifies certificates, not keys.
// Errors: ParseError for the format; a wrong signature is a false result.
#pragma once

#include "tests/lab/ca/der.h"
#include "tests/lab/ca/handles.h"

#include <optional>

namespace ae::labca {

inline constexpr std::string_view kOidData = "1.2.840.113549.1.7.1";
inline constexpr std::string_view kOidSignedData = "1.2.840.113549.1.7.2";
inline constexpr std::string_view kOidPkiData = "1.3.6.1.5.5.7.12.2";
inline constexpr std::string_view kOidPkiResponse = "1.3.6.1.5.5.7.12.3";

struct Attribute {
    std::string oid{};
    std::vector<Bytes> values{};  // whole elements
};
std::vector<Attribute> read_attributes(View content_of_set);

struct SignerInfo {
    Bytes key_identifier{};  // either this
    Bytes issuer{};          // or these two: Name element, INTEGER element
    Bytes serial{};
    std::string digest_oid{};
    std::string signature_oid{};
    Bytes signed_attributes{};  // content of [0], empty when absent
    Bytes signature{};
    std::vector<Attribute> unsigned_attributes{};
};

struct SignedData {
    std::string content_type{};
    Bytes content{};
    std::vector<Bytes> certificates{};
    std::vector<SignerInfo> signers{};
};

bool is_signed_data(View message);
SignedData read_signed_data(View message);
// The certificate of the bag that the signer names by issuer and serial number.
std::optional<Bytes> certificate_of(const SignedData& data, const SignerInfo& signer);
bool verify_signer(const SignedData& data, const SignerInfo& signer, EVP_PKEY* key);

// SignedData with certificates only, content type data, no signers ([MS-WCCE] 3.2.1.4.2.1.4.8.1).
Bytes degenerate_signed_data(const std::vector<Bytes>& certificates,
                             const std::vector<Bytes>& crls = {});
// SignedData version 3 over `content`, SHA-256, one signer by issuer and serial number.
Bytes sign_data(std::string_view content_type, View content, const std::vector<Bytes>& bag,
                X509* signer, EVP_PKEY* key);

// Helpers that others need too.
UniqueX509 parse_certificate(View der);  // ParseError
Bytes encode_certificate(X509* certificate);
Bytes digest(const EVP_MD* algorithm, View data);
const EVP_MD* digest_by_oid(std::string_view oid);  // null when unknown

}  // namespace ae::labca
