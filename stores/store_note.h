// What a certificate of the Windows stores must say and Windows has no property for: small JSON in
// its description (CERT_DESCRIPTION_PROP_ID), which the certificate snap-in shows as "Description".
//
//   {"aeclient":1,                            it is ours; another number is not read
//    "submitted":"2026-06-01T12:00:00Z",      REQUEST: when the request was sent
//    "predecessor":"<thumbprint>",            REQUEST: what it renews
//    "archived_key_hash":"<hex>",             REQUEST: archival; what the answer must repeat
//    "reused":true,                           REQUEST: the key belongs to a certificate of MY
//    "installs":"<thumbprint>",               MY: the entry of REQUEST that must go; only while it
//                                             is being installed
//    "archived":true}                         MY: only where Windows' own mark is refused
//
// Members that say nothing are left out.  Any other description is somebody else's: no note.
// Pure, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace ae::stores {

struct StoreNote {
    std::optional<Time> submitted{};
    std::string predecessor{};
    Bytes archived_key_hash{};
    bool reused = false;
    std::string installs{};
    bool archived = false;
    bool operator==(const StoreNote&) const = default;
};

std::string to_json(const StoreNote& note);
std::optional<StoreNote> note_from_json(std::string_view text);

}  // namespace ae::stores
