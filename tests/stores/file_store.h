// A directory store of its own in a temporary folder, for the tests here.
#pragma once

#include "stores/cert_store.h"
#include "stores/crypto.h"
#include "stores/key_store.h"
#include "stores/memory_store.h"
#include "stores/store_context.h"
#include "tests/contract/store_under_test.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ae::test {

class FileStore : public StoreUnderTest {
  public:
    // Opens, and fails the test when it cannot.
    explicit FileStore(std::string root, stores::KeySettings settings = {});

    engine::KeyStore& keys() override { return *keys_; }
    engine::CertStore& certificates() override { return *certificates_; }
    engine::MemoryStore& memory() override { return *memory_; }
    engine::Crypto& crypto() override { return *crypto_; }
    void reopen() override;
    void close();
    // For the next opening.
    void set(stores::KeySettings settings) { settings_ = std::move(settings); }
    // Since the last opening.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    [[nodiscard]] std::filesystem::path path() const { return root_ + "/machine"; }

  private:
    std::string root_;
    stores::KeySettings settings_;
    std::vector<std::string> warnings_;
    std::unique_ptr<engine::Crypto> crypto_;
    std::unique_ptr<stores::StoreContext> context_;
    std::unique_ptr<engine::KeyStore> keys_;
    std::unique_ptr<engine::CertStore> certificates_;
    std::unique_ptr<engine::MemoryStore> memory_;
};

// One key, and the certificate for it installed.
struct Held {
    Held();
    engine::HeldCertificate only();  // fails the test when there is not exactly one

    TemporaryFolder folder;
    FileStore store;
    std::unique_ptr<engine::PrivateKey> issuer;
    std::unique_ptr<engine::PrivateKey> key;
    engine::NewCertificate entry;
    engine::InstalledCertificate installed;
    std::filesystem::path inside;  // the entry's folder
};

unsigned mode_of(const std::filesystem::path& path);
// Every path below `folder`, relative to it, with a digest of its content: what a change changed.
std::vector<std::string> picture_of(const std::filesystem::path& folder);

}  // namespace ae::test
