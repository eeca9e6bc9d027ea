// Reads the text that regedit exports ("Windows Registry Editor Version 5.00"), the form in which
// an administrator hands policy to this machine.
//
// Takes UTF-16LE with a byte order mark (what regedit writes) and UTF-8 with or without one.  Full
// hive names only, as regedit itself.  Stricter than regedit, because policy fails closed: a line
// that is not understood is an error with its number, never skipped.
// Not for: deciding which value wins (autoenroll_policy.h) or opening files (policy_source.h).
// Errors: kInvalidData.  Pure, portable, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace ae::policy {

inline constexpr std::size_t kMaxRegFileOctets = 1U << 20U;

// A type that policy has no use for: number as in [MS-RRP] 2.2.9 REG_VALUE_TYPE.
struct OtherRegData {
    std::uint32_t type = 0;
    Bytes octets{};
};
using RegData = std::variant<std::uint32_t, std::string, OtherRegData>;  // REG_DWORD, REG_SZ, other
std::string type_name(const RegData& data);                              // "REG_DWORD"

enum class RegAction { open_key, delete_key, set_value, delete_value };

// One step of the file.  Order matters: a later step undoes an earlier one.
struct RegOperation {
    RegAction action{};
    std::string key{};   // "HKEY_LOCAL_MACHINE\Software\...", as written
    std::string name{};  // empty: the default value, "@"
    RegData data{};
    std::size_t line = 0;  // counts from 1; 0: it stands in no file but in the registry itself
};

Result<std::vector<RegOperation>> parse_reg_file(ByteView octets);

}  // namespace ae::policy
