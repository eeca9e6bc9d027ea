// One context (machine or user) of the Windows stores: what cert_store.h and key_store.h work in.
// Sibling of store_context.h, with the same name and other means.
//
//   MY, REQUEST   LocalMachine or CurrentUser
//   CA            of the same location: the issuers of installed certificates
//   trust         LocalMachine-Enterprise Root, CA and NTAuth: the replica, for users too (rule K1)
//
// Opening to change finishes what a crash cut off: an entry of REQUEST whose certificate stands in
// MY goes.  It takes no lock: context_stores.h does.  `crypto` must outlive the context, which must
// outlive the stores made from it.  One thread.  Errors: those of system_store_wincrypt.h.
#pragma once

#include "stores/context_stores.h"
#include "stores/key_providers.h"
#include "stores/system_store_wincrypt.h"
#include "stores/warn.h"

#include <memory>
#include <string_view>
#include <utility>

namespace ae::stores {

class StoreContext {
  public:
    static Result<std::unique_ptr<StoreContext>> open(engine::Scope scope, StoreUse use, Warn warn,
                                                      engine::Crypto& crypto);

    [[nodiscard]] engine::Scope scope() const { return scope_; }
    // A machine has nobody who could enter a PIN.
    [[nodiscard]] Prompt prompt() const {
        return scope_ == engine::Scope::machine ? Prompt::never : Prompt::allowed;
    }
    [[nodiscard]] KeyProviders& providers() const { return *providers_; }
    void warn(std::string_view sentence) const;

    [[nodiscard]] Result<UniqueCertStore> my() const { return open_store(L"MY"); }
    [[nodiscard]] Result<UniqueCertStore> request() const { return open_store(L"REQUEST"); }
    [[nodiscard]] Result<UniqueCertStore> issuers() const { return open_store(L"CA"); }

  private:
    StoreContext(engine::Scope scope, StoreAccess access, Warn warn, engine::Crypto& crypto)
        : scope_(scope),
          access_(access),
          warn_(std::move(warn)),
          providers_(std::make_unique<KeyProviders>(crypto)) {}

    [[nodiscard]] Result<UniqueCertStore> open_store(const wchar_t* name) const {
        return open_system_store(scope_, name, access_);
    }
    [[nodiscard]] Done finish_installs() const;

    engine::Scope scope_;
    StoreAccess access_;
    Warn warn_;
    std::unique_ptr<KeyProviders> providers_;
};

}  // namespace ae::stores
