// Small X.509 certificates for tests, written with the project's own DER writer and signed through
// ports.h, so that the same tests run on every platform.
#pragma once

#include "engine/ports.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ae::test {

enum class Role { end_entity, authority };

struct CertificateSpec {
    std::string subject = "ws1.corp.example.test";  // the common name
    std::string issuer = "Corp Root CA";
    Bytes public_key_info{};
    std::int64_t serial = 1;
    Time not_before{};
    Time not_after{};
    Role role = Role::end_entity;
    std::string critical_extension{};  // an OID; its value is NULL
    std::vector<Bytes> extensions{};   // further ones, whole
};

// Signed with `issuer_key` and SHA-256.
Bytes make_certificate(const CertificateSpec& spec, engine::PrivateKey& issuer_key);

Bytes copy(ByteView octets);

// Parts that other signed messages share with certificates.
enum class Criticality { critical, not_critical };
Bytes extension(std::string_view oid, Criticality criticality, ByteView value);
Bytes common_name(const std::string& text);  // a whole Name
Bytes utc_time(Time time);
Bytes joined(const std::vector<Bytes>& parts);
// { body, algorithm, signature }, by SHA-256.
std::vector<Bytes> signed_parts(const Bytes& body, engine::PrivateKey& key);
Bytes signature_algorithm(const engine::PrivateKey& key);

}  // namespace ae::test
