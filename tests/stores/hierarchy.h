// Certificates of three levels for the chain checkers.
#pragma once

#include "stores/chain_checker.h"
#include "tests/contract/store_under_test.h"
#include "tests/stores/scratch_key.h"

#include <chrono>

namespace ae::test {

// Root -> issuing authority -> machine, and what a checker is to trust.
struct Hierarchy {
    Hierarchy() {
        root =
            make("Corp Root CA", *root_key, "Corp Root CA", *root_key, Role::authority, 1000, 2000);
        issuing = make("Corp Issuing CA", *issuing_key, "Corp Root CA", *root_key, Role::authority,
                       500, 900);
        machine =
            make("ws1", *machine_key, "Corp Issuing CA", *issuing_key, Role::end_entity, 10, 300);
    }

    // Valid from `age` hours ago for `left` hours more.
    static Bytes make(const std::string& subject, const engine::PrivateKey& key,
                      const std::string& issuer, engine::PrivateKey& issuer_key, Role role, int age,
                      int left, const std::string& critical_extension = {}) {
        return make_certificate({.subject = subject,
                                 .issuer = issuer,
                                 .public_key_info = copy(key.public_key_info()),
                                 .serial = age,
                                 .not_before = kStoreNow - std::chrono::hours(age),
                                 .not_after = kStoreNow + std::chrono::hours(left),
                                 .role = role,
                                 .critical_extension = critical_extension},
                                issuer_key);
    }

    void trust(const std::vector<Bytes>& roots, const std::vector<Bytes>& intermediates) {
        anchors = {roots, intermediates};
    }
    engine::ChainStatus check(const Bytes& certificate, const std::vector<Bytes>& extra = {},
                              Time now = kStoreNow) {
        return checker->check(certificate, extra, anchors, now);
    }

    std::unique_ptr<engine::PrivateKey> root_key = make_scratch_key();
    std::unique_ptr<engine::PrivateKey> issuing_key = make_scratch_key();
    std::unique_ptr<engine::PrivateKey> machine_key = make_scratch_key();
    Bytes root, issuing, machine;
    engine::Anchors anchors;
    std::unique_ptr<engine::ChainChecker> checker = stores::make_chain_checker();
};

}  // namespace ae::test
