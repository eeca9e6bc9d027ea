// What an administrator says of keys (policy/agent_settings.h), and of asking for them.  Values,
// portable.
// Names are in lower case, as the settings give them: templates' names and providers' names are
// compared without case.
#pragma once

#include <map>
#include <string>

namespace ae::stores {

// When a token's PIN is tried: not where it could lock itself (token_session_p11kit.h), or also
// then, because a person asks.
enum class PinUse { careful, asked };

struct KeySettings {
    // A provider's name, as templates write it, and where its keys live (provider_table.h); beside
    // those that are known without.
    std::map<std::string, std::string> providers{};
    // A template's cn, and the group that may read the keys of its certificates besides the owner.
    std::map<std::string, std::string> readers{};
    PinUse pins = PinUse::careful;
    // The folder where refused PINs are noted; empty: that of the context that is opened.
    std::string pin_memory{};
};

}  // namespace ae::stores
