// The PKCS #10 part of a request (RFC 2986, [MS-WCCE] 2.2.2.6.1).  See request_parser.h for errors.
#pragma once

#include "tests/lab/ca/request_parser.h"

namespace ae::labca {

// A null signature (algorithm = a digest, value = that digest) is legal inside CMS and CMC only
// ([MS-WCCE] 2.2.2.6.5).
enum class NullSignature { refused, allowed };
void read_pkcs10(View der, NullSignature null_signature, CertificateRequest& request);

void read_extensions(View extensions_element, CertificateRequest& request);
void add_attribute(CertificateRequest& request, std::string_view name, std::string_view value);

[[noreturn]] void refuse(std::uint32_t hresult, const std::string& text);

}  // namespace ae::labca
