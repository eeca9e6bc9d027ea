#include "engine/base/hresult_table.h"
#include "stores/cert_store.h"
#include "stores/context_stores.h"
#include "stores/files_win32.h"
#include "stores/key_containers_win32.h"
#include "stores/key_store.h"
#include "stores/memory_store_win32.h"
#include "stores/my_list_wincrypt.h"
#include "stores/store_entry_wincrypt.h"
#include "stores/store_layout.h"
#include "stores/tidy_wincrypt.h"

#include <utility>

// windows.h first.
#include <shlobj.h>

namespace ae::stores {
namespace {

struct CoMemoryTraits {
    using value_type = wchar_t*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type memory) noexcept { ::CoTaskMemFree(memory); }
};
using UniqueCoText = UniqueHandle<CoMemoryTraits>;

constexpr std::string_view kStoresLock = "stores.lock";

// A file where nobody else can write: a named object would be anybody's to make first.  The system
// drops the lock when the program ends, however it does.
Result<UniqueFileHandle> take_lock(const std::string& folder, engine::Scope scope) {
    auto opened = ProtectedFolder::open_or_create(folder, scope);
    if (!opened) {
        return pass(opened);
    }
    auto lock = opened->try_lock(kStoresLock);
    if (!lock && lock.error().code == kBusy) {
        return fail(kBusy, "another aeclient is working in these certificate stores",
                    "Wait until it has finished, then try again");
    }
    return lock;
}

class WindowsStores final : public ContextStores {
  public:
    WindowsStores(UniqueFileHandle lock, std::unique_ptr<StoreContext> context,
                  engine::Crypto& crypto, std::unique_ptr<engine::MemoryStore> memory)
        : lock_(std::move(lock)),
          context_(std::move(context)),
          keys_(make_key_store(*context_)),
          certificates_(make_cert_store(*context_, crypto)),
          memory_(std::move(memory)) {}

    engine::KeyStore& keys() override { return *keys_; }
    engine::CertStore& certificates() override { return *certificates_; }
    engine::MemoryStore& memory() override { return *memory_; }

    Result<Tidied> tidy(const TidyOptions& options) override {
        return tidy_stores(*context_, *keys_, options,
                           {.now = std::chrono::floor<Seconds>(std::chrono::system_clock::now()),
                            .containers = machine_containers});
    }
    Result<std::vector<engine::HeldCertificate>> archived() override {
        return list_my(*context_, Listed::archived);
    }
    std::string key_place(const std::string& thumbprint) override {
        const auto my = context_->my();
        if (!my) {
            return {};
        }
        const UniqueCertContext certificate = find_certificate(*my, thumbprint);
        const auto where = certificate ? key_location_of(certificate.get()) : std::nullopt;
        return where ? where->provider + ", container " + where->container : std::string();
    }
    std::string template_of(const std::string& thumbprint) override {
        const auto my = context_->my();
        if (!my) {
            return {};
        }
        const UniqueCertContext certificate = find_certificate(*my, thumbprint);
        return certificate ? text_property_of(certificate.get(), CERT_AUTO_ENROLL_PROP_ID)
                           : std::string();
    }

  private:
    UniqueFileHandle lock_;
    std::unique_ptr<StoreContext> context_;
    std::unique_ptr<engine::KeyStore> keys_;
    std::unique_ptr<engine::CertStore> certificates_;
    std::unique_ptr<engine::MemoryStore> memory_;
};

}  // namespace

Result<std::unique_ptr<ContextStores>> open_stores(const StoreOptions& options, StoreUse use,
                                                   engine::Crypto& crypto) {
    const std::string folder = options.root + '\\' + std::string(folder_of(options.scope));
    UniqueFileHandle lock;
    if (use == StoreUse::change) {
        auto taken = take_lock(folder, options.scope);
        if (!taken) {
            return pass(taken);
        }
        lock = std::move(*taken);
    }
    auto context = StoreContext::open(options.scope, use, options.warn, crypto);
    if (!context) {
        return pass(context);
    }
    return std::make_unique<WindowsStores>(std::move(lock), std::move(*context), crypto,
                                           make_memory_store(folder, options.scope, options.warn));
}

Result<std::string> default_store_root(engine::Scope scope) {
    UniqueCoText folder;
    const HRESULT found = ::SHGetKnownFolderPath(
        scope == engine::Scope::machine ? FOLDERID_ProgramData : FOLDERID_LocalAppData, 0, nullptr,
        folder.put());
    if (FAILED(found)) {
        return fail(
            win32_error(static_cast<DWORD>(found), "find the folder for this agent's data"));
    }
    return narrow(folder.get()) + "\\aeclient";
}

}  // namespace ae::stores
