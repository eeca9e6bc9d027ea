// The seam between the key store of Windows and what keeps its keys: a key storage provider of CNG
// or a provider of the older CryptoAPI (CSP).
//
// TPM and smart-card providers come through the same calls, by name.  Prompt::allowed lets such a
// provider ask for a PIN; a machine's pulse has nobody to ask.
// A key that create() made counts only once open() found it: callers open it again.
// Errors: kFileNotFound: there is no such key; kNotSupported: not by this provider, or not of this
// size; the system's own codes, of which callers can only say "unknown" (rule Q5).
// One thread at a time.
#pragma once

#include "engine/ports.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ae::stores {

// What CERT_KEY_PROV_INFO_PROP_ID of a certificate says.
struct KeyLocation {
    std::string provider{};
    std::string container{};
    std::uint32_t provider_type = 0;               // 0: CNG
    std::uint32_t spec = 0;                        // CSP: 1 AT_KEYEXCHANGE, 2 AT_SIGNATURE
    engine::Scope scope = engine::Scope::machine;  // whose key set
};

struct ProviderName {
    std::string name{};
    std::uint32_t type = 0;
};

class ProviderKey {
  public:
    virtual ~ProviderKey() = default;
    [[nodiscard]] virtual const Bytes& public_key_info() const = 0;
    // kNotSupported: the provider does not make such signatures.
    virtual Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) = 0;
    // False: made to agree on keys (ECDH).
    [[nodiscard]] virtual bool signs() const { return true; }
    virtual Done probe_agreement();
    // As in ports.h.  A key that was made for archival, and not for export, gives it only before
    // the object that create() returned is gone.
    virtual Result<Secret> archival_blob() = 0;
};

enum class Prompt { never, allowed };

class KeyProvider {
  public:
    virtual ~KeyProvider() = default;
    // Those that make keys that we have a use for.
    virtual std::vector<ProviderName> names() = 0;
    // With the key's access list (key_acl_win32.h).  An error leaves nothing behind.
    virtual Result<std::unique_ptr<ProviderKey>> create(const KeyLocation& where,
                                                        const engine::KeyRequest& request,
                                                        Prompt prompt) = 0;
    virtual Result<std::unique_ptr<ProviderKey>> open(const KeyLocation& where, Prompt prompt) = 0;
    virtual Done erase(const KeyLocation& where) = 0;  // missing: success
};

// `crypto` must outlive the provider and its keys.
std::unique_ptr<KeyProvider> make_cng_provider(engine::Crypto& crypto);
std::unique_ptr<KeyProvider> make_csp_provider();

}  // namespace ae::stores
