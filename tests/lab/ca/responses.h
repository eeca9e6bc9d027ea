// The two response forms: PKCS #7 chain and full CMC response ([MS-WCCE] 3.2.1.4.2.1.4.8).
#pragma once

#include "tests/lab/ca/cms_signed.h"

#include <ctime>

namespace ae::labca {

enum class CmcStatus : std::uint32_t { success = 0, failed = 2, pending = 3 };  // RFC 2797 5.1.1

struct CmcResponse {
    CmcStatus status = CmcStatus::success;
    std::uint32_t body_part = 1;  // the request that is answered
    std::string text{};
    std::uint32_t request_id = 0;  // the pend token
    std::time_t now = 0;
    std::optional<Bytes> leaf_hash{};      // attribute 21.17
    std::optional<Bytes> archived_hash{};  // attribute 21.21
};
Bytes response_body(const CmcResponse& response);  // PKIResponse (RFC 2797 3.2)
Bytes full_response(const CmcResponse& response, const std::vector<Bytes>& bag, X509* ca,
                    EVP_PKEY* ca_key);

}  // namespace ae::labca
