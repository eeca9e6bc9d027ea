// Which provider's name, as templates write it, stands for which place of keys on this machine.
//
//   "software"                          files: a key.pem in its entry
//   "tpm", "tpm:device:/dev/tpmrm0"     the machine's TPM 2.0; after the colon how to reach it, as
//                                       TCTI libraries are configured.  There is one TPM only.
//   "pkcs11:token=..?pin-source=.."     a token (RFC 7512); `pin-source` is a file with its PIN;
//                                       a PIN in the setting itself is refused
//
// Known without any setting: the software providers (software_providers.h) and "Microsoft Platform
// Crypto Provider", which is the TPM.  Smart card providers stand for nothing until somebody says
// on which token: a card of this machine cannot be guessed.  A setting replaces what was known.
// Names are compared without case (rule E8).  A setting that cannot be understood takes the name
// out of the table: keys must never go to another place than the administrator wrote.
// Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"
#include "stores/key_settings.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::stores {

enum class KeyHome { software, tpm, token };

struct KeyPlace {
    KeyHome home = KeyHome::software;
    std::string where{};  // TPM: TCTI configuration, empty: the usual; token: its URI
    bool operator==(const KeyPlace&) const = default;
};

struct ProviderRow {
    enum class Origin { known, configured };
    std::string name{};
    KeyPlace place{};
    Origin origin = Origin::known;
};

struct ProviderTable {
    std::vector<ProviderRow> rows{};
    std::vector<std::string> problems{};  // one sentence for each setting that does not count
};

inline constexpr std::string_view kPlatformProvider = "Microsoft Platform Crypto Provider";

// kInvalidData: the text is none of the forms above.
Result<KeyPlace> parse_key_place(std::string_view text);
std::string to_text(const KeyPlace& place);

ProviderTable provider_table(const KeySettings& settings);

// Those that will do for the providers of a KeyRequest, in its order, each once.  None named:
// files.
std::vector<KeyPlace> places_of(const ProviderTable& table,
                                const std::vector<std::string>& providers);

}  // namespace ae::stores
