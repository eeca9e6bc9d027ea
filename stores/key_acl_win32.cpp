#include "stores/key_acl_win32.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/base/win32.h"

#include <sddl.h>

namespace ae::stores {
namespace {

using UniqueDescriptor = UniqueLocalMemory<PSECURITY_DESCRIPTOR>;

Result<UniqueDescriptor> from_sddl(const std::string& sddl) {
    UniqueDescriptor descriptor;
    if (::ConvertStringSecurityDescriptorToSecurityDescriptorW(wide(sddl).c_str(), SDDL_REVISION_1,
                                                               descriptor.put(), nullptr) == 0) {
        return fail(last_error("read the security descriptor " + printable(sddl)));
    }
    return descriptor;
}

// "(A;;GA;;;SY)(...)" of its DACL.
Result<std::string> entries_of(const std::string& sddl) {
    const auto descriptor = from_sddl(sddl);
    if (!descriptor) {
        return fail(
            kInvalidData,
            "the template's key security descriptor is no SDDL: " + descriptor.error().context,
            "Correct msPKI-Key-Security-Descriptor of the template");
    }
    UniqueLocalMemory<wchar_t*> text;
    if (::ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor->get(), SDDL_REVISION_1,
                                                               DACL_SECURITY_INFORMATION,
                                                               text.put(), nullptr) == 0) {
        return fail(last_error("write a security descriptor as text"));
    }
    std::string entries = narrow(text.get());
    const auto first = entries.find('(');
    return first == std::string::npos ? std::string() : entries.substr(first);
}

}  // namespace

Result<std::string> current_user_sid() {
    UniqueWinHandle token;
    if (::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY, token.put()) == 0) {
        return fail(last_error("open this process's token"));
    }
    alignas(TOKEN_USER) std::uint8_t user[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE] = {};
    DWORD size = 0;
    if (::GetTokenInformation(token.get(), TokenUser, user, sizeof user, &size) == 0) {
        return fail(last_error("read the user of this process's token"));
    }
    UniqueLocalMemory<wchar_t*> text;
    if (::ConvertSidToStringSidW(reinterpret_cast<const TOKEN_USER*>(user)->User.Sid, text.put()) ==
        0) {
        return fail(last_error("write the user's SID as text"));
    }
    return narrow(text.get());
}

Result<Bytes> key_security_descriptor(engine::Scope scope, const std::string& template_sddl) {
    // The template's entries first: one that denies must not come too late.
    std::string sddl = "D:P";
    if (!template_sddl.empty()) {
        auto granted = entries_of(template_sddl);
        if (!granted) {
            return pass(granted);
        }
        sddl += *granted;
    }
    sddl += "(A;;GA;;;SY)(A;;GA;;;BA)";
    if (scope == engine::Scope::user) {
        auto user = current_user_sid();
        if (!user) {
            return pass(user);
        }
        sddl += "(A;;GA;;;" + *user + ")";
    }
    const auto descriptor = from_sddl(sddl);
    if (!descriptor) {
        return fail(descriptor.error());
    }
    const auto* const octets = static_cast<const std::uint8_t*>(descriptor->get());
    return Bytes(octets, octets + ::GetSecurityDescriptorLength(descriptor->get()));
}

}  // namespace ae::stores
