// Questions to an OCSP responder about one certificate, and what an answer says (RFC 6960).
//
// Reading says nothing about who signed the answer, whether it is fresh or whether it answers this
// question: revocation.h does.  Only the basic response type is understood, as everywhere.
// A value; views point into `der`, so it is movable and not copyable.  Any thread.
// Errors of parse_ocsp_answer: kInvalidData, and kServerUnavailable for a responder that answers
// that it cannot (RFC 6960 2.3).
#pragma once

#include "engine/certificate.h"
#include "engine/crl.h"
#include "engine/ports.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// CertID (RFC 6960 4.1.1).
struct OcspCertificateId {
    std::string hash_oid{};
    Bytes issuer_name_hash{};
    Bytes issuer_key_hash{};
    Bytes serial{};  // the INTEGER's content
    bool operator==(const OcspCertificateId&) const = default;
};

struct OcspQuestion {
    OcspCertificateId id{};
    Bytes der{};  // what is sent, as application/ocsp-request
};
// With SHA-1, which every responder knows and RFC 5019 2.1.1 asks for: it only names the issuer.
// Without a nonce: how fresh an answer is, its dates say.
OcspQuestion make_ocsp_question(const CertificateFacts& certificate, const CertificateFacts& issuer,
                                Crypto& crypto);

enum class OcspState { good, revoked, unknown };
struct OcspSingle {
    OcspCertificateId id{};
    OcspState state = OcspState::unknown;
    Time revoked{};
    RevocationReason reason = RevocationReason::unspecified;
    Time this_update{};
    std::optional<Time> next_update{};
    bool has_unknown_critical = false;  // an extension that changes what it means
};

struct OcspAnswer {
    OcspAnswer() = default;
    OcspAnswer(OcspAnswer&&) = default;
    OcspAnswer& operator=(OcspAnswer&&) = default;
    OcspAnswer(const OcspAnswer&) = delete;
    OcspAnswer& operator=(const OcspAnswer&) = delete;
    ~OcspAnswer() = default;

    Bytes der{};
    Bytes responder_name{};      // whole Name element, or
    Bytes responder_key_hash{};  // SHA-1 of the key's bits
    Time produced{};
    std::vector<OcspSingle> singles{};
    bool has_unknown_critical = false;
    std::vector<ByteView> certificates{};  // that came along

    ByteView signed_part{};
    AlgorithmName algorithm{};
    ByteView signature{};
};
Result<OcspAnswer> parse_ocsp_answer(Bytes octets);

// SHA-1 of the bits of a SubjectPublicKeyInfo (RFC 6960 4.2.1, KeyHash); empty: it is none.
Bytes ocsp_key_hash(ByteView public_key_info, Crypto& crypto);

}  // namespace ae::engine
