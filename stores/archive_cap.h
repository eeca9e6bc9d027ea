// Which archived certificates are beyond the number that an administrator wants to keep
// (KeepArchived): of each template the newest stay, and those whose keys may decrypt something stay
// whatever their number (rule X1).
// Pure, portable, any thread.
#pragma once

#include "engine/certificate.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ae::stores {

struct ArchivedCertificate {
    std::string thumbprint{};
    std::string template_name{};  // as names compare: without case
    engine::CertificateFacts facts{};
};

// Their thumbprints, oldest first.
std::vector<std::string> beyond_cap(std::vector<ArchivedCertificate> archived, std::uint32_t keep);

}  // namespace ae::stores
