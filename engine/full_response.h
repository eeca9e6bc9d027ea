// A CA's full CMC answer, taken apart and not yet believed ([MS-WCCE] 3.2.1.4.2.1.4.8.2, RFC 2797).
// Not for: judging it (full_response_check.h); reading its octets (ca-client/full_response.h).
// A plain value; all of it is foreign.
#pragma once

#include "engine/base/bytes.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ae::engine {

// RFC 2797 5.1.2 CMCStatus; values are those of the wire, others may come.
namespace cmc_status {
inline constexpr std::int64_t kSuccess = 0;
inline constexpr std::int64_t kFailed = 2;
inline constexpr std::int64_t kPending = 3;
}  // namespace cmc_status

struct FullResponse {
    std::int64_t status = cmc_status::kFailed;
    std::string status_text{};  // UTF-8, for people only; empty: none
    // pendInfo: the id of the request.  The specification does not say how the number is written,
    // so nothing compares it.
    Bytes pending_token{};
    Bytes issued_hash{};                // 21.17, SHA-1 of the leaf; empty: none
    Bytes archived_key_hash{};          // 21.21; empty: none
    std::vector<Bytes> certificates{};  // DER
    // Of the first signer.
    Bytes signer_issuer{};         // whole Name
    std::string signer_serial{};   // as CertificateFacts::serial
    std::string digest_oid{};      // of message_digest
    std::string signature_oid{};   // how the signature was made, its parameters in the next
    Bytes signature_parameters{};  // whole element; empty: none
    Bytes signed_octets{};         // what the signature is over: SET OF signed attributes
    Bytes message_digest{};        // of the signed attributes
    Bytes content{};               // eContent: what `message_digest` is the digest of
    Bytes signature{};
};

}  // namespace ae::engine
