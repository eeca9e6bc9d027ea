#include "tests/lab/ca/access_check.h"

#include "tests/lab/ca/ndr.h"
#include "tests/lab/ca/sid.h"

#include <algorithm>

namespace ae::labca {
namespace {

constexpr std::uint16_t kDaclPresent = 0x0004;
constexpr std::uint32_t kControlAccess = 0x100;
constexpr std::uint32_t kGenericAll = 0x10000000;
constexpr std::uint8_t kInheritOnly = 0x08;

// Allow types 0 and 5; deny types 1, 6 and, on the safe side, the callback denials 0xA and 0xC.
enum class Kind { allow, deny, other };
Kind kind_of(std::uint8_t type) {
    switch (type) {
        case 0x00:
        case 0x05:
            return Kind::allow;
        case 0x01:
        case 0x06:
        case 0x0A:
        case 0x0C:
            return Kind::deny;
        default:
            return Kind::other;
    }
}
bool is_object_type(std::uint8_t type) { return type == 0x05 || type == 0x06 || type == 0x0C; }

bool applies(View ace, std::uint8_t type, const Guid& right, const std::vector<std::string>& sids) {
    NdrReader in(ace);
    const std::uint32_t mask = in.u32();
    if ((mask & (kControlAccess | kGenericAll)) == 0) {
        return false;
    }
    if (is_object_type(type)) {
        const std::uint32_t present = in.u32();
        if ((present & 1U) != 0 && in.guid() != right) {
            return false;
        }
        if ((present & 2U) != 0) {
            in.guid();  // inherited object type plays no part in a check
        }
    }
    const View rest = in.take(in.left());
    const std::string sid = sid_text(rest.first(sid_size(rest)));
    return std::find(sids.begin(), sids.end(), sid) != sids.end();
}

}  // namespace

Access check_extended_right(View security_descriptor, const Guid& right,
                            const std::vector<std::string>& sids) {
    NdrReader in(security_descriptor);
    in.u8();
    in.u8();
    const std::uint16_t control = in.u16();
    in.u32();  // owner: it never holds an extended right by itself
    in.u32();
    in.u32();
    const std::uint32_t dacl = in.u32();
    if ((control & kDaclPresent) == 0 || dacl == 0) {
        return Access::granted;  // [MS-ADTS] 5.1.3.3.1: no DACL grants everything
    }
    if (dacl > security_descriptor.size()) {
        throw ParseError("the DACL lies outside the security descriptor");
    }
    NdrReader acl(security_descriptor.subspan(dacl));
    acl.u16();  // revision
    acl.u16();  // size: the ACE sizes below are checked against the buffer instead
    const std::uint16_t count = acl.u16();
    acl.u16();
    for (std::uint16_t i = 0; i < count; ++i) {
        const std::uint8_t type = acl.u8();
        const std::uint8_t flags = acl.u8();
        const std::uint16_t size = acl.u16();
        if (size < 4) {
            throw ParseError("an ACE shorter than its header");
        }
        const View body = acl.take(size - 4U);
        const Kind kind = kind_of(type);
        if (kind != Kind::other && (flags & kInheritOnly) == 0 &&
            applies(body, type, right, sids)) {
            return kind == Kind::allow ? Access::granted : Access::denied;
        }
    }
    return Access::denied;
}

std::vector<std::string> token_sids(const std::vector<std::string>& pac_sids,
                                    std::uint32_t account_control) {
    constexpr std::uint32_t kServerTrustAccount = 0x100;  // [MS-SAMR] 2.2.1.12
    std::vector<std::string> sids = pac_sids;
    if (!sids.empty()) {
        sids.insert(sids.end(), {"S-1-1-0", "S-1-5-2", "S-1-5-11"});
        if ((account_control & kServerTrustAccount) != 0) {
            sids.emplace_back("S-1-5-9");
        }
    }
    return sids;
}

}  // namespace ae::labca
