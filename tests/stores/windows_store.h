// Windows' stores and key containers of a test's own: HKEY_CURRENT_USER and HKEY_LOCAL_MACHINE of
// this process point into a key that is deleted afterwards, so that nothing else of the host is
// touched.
#pragma once

#include "engine/base/win32.h"
#include "stores/crypto.h"
#include "stores/store_context_wincrypt.h"
#include "tests/contract/store_under_test.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ae::test {

class RegistrySandbox {
  public:
    RegistrySandbox();                                   // a new one, gone with this object
    explicit RegistrySandbox(const std::wstring& path);  // one that another process has made
    RegistrySandbox(const RegistrySandbox&) = delete;
    RegistrySandbox& operator=(const RegistrySandbox&) = delete;
    ~RegistrySandbox();
    [[nodiscard]] const std::wstring& path() const { return path_; }  // below HKEY_CURRENT_USER

  private:
    void enter();

    std::wstring path_;
    bool is_owner_;
    UniqueRegistryKey user_;
    UniqueRegistryKey machine_;
};

class TemporaryWindowsFolder {
  public:
    TemporaryWindowsFolder();
    TemporaryWindowsFolder(const TemporaryWindowsFolder&) = delete;
    TemporaryWindowsFolder& operator=(const TemporaryWindowsFolder&) = delete;
    ~TemporaryWindowsFolder();
    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

class WindowsStore final : public StoreUnderTest {
  public:
    explicit WindowsStore(engine::Scope scope);

    engine::KeyStore& keys() override { return *keys_; }
    engine::CertStore& certificates() override { return *certificates_; }
    engine::MemoryStore& memory() override { return *memory_; }
    engine::Crypto& crypto() override { return *crypto_; }
    void reopen() override;
    // Those of the providers that keep keys under Wine, and on Windows those of CNG as well.
    [[nodiscard]] std::vector<engine::KeyRequest> kinds_of_keys() const override;
    [[nodiscard]] bool archives_what_it_does_not_export() const override;

    [[nodiscard]] const stores::StoreContext& context() const { return *context_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    [[nodiscard]] const RegistrySandbox& registry() const { return registry_; }

  private:
    RegistrySandbox registry_{};
    TemporaryWindowsFolder folder_{};
    engine::Scope scope_;
    std::vector<std::string> warnings_{};
    std::unique_ptr<engine::Crypto> crypto_;
    std::unique_ptr<stores::StoreContext> context_;
    std::unique_ptr<engine::KeyStore> keys_;
    std::unique_ptr<engine::CertStore> certificates_;
    std::unique_ptr<engine::MemoryStore> memory_;
};

inline constexpr const char* kStorageProvider = "Microsoft Software Key Storage Provider";
inline constexpr const char* kSchannelProvider = "Microsoft RSA SChannel Cryptographic Provider";
inline constexpr const char* kAesProvider = "Microsoft Enhanced RSA and AES Cryptographic Provider";

// RSA in a provider of the older kind, which persists everywhere.
inline engine::KeyRequest csp_rsa() {
    return {.template_name = "CorpMachine",
            .providers = {kAesProvider},
            .spec = engine::KeySpec::exchange};
}

}  // namespace ae::test
