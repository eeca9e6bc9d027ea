// CMS and CMC taken apart with the project's own reader of DER; any surprise fails the test.
#pragma once

#include "engine/base/bytes.h"
#include "tests/ca-client/pkcs10/request_fixture.h"

#include <string>
#include <utility>
#include <vector>

namespace ae::ca {

using Attributes = std::vector<std::pair<std::string, Bytes>>;  // OID, the single value
const Bytes* find(const Attributes& attributes, std::string_view oid);

struct ReadSigner {
    std::int64_t version = 0;
    Bytes key_identifier{};  // either this
    Bytes issuer{};          // or these two, whole
    Bytes serial_number{};
    Bytes digest_algorithm{};  // AlgorithmIdentifier
    Attributes signed_attributes{};
    Bytes signed_octets{};        // their SET OF; empty when there are none
    Bytes signature_algorithm{};  // AlgorithmIdentifier
    Bytes signature{};
    Attributes unsigned_attributes{};
};
struct ReadSignedData {
    std::int64_t version = 0;
    std::vector<Bytes> digest_algorithms{};
    std::string content_type{};
    Bytes content{};
    std::vector<Bytes> certificates{};
    std::vector<ReadSigner> signers{};
};
ReadSignedData read_signed_data(ByteView message);

struct ReadPkiData {
    std::vector<std::pair<std::int64_t, std::string>> controls{};  // body part, OID
    std::vector<std::int64_t> attributes_are_of{};                 // body parts
    Attributes attributes{};
    std::string registration_info{};
    std::int64_t request_part = 0;
    Bytes request{};  // PKCS #10, whole
};
ReadPkiData read_pki_data(ByteView content);

// The tree of tags, with OIDs, small numbers and nothing else of the content:
// "SEQUENCE(OID(1.2.3) INTEGER(3) [0]())".
std::string outline(ByteView der);

}  // namespace ae::ca
