// Stores that work, in memory, with one fault where a test wants it.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/certificate.h"
#include "stores/context_stores.h"
#include "tests/support/fake_crypto.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ae::test {

// What outlives a trial: the disk.
struct Disk {
    struct Entry {
        Bytes certificate{};
        std::string key{};
        std::string template_name{};
        bool archived = false;
    };
    std::map<std::string, engine::KeyAlgorithm> keys{};
    std::map<std::string, engine::PendingRequest> requests{};
    std::map<std::string, Entry> my{};
    std::set<std::string> faults{};  // names of calls that fail, or of promises that are broken
    std::vector<std::string> providers{"Microsoft Software Key Storage Provider"};
    std::optional<Hresult> chip_error{};
    int made = 0;

    [[nodiscard]] bool has(const char* fault) const { return faults.contains(fault); }
    [[nodiscard]] bool empty() const { return keys.empty() && requests.empty() && my.empty(); }
    static tl::unexpected<Error> error(const char* call) { return fail(kWriteFault, call); }
};

class MemoryKey final : public engine::PrivateKey {
  public:
    MemoryKey(const Disk& disk, const std::string& reference, engine::KeyAlgorithm algorithm)
        : disk_(disk), key_(reference, algorithm) {}
    [[nodiscard]] const std::string& reference() const override { return key_.reference(); }
    [[nodiscard]] ByteView public_key_info() const override { return key_.public_key_info(); }
    [[nodiscard]] engine::KeyAlgorithm algorithm() const override { return key_.algorithm(); }
    Result<Bytes> sign(const engine::SignatureScheme& scheme, ByteView message) override {
        key_.broken = disk_.has("sign");
        key_.signs_as_another = disk_.has("signs as another");
        return key_.sign(scheme, message);
    }

  private:
    const Disk& disk_;
    FakeKey key_;
};

class MemoryKeys final : public engine::KeyStore {
  public:
    explicit MemoryKeys(Disk& disk) : disk_(disk) {}
    using Made = Result<std::unique_ptr<engine::PrivateKey>>;

    Made create(const engine::KeyRequest& request) override {
        if (disk_.chip_error &&
            request.providers == std::vector<std::string>{"Microsoft Platform Crypto Provider"}) {
            return fail(*disk_.chip_error, "create");
        }
        if (disk_.has("create") ||
            (disk_.has("no curves") && request.algorithm != engine::KeyAlgorithm::rsa)) {
            return fail(kNotSupported, "create");
        }
        const std::string reference = "key " + std::to_string(++disk_.made);
        disk_.keys[reference] = request.algorithm;
        return opened(reference);
    }
    Made open_held(const std::string& thumbprint) override {
        const auto at = disk_.my.find(thumbprint);
        return at == disk_.my.end() ? Made(fail(kFileNotFound, "open")) : opened(at->second.key);
    }
    Made reuse(const std::string&) override { return fail(kNotSupported, "reuse"); }
    Made open(const std::string& reference, const engine::KeyRequest&) override {
        return open_pending(reference);
    }
    Made open_pending(const std::string& reference) override {
        if (disk_.has("opens another")) {
            return std::make_unique<MemoryKey>(disk_, "another", engine::KeyAlgorithm::rsa);
        }
        return opened(reference);
    }
    std::vector<std::string> providers() override { return disk_.providers; }
    Done erase(const std::string& reference) override {
        if (disk_.has("erase")) {
            return Disk::error("erase");
        }
        if (!disk_.has("keeps keys")) {
            disk_.keys.erase(reference);
            disk_.requests.erase(reference);
        }
        return done();
    }

  private:
    Made opened(const std::string& reference) {
        const auto at = disk_.keys.find(reference);
        if (at == disk_.keys.end()) {
            return fail(kFileNotFound, "open " + reference);
        }
        return std::make_unique<MemoryKey>(disk_, reference, at->second);
    }
    Disk& disk_;
};

