// Full CMC answers as octets, good in every way until a test spoils one part.  Nothing in them
// verifies: for reading only.
#pragma once

#include "engine/base/bytes.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::ca {

// Each part is whole DER; a test replaces one.
struct ResponseParts {
    Bytes status{};                   // CMCStatusInfo
    std::vector<Bytes> attributes{};  // of control 10.10.1; empty: no such control
    enum class Shape { three_parts, set } shape = Shape::three_parts;
    std::vector<Bytes> more_controls{};  // TaggedAttribute
    std::string content_type = "1.3.6.1.5.5.7.12.3";
    std::vector<Bytes> certificates{};
    Bytes signer_id{};
    std::vector<Bytes> signed_attributes{};
    std::size_t signers = 1;

    ResponseParts();  // issued, with a hash, two certificates and a signer
};

Bytes status_info(std::int64_t status, const std::string& text, const Bytes& other_info = {});
Bytes pend_info(const Bytes& token);
Bytes octets_attribute(const std::string& oid, const Bytes& value);
Bytes attribute(const std::string& oid, const std::vector<Bytes>& values);
Bytes control(std::int64_t body_part, const std::string& oid, const std::vector<Bytes>& values);
Bytes join(const std::vector<Bytes>& parts);

Bytes response_body(const ResponseParts& parts);  // what is signed
Bytes signer_info(const ResponseParts& parts);
Bytes full_response(const ResponseParts& parts);

// The sample of [MS-WSTEP], made by a Windows CA.
Bytes windows_response();

}  // namespace ae::ca
