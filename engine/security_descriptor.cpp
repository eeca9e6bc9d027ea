#include "engine/security_descriptor.h"

#include "engine/base/hresult_table.h"

#include <string>

namespace ae::engine {
namespace {

constexpr std::size_t kHeaderSize = 20;
constexpr std::uint16_t kDaclPresent = 0x0004;              // [MS-DTYP] 2.4.6 DP
constexpr std::uint16_t kSelfRelative = 0x8000;             // [MS-DTYP] 2.4.6 SR
constexpr std::uint32_t kObjectTypePresent = 0x1;           // [MS-DTYP] 2.4.4.3
constexpr std::uint32_t kInheritedObjectTypePresent = 0x2;  // [MS-DTYP] 2.4.4.3
constexpr std::size_t kAceHeaderSize = 4;

tl::unexpected<Error> broken(std::string what) {
    return fail(kInvalidData, "security descriptor: " + std::move(what));
}

std::string numbered(std::size_t position) { return "ACE " + std::to_string(position); }

bool is_known(std::uint8_t type) {
    return type <= 0x01 || type == 0x05 || type == 0x06 || (type >= 0x09 && type <= 0x0C);
}

// Reads the part behind the ACE header.  `body` is the ACE's own octets, so a foreign size cannot
// reach into the next entry.
Result<Ace> parse_ace(AceType type, std::uint8_t flags, ByteView body, std::size_t position) {
    Ace ace{.type = type, .position = position, .flags = flags};
    LittleEndianReader reader(body);
    ace.mask = reader.u32();
    if (ace.is_object()) {
        const std::uint32_t present = reader.u32();
        if ((present & kObjectTypePresent) != 0) {
            ace.object_type = Guid::from_wire(reader.take(16));
        }
        if ((present & kInheritedObjectTypePresent) != 0) {
            reader.take(16);  // rule S3: no part in a check
        }
    }
    if (!reader.ok()) {
        return broken(numbered(position) + " is too short for its type");
    }
    const auto trustee = Sid::from_wire(reader.take(reader.left()));
    if (!trustee) {
        return broken(numbered(position) + " holds no valid SID");
    }
    ace.trustee = *trustee;
    return ace;
}

// [MS-DTYP] 2.4.5
Result<std::vector<Ace>> parse_acl(ByteView octets) {
    LittleEndianReader header(octets);
    const std::uint8_t revision = header.u8();
    header.u8();
    const std::size_t size = header.u16();
    const std::size_t count = header.u16();
    header.u16();
    if (!header.ok() || size < 8 || size > octets.size()) {
        return broken("the DACL runs past the end");
    }
    if (revision != 2 && revision != 4) {
        return broken("the DACL has revision " + std::to_string(revision));
    }
    std::vector<Ace> aces;
    LittleEndianReader reader(octets.subspan(8, size - 8));
    for (std::size_t position = 1; position <= count; ++position) {
        const std::uint8_t type = reader.u8();
        const std::uint8_t flags = reader.u8();
        const std::size_t ace_size = reader.u16();
        if (!reader.ok() || ace_size < kAceHeaderSize ||
            ace_size - kAceHeaderSize > reader.left()) {
            return broken(numbered(position) + " of " + std::to_string(count) +
                          " runs past the end of the DACL");
        }
        const ByteView body = reader.take(ace_size - kAceHeaderSize);
        if (!is_known(type)) {
            continue;
        }
        auto ace = parse_ace(static_cast<AceType>(type), flags, body, position);
        if (!ace) {
            return pass(ace);
        }
        aces.push_back(std::move(*ace));
    }
    return aces;
}

}  // namespace

bool Ace::denies() const {
    return type == AceType::deny || type == AceType::deny_object ||
           type == AceType::deny_callback || type == AceType::deny_callback_object;
}

bool Ace::is_object() const {
    return type == AceType::allow_object || type == AceType::deny_object ||
           type == AceType::allow_callback_object || type == AceType::deny_callback_object;
}

bool Ace::is_callback() const { return type >= AceType::allow_callback; }

Result<SecurityDescriptor> parse_security_descriptor(ByteView octets) {
    LittleEndianReader header(octets);
    const std::uint8_t revision = header.u8();
    header.u8();
    const std::uint16_t control = header.u16();
    const std::size_t owner_at = header.u32();
    header.u32();  // group: [MS-ADTS] 5.1.3 gives it no part in a check
    header.u32();  // SACL
    const std::size_t dacl_at = header.u32();
    if (!header.ok()) {
        return broken(std::to_string(octets.size()) + " octets are no header");
    }
    if (revision != 1 || (control & kSelfRelative) == 0) {
        return broken("not the self-relative form of revision 1");
    }
    const auto outside = [&](std::size_t at) { return at < kHeaderSize || at >= octets.size(); };

    SecurityDescriptor descriptor;
    if (owner_at != 0) {
        descriptor.owner =
            outside(owner_at) ? std::nullopt : Sid::from_wire(octets.subspan(owner_at));
        if (!descriptor.owner) {
            return broken("the owner is no valid SID");
        }
    }
    if ((control & kDaclPresent) == 0 || dacl_at == 0) {
        return descriptor;
    }
    if (outside(dacl_at)) {
        return broken("the DACL stands outside");
    }
    auto dacl = parse_acl(octets.subspan(dacl_at));
    if (!dacl) {
        return pass(dacl);
    }
    descriptor.dacl = std::move(*dacl);
    return descriptor;
}

}  // namespace ae::engine
