// Enrollment policy servers that group policy names (rule A6; [MS-CAESO] 4.4.5.3.2).
//
// "LDAP:" stands for the directory itself, which is all that this client asks; HTTPS end points are
// passed over aloud.  No end point at all means the directory, as if "LDAP:" were there alone.
// Whether an "LDAP:" end point is meant for this forest is told by the engine, which knows the
// objectGUID of the forest root domain.
// Not for: reading files, asking anybody.  Pure, portable, any thread.
#pragma once

#include "policy/autoenroll_policy.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ae::policy {

inline constexpr std::string_view kPolicyServersKey =
    "Software\\Policies\\Microsoft\\Cryptography\\PolicyServers";

// Bits of an end point's Flags and AuthFlags.
inline constexpr std::uint32_t kEndPointAutoenrollment = 0x10;
inline constexpr std::uint32_t kAuthAnonymous = 0x1;
inline constexpr std::uint32_t kAuthKerberos = 0x2;

struct EndPoint {
    std::string key{};  // name of its registry key: any text
    std::string url{};  // empty: the value is missing
    std::string policy_id{};
    std::string friendly_name{};
    std::uint32_t flags = 0;
    std::uint32_t auth_flags = 0;
    std::uint32_t cost = 0x7FFFFFFD;
};

// In the order of their keys' names.  Error: kInvalidData naming file and line of a value of the
// wrong type.
Result<std::vector<EndPoint>> read_end_points(engine::Scope scope,
                                              const std::vector<RegFile>& files);

struct EndPointChoice {
    bool is_configured = false;         // false: no end points, the directory is implied
    std::vector<EndPoint> directory{};  // the "LDAP:" ones to ask, the first one first
    std::vector<std::string> notes{};   // one sentence for whatever is passed over
};

// Groups of one PolicyID; each sorted by Cost, then Kerberos, then anonymous, then the rest; a
// group whose first member does not enable autoenrollment is passed over.  Any order of `all` gives
// the same choice.
EndPointChoice choose_end_points(std::vector<EndPoint> all);

}  // namespace ae::policy
