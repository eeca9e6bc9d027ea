#include "service/account_win32.h"

#include "engine/base/hresult_table.h"
#include "engine/base/sid.h"

#include <cstddef>
#include <vector>

namespace ae::service {
namespace {

constexpr const char* kSystem = "S-1-5-18";

Result<AccountId> account_of(HANDLE token) {
    DWORD size = 0;
    ::GetTokenInformation(token, TokenUser, nullptr, 0, &size);
    std::vector<std::byte> space(size);
    if (size == 0 || !::GetTokenInformation(token, TokenUser, space.data(), size, &size)) {
        return fail(last_error("read whose token it is"));
    }
    const PSID user = reinterpret_cast<const TOKEN_USER*>(space.data())->User.Sid;
    const auto sid = Sid::from_wire(
        {static_cast<const std::uint8_t*>(user), static_cast<std::size_t>(::GetLengthSid(user))});
    if (!sid) {
        return fail(kInvalidData, "read whose token it is: that is no SID");
    }
    return sid->to_string();
}

TOKEN_TYPE type_of(HANDLE token) {
    TOKEN_TYPE type = TokenPrimary;
    DWORD size = 0;
    ::GetTokenInformation(token, TokenType, &type, sizeof type, &size);
    return type;
}

// [CheckTokenMembership]: a group that is for denying only (UAC) does not count, and the token must
// be one for impersonation.
Result<bool> has_administrators_rights(HANDLE token) {
    UniqueWinHandle duplicate;
    if (type_of(token) == TokenPrimary) {
        if (!::DuplicateToken(token, SecurityIdentification, duplicate.put())) {
            return fail(last_error("look into a token"));
        }
        token = duplicate.get();
    }
    const Bytes administrators = Sid{5, {32, 544}}.to_wire();
    BOOL member = FALSE;
    if (!::CheckTokenMembership(token, const_cast<std::uint8_t*>(administrators.data()), &member)) {
        return fail(last_error("look into a token"));
    }
    return member != FALSE;
}

}  // namespace

Result<Peer> peer_of_token(HANDLE token) {
    auto account = account_of(token);
    if (!account) {
        return pass(account);
    }
    auto administrator = has_administrators_rights(token);
    if (!administrator) {
        return pass(administrator);
    }
    const bool is_system = *account == kSystem;
    return Peer{std::move(*account), *administrator || is_system};
}

Result<Peer> peer_of_process(DWORD process) {
    const UniqueWinHandle handle(::OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process));
    DWORD code = STILL_ACTIVE;
    if (handle && ::GetExitCodeProcess(handle.get(), &code) && code != STILL_ACTIVE) {
        // Its number stays its own as long as somebody holds it.
        return fail(kInvalidArgument, "process " + std::to_string(process) + " has ended");
    }
    UniqueWinHandle token;
    if (!handle || !::OpenProcessToken(handle.get(), TOKEN_QUERY | TOKEN_DUPLICATE, token.put())) {
        return fail(last_error("look whose process " + std::to_string(process) + " is"));
    }
    return peer_of_token(token.get());
}

Result<Peer> own_peer() {
    UniqueWinHandle token;
    if (!::OpenProcessToken(::GetCurrentProcess(), TOKEN_QUERY | TOKEN_DUPLICATE, token.put())) {
        return fail(last_error("look whose process this is"));
    }
    return peer_of_token(token.get());
}

}  // namespace ae::service
