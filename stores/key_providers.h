// All key providers of this host behind one door, and where a new key goes.  Windows only.
// Errors: those of key_provider.h.  One thread at a time.
#pragma once

#include "stores/key_provider.h"
#include "stores/public_key_info.h"

namespace ae::stores {

class KeyProviders {
  public:
    explicit KeyProviders(engine::Crypto& crypto)
        : cng_(make_cng_provider(crypto)), csp_(make_csp_provider()) {}

    std::vector<std::string> names();
    // Where such a key may be: with those of the template's providers that are here, in its order,
    // or with the system's own when it leaves that open: the RSA and AES provider for a template of
    // the older kind, else the software key storage provider.
    // kNotSupported: none is here, or nobody makes such a key.
    Result<std::vector<KeyLocation>> places_for(const engine::KeyRequest& request,
                                                engine::Scope scope, const std::string& container);
    // With the first of them that makes it: a provider may be here and its card or TPM not.  On
    // stable storage: it was opened again.  An error leaves nothing behind and names each provider.
    struct MadeKey {
        KeyLocation where{};
        std::unique_ptr<ProviderKey> key{};
        std::optional<Secret> archival_blob{};  // of a key that was asked for with archival
    };
    Result<MadeKey> create(const std::vector<KeyLocation>& places,
                           const engine::KeyRequest& request, Prompt prompt);
    Result<std::unique_ptr<ProviderKey>> open(const KeyLocation& where, Prompt prompt) {
        return of(where).open(where, prompt);
    }
    Done erase(const KeyLocation& where) { return of(where).erase(where); }

  private:
    Result<MadeKey> create_at(const KeyLocation& where, const engine::KeyRequest& request,
                              Prompt prompt);
    KeyProvider& of(const KeyLocation& where) { return where.provider_type == 0 ? *cng_ : *csp_; }

    std::unique_ptr<KeyProvider> cng_;
    std::unique_ptr<KeyProvider> csp_;
};

}  // namespace ae::stores
