// What the listings' reports share.  Private to them.  Pure, any thread.
#pragma once

#include "service/look_parts.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::service {

// {"thumbprint", "subject", "issuer", "serial", "not_before", "not_after", "dns_names"}
Json facts_json(const engine::CertificateFacts& facts, const std::string& thumbprint);

std::string offline_line(const std::optional<Offline>& offline, Time now);

std::string notes_text(const std::vector<std::string>& notes);

}  // namespace ae::service
