// A list of revoked certificates, complete or delta (RFC 5280 5), and what stands in it.
//
// Reading says nothing about who signed it or whether it is fresh: revocation.h does.  A list that
// can be read and must not be used, because RFC 5280 5.2 or 5.3 wants something understood that is
// not (an indirect list, an unknown critical extension), says so in `not_understood`.
// Owns its octets; the entries point into them.  Movable, not copyable.  Values: any thread.
// Errors of parse_crl: kInvalidData and a sentence.  Linear in the list's size but for one sort.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/signature_scheme.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::engine {

// RFC 5280 5.3.1; the same numbers in RFC 6960.
enum class RevocationReason {
    unspecified = 0,
    key_compromise = 1,
    ca_compromise = 2,
    affiliation_changed = 3,
    superseded = 4,
    cessation_of_operation = 5,
    certificate_hold = 6,
    remove_from_crl = 8,
    privilege_withdrawn = 9,
    aa_compromise = 10,
};
std::string_view to_string(RevocationReason reason);  // "key compromise"
// Nothing: a number that has no meaning.
std::optional<RevocationReason> revocation_reason(std::int64_t number);

struct RevokedEntry {
    ByteView serial{};  // the INTEGER's content
    Time revoked{};
    RevocationReason reason = RevocationReason::unspecified;
};

// IssuingDistributionPoint (RFC 5280 5.2.5): of which certificates a list speaks.
struct CrlScope {
    bool is_named = false;            // it is one of several: `urls` say which
    std::vector<std::string> urls{};  // of its name; a name in another form gives none
    bool only_users = false;
    bool only_authorities = false;
    bool only_attributes = false;
    bool only_some_reasons = false;
};

struct Crl {
    Crl() = default;
    Crl(Crl&&) = default;
    Crl& operator=(Crl&&) = default;
    Crl(const Crl&) = delete;
    Crl& operator=(const Crl&) = delete;
    ~Crl() = default;

    Bytes der{};
    Bytes issuer_der{};    // whole Name element, for exact comparison
    std::string issuer{};  // for people
    Time this_update{};
    std::optional<Time> next_update{};
    std::optional<Time> next_publish{};  // 1.3.6.1.4.1.311.21.4: when the CA makes the next one
    Bytes authority_key{};
    Bytes number{};                      // CRLNumber, big-endian without zeros in front
    std::optional<Bytes> base_number{};  // a delta list: the complete list that it adds to
    CrlScope scope{};
    std::vector<std::string> freshest_urls{};  // where a delta to this list may be
    std::vector<RevokedEntry> entries{};       // sorted by serial number
    std::string not_understood{};              // why it must not be used; empty: it may

    ByteView signed_part{};
    AlgorithmName algorithm{};
    ByteView signature{};

    // nullptr: it is not in the list.  Logarithmic.
    [[nodiscard]] const RevokedEntry* find(ByteView serial) const;
};

Result<Crl> parse_crl(Bytes octets);

}  // namespace ae::engine
