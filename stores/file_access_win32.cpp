#include "stores/file_access_win32.h"

#include "stores/files_win32.h"
#include "stores/key_acl_win32.h"

#include <array>

#include <sddl.h>

namespace ae::stores {
namespace {

bool is_administrator() {
    std::array<char, SECURITY_MAX_SID_SIZE> sid{};
    auto size = static_cast<DWORD>(sid.size());
    BOOL member = FALSE;
    return ::CreateWellKnownSid(WinBuiltinAdministratorsSid, nullptr, sid.data(), &size) != FALSE &&
           ::CheckTokenMembership(nullptr, sid.data(), &member) != FALSE && member != FALSE;
}

// Everything for `trustee`, in a folder also for what is made in it.
std::string all_for(const std::string& trustee, Kind kind) {
    return std::string(kind == Kind::folder ? "(A;OICI;FA;;;" : "(A;;FA;;;") + trustee + ")";
}

}  // namespace

Result<UniqueDescriptor> descriptor_for(Kind kind, engine::Scope scope) {
    const bool machine = scope == engine::Scope::machine;
    std::string sddl = "D:P" + all_for("SY", kind);
    if (machine) {
        sddl += all_for("BA", kind);
    }
    if (machine && kind == Kind::folder) {
        sddl += "(A;;0x1200a9;;;BU)";  // read and execute, here only
    }
    // A machine's folder elsewhere, of somebody who is no administrator, is still his.
    if (!machine || !is_administrator()) {
        auto account = current_user_sid();
        if (!account) {
            return pass(account);
        }
        sddl += all_for(*account, kind);
    }
    UniqueDescriptor descriptor;
    if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(
            wide(sddl).c_str(), SDDL_REVISION_1, descriptor.put(), nullptr) == FALSE) {
        return fail(last_error("make an access list"));
    }
    return descriptor;
}

Done check_only_ours(HANDLE open, const std::string& path, Others others) {
    constexpr SECURITY_INFORMATION kWanted = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    DWORD size = 0;
    ::GetKernelObjectSecurity(open, kWanted, nullptr, 0, &size);
    Bytes octets(size);
    if (::GetKernelObjectSecurity(open, kWanted, octets.data(), size, &size) == FALSE) {
        return fail(last_error("read the access list of " + path));
    }
    auto descriptor = engine::parse_security_descriptor(octets);
    if (!descriptor) {
        return pass(descriptor, "the access list of " + path);
    }
    auto account = current_user_sid();
    if (!account) {
        return pass(account);
    }
    return check_only_ours(*descriptor, *Sid::parse(*account), path, others);
}

Done check_only_we_write(const std::string& path) {
    const UniqueFileHandle open(::CreateFileW(
        wide(path).c_str(), READ_CONTROL | FILE_READ_ATTRIBUTES,
        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
        FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr));
    if (!open) {
        return fail(file_error(Access::read, ::GetLastError(), "look at", path));
    }
    return check_only_ours(open.get(), path, Others::may_read);
}

}  // namespace ae::stores
