#include "tests/stores/windows_store.h"

#include "stores/cert_store.h"
#include "stores/key_store.h"
#include "stores/memory_store_win32.h"
#include "tests/support/skip.h"

#include <atomic>
#include <mutex>
#include <stdexcept>

namespace ae::test {
namespace {

constexpr const wchar_t* kProviders = L"Software\\Microsoft\\Cryptography\\Defaults";

void must_be(LSTATUS status, const char* what) {
    if (status != ERROR_SUCCESS) {
        throw std::runtime_error(std::string(what) + ": " + std::to_string(status));
    }
}

UniqueRegistryKey make_key(HKEY parent, const std::wstring& path) {
    UniqueRegistryKey key;
    must_be(::RegCreateKeyExW(parent, path.c_str(), 0, nullptr, 0, KEY_ALL_ACCESS, nullptr,
                              key.put(), nullptr),
            "RegCreateKeyEx");
    return key;
}

std::wstring unique_name() {
    static std::atomic<unsigned> counter{0};
    return L"aeclient-test-" + std::to_wstring(::GetCurrentProcessId()) + L"-" +
           std::to_wstring(++counter);
}

}  // namespace

RegistrySandbox::RegistrySandbox() : path_(L"Software\\" + unique_name()), is_owner_(true) {
    machine_ = make_key(HKEY_CURRENT_USER, path_ + L"\\machine");
    // Without their registration no key provider is found.
    UniqueRegistryKey registered;
    must_be(::RegOpenKeyExW(HKEY_LOCAL_MACHINE, kProviders, 0, KEY_READ, registered.put()),
            "RegOpenKeyEx");
    const UniqueRegistryKey copy = make_key(machine_.get(), kProviders);
    must_be(::RegCopyTreeW(registered.get(), nullptr, copy.get()), "RegCopyTree");
    enter();
}

RegistrySandbox::RegistrySandbox(const std::wstring& path) : path_(path), is_owner_(false) {
    enter();
}

void RegistrySandbox::enter() {
    machine_ = make_key(HKEY_CURRENT_USER, path_ + L"\\machine");
    user_ = make_key(HKEY_CURRENT_USER, path_ + L"\\user");
    must_be(::RegOverridePredefKey(HKEY_LOCAL_MACHINE, machine_.get()), "RegOverridePredefKey");
    must_be(::RegOverridePredefKey(HKEY_CURRENT_USER, user_.get()), "RegOverridePredefKey");
}

RegistrySandbox::~RegistrySandbox() {
    ::RegOverridePredefKey(HKEY_LOCAL_MACHINE, nullptr);
    ::RegOverridePredefKey(HKEY_CURRENT_USER, nullptr);
    user_.reset();
    machine_.reset();
    if (is_owner_) {
        ::RegDeleteTreeW(HKEY_CURRENT_USER, path_.c_str());
    }
}

TemporaryWindowsFolder::TemporaryWindowsFolder()
    : path_(std::filesystem::temp_directory_path() / unique_name()) {
    std::filesystem::create_directories(path_);
}

TemporaryWindowsFolder::~TemporaryWindowsFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

WindowsStore::WindowsStore(engine::Scope scope) : scope_(scope), crypto_(stores::make_crypto()) {
    reopen();
}

void WindowsStore::reopen() {
    memory_.reset();
    certificates_.reset();
    keys_.reset();
    context_.reset();
    warnings_.clear();
    const auto warn = [this](std::string_view sentence) { warnings_.emplace_back(sentence); };
    context_ = must(stores::StoreContext::open(scope_, stores::StoreUse::change, warn, *crypto_));
    keys_ = stores::make_key_store(*context_);
    certificates_ = stores::make_cert_store(*context_, *crypto_);
    memory_ = stores::make_memory_store(folder_.path(), scope_, warn);
}

std::vector<engine::KeyRequest> WindowsStore::kinds_of_keys() const {
    using enum engine::KeyAlgorithm;
    engine::KeyRequest older = csp_rsa();
    older.providers = {"Microsoft Enhanced Cryptographic Provider v1.0"};
    older.spec = engine::KeySpec::signature;
    engine::KeyRequest schannel = csp_rsa();
    schannel.providers = {"Microsoft RSA SChannel Cryptographic Provider"};
    std::vector<engine::KeyRequest> kinds{csp_rsa(), schannel, older};
    if (is_wine()) {
        static std::once_flag said;
        std::call_once(said,
                       [] { AE_SKIP("W-CNG-KEYS", "Wine keeps no CNG key beyond its handle"); });
        return kinds;
    }
    for (const engine::KeyAlgorithm algorithm : {ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa}) {
        kinds.push_back({.algorithm = algorithm,
                         .template_name = "CorpMachine",
                         .providers = {"Microsoft Software Key Storage Provider"}});
    }
    return kinds;
}

bool WindowsStore::archives_what_it_does_not_export() const {
    if (!is_wine()) {
        return true;
    }
    static std::once_flag said;
    std::call_once(said,
                   [] { AE_SKIP("W-CSP-ARCHIVABLE", "Wine's CSPs know no CRYPT_ARCHIVABLE"); });
    return false;
}

}  // namespace ae::test
