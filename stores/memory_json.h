// What one pulse leaves for the next (engine/memory.h) as JSON: the file memory.json, and the same
// members for everybody else who writes a Memory down.
//
//   {"version": 1,
//    "issued": [{"template", "reason", "when", "lifetime_seconds"}],
//    "refusals": [{"template", "version", "ca": {"host", "name"}, "code", "count", "last"}],
//    "outages": [{"ca": {"host", "name"}, "when"}],
//    "empty_reads": [{"store", "first"}],
//    "warned": [{"thumbprint", "when"}]}
//
// Times are "2026-11-21T12:00:00Z", codes "0x80094012", stores "root", "intermediate" and
// "nt_auth".  A member that is missing has its neutral value, one that is not known is skipped.
// Who uses the Json forms includes <nlohmann/json.hpp>.
// Errors: kInvalidData, naming the member that cannot be used.  Never throws.  Pure, any thread.
#pragma once

#include "engine/memory.h"

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace ae::stores {

// The whole file: with the version, which has to be 1.
std::string to_json(const engine::Memory& memory);
Result<engine::Memory> memory_from_json(std::string_view text);

// The lists alone, as a value inside a document that has a version of its own.
nlohmann::ordered_json json_of(const engine::Memory& memory);
Result<engine::Memory> memory_of(const nlohmann::ordered_json& json);

}  // namespace ae::stores
