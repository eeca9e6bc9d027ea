// The words of machine.json for the engine's enumerations; the first is what a missing member
// means.
#pragma once

#include "engine/snapshot.h"
#include "service/capture/json_reader.h"

#include <array>

namespace ae::service {

inline constexpr std::uint32_t kCaptureFormat = 1;

inline constexpr std::array<NamedValue<engine::Scope>, 2> kScopes{
    {{"machine", engine::Scope::machine}, {"user", engine::Scope::user}}};

inline constexpr std::array<NamedValue<engine::KeyState>, 3> kKeyStates{
    {{"unknown", engine::KeyState::unknown},
     {"usable", engine::KeyState::usable},
     {"gone", engine::KeyState::gone}}};

inline constexpr std::array<NamedValue<engine::ChainState>, 5> kChainStates{
    {{"valid", engine::ChainState::valid},
     {"revoked", engine::ChainState::revoked},
     {"untrusted", engine::ChainState::untrusted},
     {"expired", engine::ChainState::expired},
     {"malformed", engine::ChainState::malformed}}};

// In the order in which they are written.
inline constexpr std::array<NamedValue<engine::TrustStore>, 3> kTrustStores{
    {{"root", engine::TrustStore::root},
     {"intermediate", engine::TrustStore::intermediate},
     {"nt_auth", engine::TrustStore::nt_auth}}};

}  // namespace ae::service
