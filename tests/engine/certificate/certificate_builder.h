// Certificates made by hand for tests: every part may be replaced by other octets.
#pragma once

#include "engine/base/bytes.h"

#include <string_view>
#include <vector>

namespace ae::engine {

// One element each, DER.
struct CertificateParts {
    Bytes version;  // empty: left out
    Bytes serial;
    Bytes algorithm;
    Bytes issuer;
    Bytes validity;
    Bytes subject;
    Bytes public_key_info;
    std::vector<Bytes> extensions{};  // empty: the whole field is left out
    Bytes behind_extensions{};
};

CertificateParts ordinary_parts();
Bytes assemble(const CertificateParts& parts);
Bytes extension(std::string_view oid, ByteView value);

// The file data/<name>.pem as DER.
Bytes certificate_file(std::string_view name);

}  // namespace ae::engine
