// AEPolicy and the expiry warnings out of merged registry values ([MS-CAESO] 4.4.5.1; rules A1-A5,
// X3).
//
// HKEY_LOCAL_MACHINE steers the machine, HKEY_CURRENT_USER every user.  The policy key wins over
// the locally configured key (A4); the warnings stand in the policy key only.  A value of the wrong
// type is an error, not "not configured": nobody may end up with less (or more) than the
// administrator meant without hearing of it. Not for: reading files.  Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/snapshot.h"
#include "policy/reg_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::policy {

inline constexpr std::string_view kPolicyKey =
    "Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment";
inline constexpr std::string_view kLocalKey = "Software\\Microsoft\\Cryptography\\AutoEnrollment";
inline constexpr std::string_view kPolicyValue = "AEPolicy";
inline constexpr std::string_view kWarnPercentValue = "OfflineExpirationPercent";
inline constexpr std::string_view kWarnStoresValue = "OfflineExpirationStoreNames";

struct RegFile {
    std::string path{};  // for people
    std::vector<RegOperation> operations{};
};

// The value that stands after all files were applied in order; `value` is nullptr when none does.
// Keys and names compare without case; deleting a key deletes what is below it.
struct FoundValue {
    const RegOperation* value = nullptr;
    const RegFile* file = nullptr;
};
FoundValue find_value(const std::vector<RegFile>& files, std::string_view key,
                      std::string_view name);
// The names of the values that stand in one key, as written, in the order of first mention.
std::vector<std::string> value_names(const std::vector<RegFile>& files, std::string_view key);
// The value as REG_DWORD or REG_SZ; nothing when no value stands.  Error: kInvalidData naming file,
// line and the type that it has instead.
Result<std::optional<std::uint32_t>> find_number(const std::vector<RegFile>& files,
                                                 std::string_view key, std::string_view name);
Result<std::optional<std::string>> find_text(const std::vector<RegFile>& files,
                                             std::string_view key, std::string_view name);

// What is wrong with a value that was found, naming file and line, or the registry and the key:
// kInvalidData.
Error value_error(const FoundValue& found, const std::string& what, const std::string& remedy);

std::string hive_of(engine::Scope scope);  // "HKEY_LOCAL_MACHINE\"
bool is_key_or_below(std::string_view key, std::string_view ancestor);

// Error: kInvalidData naming file and line.
Result<engine::AutoenrollPolicy> autoenroll_policy(engine::Scope scope,
                                                   const std::vector<RegFile>& files);

}  // namespace ae::policy
