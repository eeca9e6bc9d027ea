// A self-relative SECURITY_DESCRIPTOR as values ([MS-DTYP] 2.4.6), as far as an access check needs
// it.
//
// Foreign octets: every offset and size is checked, nothing is read outside the buffer.
// Not for: the SACL, writing descriptors, or deciding access (access_check.h).
// Errors: kInvalidData with one sentence.  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/guid.h"
#include "engine/base/result.h"
#include "engine/base/sid.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ae::engine {

// [MS-DTYP] 2.4.4.1; the types that stand in no check are not in the list.
enum class AceType : std::uint8_t {
    allow = 0x00,
    deny = 0x01,
    allow_object = 0x05,
    deny_object = 0x06,
    allow_callback = 0x09,
    deny_callback = 0x0A,
    allow_callback_object = 0x0B,
    deny_callback_object = 0x0C,
};

inline constexpr std::uint8_t kInheritOnlyAce = 0x08;

struct Ace {
    AceType type{};
    std::size_t position = 0;  // in the stored list, from 1, skipped entries counted
    std::uint8_t flags = 0;
    std::uint32_t mask = 0;
    std::optional<Guid> object_type{};  // absent: the ACE speaks of every object
    Sid trustee{};

    [[nodiscard]] bool denies() const;
    [[nodiscard]] bool is_object() const;
    [[nodiscard]] bool is_callback() const;
};

struct SecurityDescriptor {
    std::optional<Sid> owner{};
    // Stored order.  No value: no DACL, or a NULL one, which are the same to a check (rule S1).
    std::optional<std::vector<Ace>> dacl{};
};

Result<SecurityDescriptor> parse_security_descriptor(ByteView octets);

}  // namespace ae::engine
