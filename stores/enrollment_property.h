// CERT_ENROLLMENT_PROP_ID of a certificate: which request at which authority it is from.
// Format (comment of wincrypt.h): a 32-bit request id, then the authority's DNS name, its name and
// the certificate's display name, each as UTF-16 with a final NUL behind a 32-bit count of its
// characters, the NUL included.  Little endian.  Pure, any thread.
#pragma once

#include "engine/directory.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ae::stores {

struct EnrollmentProperty {
    std::uint32_t request_id = 0;  // 0: none is known
    engine::CaRef ca{};
    std::string display_name{};
};

Bytes encode(const EnrollmentProperty& property);
std::optional<EnrollmentProperty> enrollment_property_from(ByteView octets);

}  // namespace ae::stores
