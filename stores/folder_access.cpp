#include "stores/folder_access.h"

#include "engine/base/hresult_table.h"

#include <algorithm>

namespace ae::stores {
namespace {

using engine::Ace;

// [MS-DTYP] 2.4.2.4
constexpr const char* kTrusted[] = {
    "S-1-5-18",                                                        // SYSTEM
    "S-1-5-32-544",                                                    // Administrators
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",  // TrustedInstaller
    "S-1-3-4",  // the owner, whoever that is: asked for by itself
};

// [MS-DTYP] 2.4.3 and the rights of folders: add a file or folder, delete a child, delete, change
// the list or the owner, and the generic rights that hold these.
constexpr std::uint32_t kChanges = 0x00000002 | 0x00000004 | 0x00000040 | 0x00010000 | 0x00040000 |
                                   0x00080000 | 0x10000000 | 0x40000000;

// Of a file: read its content.  The generic rights hold it.
constexpr std::uint32_t kReads = 0x00000001 | 0x80000000;

bool is_ours(const Sid& who, const Sid& account) {
    return who == account || std::ranges::any_of(kTrusted, [&](const char* trusted) {
               return who == Sid::parse(trusted);
           });
}

bool grants(const Ace& entry, std::uint32_t rights) {
    return !entry.denies() && (entry.flags & engine::kInheritOnlyAce) == 0 &&
           (entry.mask & rights) != 0;
}

}  // namespace

Done check_only_ours(const engine::SecurityDescriptor& descriptor, const Sid& account,
                     const std::string& path, Others others) {
    if (!descriptor.owner || !is_ours(*descriptor.owner, account)) {
        return fail(kAccessDenied,
                    path + " belongs to " +
                        (descriptor.owner ? descriptor.owner->to_string() : "nobody") +
                        ", not to this account, SYSTEM or Administrators",
                    "Delete it, or give it back with \"icacls " + path +
                        " /setowner Administrators\" after making sure that nobody changed it");
    }
    if (!descriptor.dacl) {
        return fail(kAccessDenied,
                    path + " has no access list, so everybody may do everything with it",
                    "Run \"icacls " + path + " /reset\"");
    }
    const std::uint32_t forbidden = others == Others::may_read ? kChanges : kChanges | kReads;
    const auto stranger = std::ranges::find_if(*descriptor.dacl, [&](const Ace& entry) {
        return grants(entry, forbidden) && !is_ours(entry.trustee, account);
    });
    if (stranger != descriptor.dacl->end()) {
        const std::string who = stranger->trustee.to_string();
        return fail(kAccessDenied,
                    path + (others == Others::may_read ? " is writable by " : " is open to ") + who,
                    "Run \"icacls " + path + " /inheritance:d\" and \"icacls " + path +
                        " /remove:g *" + who + "\", after making sure that nobody changed it");
    }
    return done();
}

}  // namespace ae::stores
