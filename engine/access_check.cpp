#include "engine/access_check.h"

#include <algorithm>

namespace ae::engine {
namespace {

// [MS-ADTS] 5.1.3.2
constexpr std::uint32_t kReadControl = 0x20000;
constexpr std::uint32_t kListContents = 0x4;
constexpr std::uint32_t kReadProperty = 0x10;
constexpr std::uint32_t kControlAccess = 0x100;
constexpr std::uint32_t kGenericAll = 0x10000000;
constexpr std::uint32_t kGenericRead = 0x80000000;

constexpr std::uint32_t kRead = kReadControl | kListContents | kReadProperty;  // [MS-CRTD] 2.5.3

// 0e10c968-78fb-11d2-90d4-00c04f79dc55 and a05b8cc2-17bc-4802-a710-e7c15ab866a2 ([MS-CRTD] 2.5.2).
constexpr Guid kEnrollGuid{{0x68, 0xC9, 0x10, 0x0E, 0xFB, 0x78, 0xD2, 0x11, 0x90, 0xD4, 0x00, 0xC0,
                            0x4F, 0x79, 0xDC, 0x55}};
constexpr Guid kAutoenrollGuid{{0xC2, 0x8C, 0x5B, 0xA0, 0xBC, 0x17, 0x02, 0x48, 0xA7, 0x10, 0xE7,
                                0xC1, 0x5A, 0xB8, 0x66, 0xA2}};

// Rule S8: stored generic bits stand for what the directory maps them to.
std::uint32_t mapped(std::uint32_t mask) {
    if ((mask & kGenericAll) != 0) {
        mask |= kRead | kControlAccess;
    }
    if ((mask & kGenericRead) != 0) {
        mask |= kRead;
    }
    return mask;
}

// Rules S3 and S7: what takes no part in any check.
bool ignored(const Ace& ace, const SidSet& account) {
    return (ace.flags & kInheritOnlyAce) != 0 || (ace.is_callback() && !ace.denies()) ||
           !account.contains(ace.trustee);
}

std::string name_of(const Ace& ace) {
    std::string text = ace.denies() ? "deny " : "allow ";
    if (ace.is_callback()) {
        text += "conditional ";
    }
    if (ace.is_object()) {
        text += "object ";
    }
    return text + "ACE " + std::to_string(ace.position) + " for " + ace.trustee.to_string();
}

AccessAnswer decided_by(const Ace& ace, Right right) {
    std::string reason = name_of(ace);
    reason += ace.denies() ? " denies " : " grants ";
    reason += to_string(right);
    return {!ace.denies(), std::move(reason), ace.denies()};
}

AccessAnswer nothing_grants(Right right, std::size_t entries) {
    if (entries == 0) {
        return {false, "the DACL is empty and grants nothing", false};
    }
    std::string reason = "none of the " + std::to_string(entries) + " ACEs grants the account ";
    reason += to_string(right);
    return {false, std::move(reason), false};
}

// Rules S4, S5, [MS-ADTS] 5.1.3.3.4: the first entry that speaks of the right decides.
AccessAnswer check_extended(const std::vector<Ace>& dacl, Right right, const SidSet& account) {
    const Guid& wanted = right == Right::enroll ? kEnrollGuid : kAutoenrollGuid;
    for (const Ace& ace : dacl) {
        const bool speaks_of_it = !ace.object_type || *ace.object_type == wanted;
        if (speaks_of_it && (mapped(ace.mask) & kControlAccess) != 0 && !ignored(ace, account)) {
            return decided_by(ace, right);
        }
    }
    return nothing_grants(right, dacl.size());
}

// Rule S6, [MS-ADTS] 5.1.3.3.2: bits are collected, and a deny counts against missing ones only.
AccessAnswer check_read(const SecurityDescriptor& object, const SidSet& account) {
    const bool owner = object.owner && account.contains(*object.owner);
    std::uint32_t missing = owner ? kRead & ~kReadControl : kRead;
    for (const Ace& ace : *object.dacl) {
        // An entry for one attribute or property set is no grant and no denial of the whole object.
        const std::uint32_t matching = ace.object_type ? 0 : mapped(ace.mask) & missing;
        if (matching == 0 || ignored(ace, account)) {
            continue;
        }
        if (ace.denies()) {
            return decided_by(ace, Right::read);
        }
        missing &= ~matching;
        if (missing == 0) {
            return decided_by(ace, Right::read);
        }
    }
    return nothing_grants(Right::read, object.dacl->size());
}

}  // namespace

std::string_view to_string(Right right) {
    switch (right) {
        case Right::read:
            return "Read";
        case Right::enroll:
            return "Enroll";
        case Right::autoenroll:
            break;
    }
    return "Autoenroll";
}

SidSet::SidSet(std::vector<Sid> sids) : sids_(std::move(sids)) { std::ranges::sort(sids_); }

bool SidSet::contains(const Sid& sid) const { return std::ranges::binary_search(sids_, sid); }

AccessAnswer check_access(const SecurityDescriptor& object, Right right, const SidSet& account) {
    if (!object.dacl) {
        return {true, "there is no DACL, which grants everything", false};  // rule S1
    }
    return right == Right::read ? check_read(object, account)
                                : check_extended(*object.dacl, right, account);
}

}  // namespace ae::engine
