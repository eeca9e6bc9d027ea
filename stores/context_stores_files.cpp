#include "stores/archive_cap_files.h"
#include "stores/archived_files.h"
#include "stores/cert_store.h"
#include "stores/context_stores.h"
#include "stores/key_store.h"
#include "stores/memory_store.h"
#include "stores/my_entry_files.h"
#include "stores/orphaned_keys_files.h"
#include "stores/store_context.h"

namespace ae::stores {
namespace {

class FileStores final : public ContextStores {
  public:
    FileStores(std::unique_ptr<StoreContext> context, engine::Crypto& crypto)
        : context_(std::move(context)),
          crypto_(crypto),
          keys_(make_key_store(*context_)),
          certificates_(make_cert_store(*context_, crypto)),
          memory_(make_memory_store(*context_)) {}

    engine::KeyStore& keys() override { return *keys_; }
    engine::CertStore& certificates() override { return *certificates_; }
    engine::MemoryStore& memory() override { return *memory_; }

    std::string template_of(const std::string& thumbprint) override {
        const auto folder = context_->open_my(thumbprint);
        if (!folder) {
            return {};
        }
        const auto entry = read_my_entry(*folder);
        return entry ? entry->template_name : std::string();
    }
    Result<std::vector<engine::HeldCertificate>> archived() override {
        return archived_certificates(*context_, crypto_);
    }
    std::string key_place(const std::string& thumbprint) override {
        return key_place_of(*context_, thumbprint);
    }
    Result<Tidied> tidy(const TidyOptions& options) override {
        Tidied tidied;
        tidied.orphaned_keys = erase_orphaned_keys(*context_, *keys_);
        if (options.keep_archived) {
            tidied.archived = delete_beyond_cap(*context_, *certificates_, *options.keep_archived);
        }
        return tidied;
    }

  private:
    std::unique_ptr<StoreContext> context_;
    engine::Crypto& crypto_;
    std::unique_ptr<engine::KeyStore> keys_;
    std::unique_ptr<engine::CertStore> certificates_;
    std::unique_ptr<engine::MemoryStore> memory_;
};

}  // namespace

Result<std::unique_ptr<ContextStores>> open_stores(const StoreOptions& options, StoreUse use,
                                                   engine::Crypto& crypto) {
    const auto open = use == StoreUse::change ? &StoreContext::open : &StoreContext::look_at;
    auto context =
        open(options.root, options.scope, options.warn,
             options.machine_root.empty() ? std::string(kMachineRoot) : options.machine_root,
             options.keys);
    if (!context) {
        return pass(context);
    }
    return std::make_unique<FileStores>(std::move(*context), crypto);
}

}  // namespace ae::stores
