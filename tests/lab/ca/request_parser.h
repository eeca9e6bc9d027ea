// Certificate requests: PKCS #10, CMS around PKCS #10, full CMC
// ([MS-WCCE] 2.2.2.6, 3.2.1.4.2.1.4.1).
//
// For: taking a request apart, checking its own signatures and its format against dwFlags.  Not
// for: judging it (enrollment_policy.h). Errors: HresultError with the code that the CA answers:
// 0x80091004 wrong format flag, 0x8009200E unsigned CMC, 0x8007000D malformed or two values in one
// attribute, 0x80090006 bad signature, 0x8009400E broken renewal.
#pragma once

#include "tests/lab/ca/cms_signed.h"

#include <map>

namespace ae::labca {

enum class RequestFormat { pkcs10, pkcs7, cmc };
std::string_view format_name(RequestFormat format);

struct RequestExtension {
    std::string oid{};
    bool critical = false;
    Bytes value{};  // the content of extnValue
};

struct TemplateVersion {  // extension 1.3.6.1.4.1.311.21.7
    std::string oid{};
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
};

struct CertificateRequest {
    RequestFormat format{};
    Bytes subject{};  // the Name element
    Bytes spki{};     // the SubjectPublicKeyInfo element
    UniqueKey key{};
    std::vector<RequestExtension> extensions{};
    std::map<std::string, std::string> attributes{};  // name (lower case) -> value
    std::optional<Bytes> renewal_certificate{};       // attribute 1.3.6.1.4.1.311.13.1
    bool signed_by_old_key = false;                   // the holder of that certificate signed
    std::vector<Bytes> authority_certificates{};      // of further signers, signatures verified
    std::optional<Bytes> archived_key{};              // 1.3.6.1.4.1.311.21.13, EnvelopedData
    std::optional<Bytes> archived_key_hash{};         // 1.3.6.1.4.1.311.21.21
    std::uint32_t body_part = 1;                      // of the request inside the CMC message

    const RequestExtension* extension(std::string_view oid) const;
    std::optional<TemplateVersion> template_version() const;
    std::optional<std::string> template_name() const;  // extension 1.3.6.1.4.1.311.20.2
};

// `flags` is dwFlags of the call; only the RequestType byte (0x0000FF00) is looked at.
CertificateRequest parse_request(View request, std::uint32_t flags);

// "Name:Value\n" lines of pwszAttributes; blanks and minus signs leave names, values are trimmed,
// malformed lines are ignored ([MS-WCCE] 3.2.1.4.2.1.2).  Names come back in lower case.
std::map<std::string, std::string> parse_attribute_lines(std::string_view text);

}  // namespace ae::labca
