#include "engine/base/text.h"
#include "engine/base/win32.h"
#include "service/account_win32.h"
#include "service/doctor/this_host.h"

#include <array>
#include <string_view>

#include <wtsapi32.h>
// After windows.h.
#define SECURITY_WIN32
#include <security.h>

namespace ae::service {
namespace {

// Where group policy notes its last refresh of the machine or of a user, by the extension of all.
constexpr std::string_view kStates =
    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Group Policy\\State\\";
constexpr std::string_view kWhole = "\\Extension-List\\{00000000-0000-0000-0000-000000000000}";
constexpr const wchar_t* kLegacyKey =
    L"SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\ACRS\\CTLs";

struct WtsTraits {
    using value_type = wchar_t*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type text) noexcept { ::WTSFreeMemory(text); }
};
using UniqueWtsText = UniqueHandle<WtsTraits>;

std::string account_name() {
    std::array<wchar_t, 512> name{};
    ULONG size = static_cast<ULONG>(name.size());
    return ::GetUserNameExW(NameSamCompatible, name.data(), &size) != 0 ? narrow(name.data())
                                                                        : std::string();
}

// Without its domain; empty: nobody's session, as a service's is.
std::string session_owner() {
    UniqueWtsText text;
    DWORD size = 0;
    if (::WTSQuerySessionInformationW(WTS_CURRENT_SERVER_HANDLE, WTS_CURRENT_SESSION, WTSUserName,
                                      text.put(), &size) == 0) {
        return {};
    }
    return narrow(text.get());
}

bool is_service(const AccountId& account) {
    return account == kLocalSystem || account == "S-1-5-19" || account == "S-1-5-20";
}

// FILETIME counts 100 ns from 1601 ([MS-DTYP] 2.3.3).
Time time_of(std::uint64_t filetime) {
    constexpr std::int64_t kSecondsTo1970 = 11644473600;
    return Time(Seconds(static_cast<std::int64_t>(filetime / 10000000) - kSecondsTo1970));
}

UniqueRegistryKey open_key(const std::wstring& path) {
    UniqueRegistryKey key;
    ::RegOpenKeyExW(HKEY_LOCAL_MACHINE, path.c_str(), 0, KEY_READ | KEY_WOW64_64KEY, key.put());
    return key;
}

std::optional<DWORD> number_in(HKEY key, const wchar_t* name) {
    DWORD value = 0;
    DWORD size = sizeof value;
    return ::RegGetValueW(key, nullptr, name, RRF_RT_REG_DWORD, nullptr, &value, &size) ==
                   ERROR_SUCCESS
               ? std::optional(value)
               : std::nullopt;
}

void add_refresh(const Sources& sources, GroupPolicyFacts& facts) {
    const auto self = own_peer();
    const std::string who =
        sources.scope == engine::Scope::machine || !self ? "Machine" : self->account;
    const UniqueRegistryKey key = open_key(wide(std::string(kStates) + who + std::string(kWhole)));
    if (!key) {
        return;
    }
    const auto high = number_in(key.get(), L"startTimeHi");
    const auto low = number_in(key.get(), L"startTimeLo");
    if (high && low) {
        facts.refreshed = time_of(std::uint64_t{*high} << 32U | *low);
    }
    if (const auto status = number_in(key.get(), L"Status")) {
        facts.refresh_result = *status == 0 ? "success" : "code " + std::to_string(*status);
    }
}

bool has_keys_below(const UniqueRegistryKey& key) {
    DWORD count = 0;
    return key &&
           ::RegQueryInfoKeyW(key.get(), nullptr, nullptr, nullptr, &count, nullptr, nullptr,
                              nullptr, nullptr, nullptr, nullptr, nullptr) == ERROR_SUCCESS &&
           count > 0;
}

}  // namespace

ProcessIdentity process_identity() {
    const auto self = own_peer();
    ProcessIdentity identity{.account = account_name(),
                             .service_account = self && is_service(self->account)};
    const std::string owner = session_owner();
    const std::string bare = identity.account.substr(identity.account.find('\\') + 1);
    identity.not_session_owner = !identity.service_account && !owner.empty() && !bare.empty() &&
                                 !equal_ignoring_case(owner, bare);
    return identity;
}

std::vector<Attempt> ask_name_service(const std::string& /*domain*/) { return {}; }

GroupPolicyFacts group_policy_here(const Sources& sources) {
    GroupPolicyFacts facts{
        .not_told =
            "Which policies apply and what they set stands on SYSVOL, which this agent "
            "does not read; gpresult /h tells both.",
        .legacy_requests = has_keys_below(open_key(kLegacyKey))};
    add_refresh(sources, facts);
    return facts;
}

}  // namespace ae::service
