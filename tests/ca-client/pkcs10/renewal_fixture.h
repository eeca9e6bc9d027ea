// A certificate to renew with known octets, and a reader of the renewal that was built.
#pragma once

#include "ca-client/renewal.h"
#include "tests/ca-client/pkcs10/request_fixture.h"

#include <memory>
#include <utility>
#include <vector>

namespace ae::ca {

// The parts of a certificate that a renewal looks at; the rest is filler.
struct CertificateParts {
    Bytes version{0xA0, 0x03, 0x02, 0x01, 0x02};
    Bytes serial_number{0x02, 0x03, 0x00, 0x80, 0x01};
    Bytes issuer{};
    Bytes subject{};
    Bytes public_key_info{};
    std::vector<std::pair<std::string, Bytes>> extensions{};  // not critical
};
CertificateParts old_parts();  // of FixedKey, "ws1", SAN with one dNSName
Bytes certificate_of(const CertificateParts& parts);
Bytes general_names(std::string_view dns_name);

// `key` signs for it.
engine::Signer signer_of(const CertificateParts& parts, std::unique_ptr<engine::PrivateKey> key);

// A PKCS #7 taken apart; any surprise fails the test.
struct ReadRenewal {
    std::int64_t version = 0;
    std::vector<Bytes> digest_algorithms{};
    std::string content_type{};
    Bytes request{};  // what is signed
    std::vector<Bytes> certificates{};
    std::int64_t signer_version = 0;  // of the only signer
    Bytes issuer{};
    Bytes serial_number{};
    Bytes signer_digest{};     // AlgorithmIdentifier
    Bytes signer_algorithm{};  // AlgorithmIdentifier
    Bytes signature{};
};
ReadRenewal read_renewal(ByteView pkcs7);

}  // namespace ae::ca
