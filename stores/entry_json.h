// entry.json: what the store knows about a certificate or a request besides the certificate itself.
// Version 1; a reader skips members that it does not know and refuses a higher version.
// Errors: kInvalidData with the file's path.  Pure but for read_*: any thread.
#pragma once

#include "engine/ports.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ae::stores {

enum class Archived { no, yes };
inline constexpr std::string_view kOwnOrigin = "autoenrollment";

// Of my/<thumbprint>/.
struct MyEntry {
    std::string friendly_name{};  // for people
    std::string template_name{};
    std::string template_oid{};
    engine::CaRef ca{};
    std::uint32_t request_id = 0;
    std::string key_reference{};  // the key's id while it stood in REQUEST
    std::string origin{};         // who put it there: kOwnOrigin
    Time installed{};
    std::string predecessor{};         // renewal: thumbprint of the certificate that it replaces
    Archived archived = Archived::no;  // rule: archived entries are invisible to the review
};

std::string to_json(const MyEntry& entry);
Result<MyEntry> my_entry_from_json(std::string_view text);
// The same text with `archived` set; members that are not known here stay as they are.  A new one
// that says nothing else when the text is no entry: the mark must not depend on it.
std::string archived_json(std::string_view text);

// Of request/<key id>/.  The key's reference is the folder's name, not part of the file.
std::string to_json(const engine::PendingRequest& request);
Result<engine::PendingRequest> pending_from_json(std::string_view text);

}  // namespace ae::stores