class MemoryCertificates final : public engine::CertStore {
  public:
    explicit MemoryCertificates(Disk& disk) : disk_(disk) {}

    Result<std::vector<engine::HeldCertificate>> held() override {
        if (disk_.has("held")) {
            return fail(kReadFault, "held");
        }
        std::vector<engine::HeldCertificate> all;
        for (const auto& [thumbprint, entry] : disk_.my) {
            if (!entry.archived || disk_.has("lists archived")) {
                engine::HeldCertificate one;
                one.facts = engine::parse_certificate(entry.certificate).value();
                one.thumbprint = thumbprint;
                one.key =
                    disk_.has("loses the key") ? engine::KeyState::gone : engine::KeyState::usable;
                all.push_back(std::move(one));
            }
        }
        return all;
    }
    Result<std::vector<engine::PendingRequest>> pending() override {
        std::vector<engine::PendingRequest> all;
        for (const auto& [reference, request] : disk_.requests) {
            all.push_back(request);
        }
        return all;
    }
    Done save_pending(const engine::PendingRequest& request) override {
        if (disk_.has("save")) {
            return Disk::error("save");
        }
        disk_.requests[request.key_reference] = request;
        if (disk_.has("forgets the CA")) {
            disk_.requests[request.key_reference].ca = {};
        }
        return done();
    }
    Done drop_pending(const engine::PendingRequest& request) override {
        disk_.requests.erase(request.key_reference);
        return done();
    }
    Result<engine::InstalledCertificate> install(const engine::NewCertificate& entry) override {
        if (disk_.has("install")) {
            return Disk::error("install");
        }
        const std::string thumbprint = to_hex(fake_digest(entry.certificate));
        disk_.my[thumbprint] = {entry.certificate, entry.key_reference,
                                disk_.has("forgets the template") ? "" : entry.template_name};
        disk_.requests.erase(entry.key_reference);
        return engine::InstalledCertificate{thumbprint, "my/" + thumbprint};
    }
    Done archive(const std::string& thumbprint) override {
        disk_.my.at(thumbprint).archived = true;
        return disk_.has("archive") ? Disk::error("archive") : done();
    }
    Done remove(const std::string& thumbprint) override {
        if (disk_.has("remove")) {
            return Disk::error("remove");
        }
        if (const auto at = disk_.my.find(thumbprint); at != disk_.my.end()) {
            disk_.keys.erase(at->second.key);
            disk_.my.erase(at);
        }
        return done();
    }
    Result<std::vector<Bytes>> trusted(engine::TrustStore) override { return std::vector<Bytes>{}; }
    Result<engine::StoreChange> replace(engine::TrustStore, const std::vector<Bytes>&) override {
        return engine::StoreChange{};
    }

  private:
    Disk& disk_;
};

class MemoryMemory final : public engine::MemoryStore {
  public:
    engine::Memory load() override { return {}; }
    Done save(const engine::Memory&) override { return done(); }
};

class MemoryStores final : public stores::ContextStores {
  public:
    explicit MemoryStores(Disk& disk) : disk_(disk), keys_(disk), certificates_(disk) {}

    engine::KeyStore& keys() override { return keys_; }
    engine::CertStore& certificates() override { return certificates_; }
    engine::MemoryStore& memory() override { return memory_; }
    Result<stores::Tidied> tidy(const stores::TidyOptions& /*options*/) override {
        return stores::Tidied{};
    }
    std::string template_of(const std::string& thumbprint) override {
        return disk_.my.at(thumbprint).template_name;
    }
    Result<std::vector<engine::HeldCertificate>> archived() override {
        return std::vector<engine::HeldCertificate>{};
    }
    std::string key_place(const std::string& /*thumbprint*/) override { return {}; }

  private:
    Disk& disk_;
    MemoryKeys keys_;
    MemoryCertificates certificates_;
    MemoryMemory memory_;
};

}  // namespace ae::test
