// What stands in the store before a change is cut off, and what must hold afterwards.
#pragma once

#include "tests/contract/memory_store_contract.h"
#include "tests/stores/file_store.h"

namespace ae::test {

inline constexpr const char* kBroken = "broken";

// What stands before the change: a key, a request for it that is pending, a certificate that
// answers it, a second key whose certificate is installed, one trusted root, and a memory.
struct Scene {
    explicit Scene(const std::string& root) : store(root) {
        issuer = must(store.keys().create(p256()));
        key = must(store.keys().create(p256()));
        answer = certificate_for(*key, *issuer);
        must(store.certificates().save_pending(pending_for(*key)));
        const auto other_key = must(store.keys().create(p256()));
        other = must(store.certificates().install(certificate_for(*other_key, *issuer)));
        old_root = self_signed(*issuer, "Corp Root CA", 1);
        new_root = self_signed(*issuer, "Corp Root CA", 2);
        must(store.certificates().replace(engine::TrustStore::root, {old_root}));
        must(store.memory().save(full_memory()));
    }
    // A second certificate with the key of `other`, which is about to go.
    void add_doomed() {
        const auto again = must(store.keys().reuse(other.thumbprint));
        doomed = must(store.certificates().install(certificate_for(*again, *issuer, 5))).thumbprint;
    }
    [[nodiscard]] std::filesystem::path request_of(const engine::PrivateKey& of) const {
        return store.path() / "request" / of.reference();
    }

    FileStore store;
    std::unique_ptr<engine::PrivateKey> issuer;
    std::unique_ptr<engine::PrivateKey> key;
    engine::NewCertificate answer;
    engine::InstalledCertificate other;
    bool broken_memory = false;
    std::string doomed;  // thumbprint; empty: nothing is archived or removed
    Bytes old_root;
    Bytes new_root;
};

void check_modes(const std::filesystem::path& store);
// True for any state that the store may be found in after the change was cut off.
void check_nothing_lost(Scene& scene);

}  // namespace ae::test
