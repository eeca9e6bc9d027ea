// What a hook is told about one certificate: a JSON object, version 1, as docs/service.md describes
// it.  Paths and names only, never a key.  Pure, portable, any thread.
#pragma once

#include "engine/pulse.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

struct HookDocument {
    std::string event{};    // "enrolled", or "renewed" when it replaces another
    std::string context{};  // "machine", "user"
    std::string template_name{};
    std::string ca{};
    std::uint32_t request_id = 0;
    std::string thumbprint{};
    std::string replaced{};  // thumbprint of the one before; empty: none
    std::string path{};      // where the certificate stands, for people and for scripts
    std::string live{};      // the template's own folder, the same for its next one; may be none
    std::string expires{};
    bool operator==(const HookDocument&) const = default;
};

// One for each certificate that the pulse brought, in their order.
std::vector<HookDocument> documents_of(const engine::PulseReport& report, engine::Scope scope);

std::string to_json(const HookDocument& document);  // ASCII, one line, with its line feed

// What is still to be told to a hook: kept from one run to the next.
struct OwedHook {
    std::string hook{};  // file name of the program
    unsigned attempts = 0;
    HookDocument document{};
    bool operator==(const OwedHook&) const = default;
};
std::string to_json(const std::vector<OwedHook>& owed);
std::optional<std::vector<OwedHook>> owed_hooks_from_json(std::string_view text);

}  // namespace ae::service
