// What the contracts of the stores share: the fixture that an implementation gives, and the things
// that are put into it.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/ports.h"
#include "tests/contract/test_certificates.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace ae::test {

class StoreUnderTest {
  public:
    virtual ~StoreUnderTest() = default;
    virtual engine::KeyStore& keys() = 0;
    virtual engine::CertStore& certificates() = 0;
    virtual engine::MemoryStore& memory() = 0;
    virtual engine::Crypto& crypto() = 0;
    // The kinds of keys that the store can keep on this host; the cases use the first.
    [[nodiscard]] virtual std::vector<engine::KeyRequest> kinds_of_keys() const {
        using enum engine::KeyAlgorithm;
        std::vector<engine::KeyRequest> kinds;
        for (const engine::KeyAlgorithm algorithm : {ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa}) {
            kinds.push_back({.algorithm = algorithm, .template_name = "CorpMachine"});
        }
        return kinds;
    }
    // The lengths of RSA keys that it makes.
    [[nodiscard]] virtual std::vector<unsigned> rsa_lengths() const { return {2048, 3072, 4096}; }
    // Whether this host's providers give a key out for archival that may not be exported.
    [[nodiscard]] virtual bool archives_what_it_does_not_export() const { return true; }
    [[nodiscard]] engine::KeyRequest usual_key() const { return kinds_of_keys().front(); }
    // As after a restart of the program: only what is on stable storage counts.
    virtual void reopen() = 0;
};

inline const Time kStoreNow = *time_from_string("2026-06-01T12:00:00Z");

inline engine::KeyRequest p256() {
    return {.algorithm = engine::KeyAlgorithm::ecdsa_p256, .template_name = "CorpMachine"};
}

inline engine::PendingRequest pending_for(const engine::PrivateKey& key) {
    return {.key_reference = key.reference(),
            .template_name = "CorpMachine",
            .ca = {"ca1.corp.example.test", "Corp Issuing CA 1"},
            .request_id = 17,
            .submitted = kStoreNow,
            .predecessor = std::string(40, 'b'),
            .archived_key_hash = Bytes(32, 0xA5)};
}

// A root of its own, whose key lives in the store under test only as long as it is needed.
inline Bytes self_signed(engine::PrivateKey& key, const std::string& name,
                         std::int64_t serial = 1) {
    return make_certificate({.subject = name,
                             .issuer = name,
                             .public_key_info = copy(key.public_key_info()),
                             .serial = serial,
                             .not_before = kStoreNow - std::chrono::hours(24),
                             .not_after = kStoreNow + std::chrono::hours(24),
                             .role = Role::authority},
                            key);
}

inline engine::NewCertificate certificate_for(const engine::PrivateKey& key,
                                              engine::PrivateKey& issuer_key,
                                              std::int64_t serial = 4711) {
    return {.template_name = "CorpMachine",
            .template_oid = "1.3.6.1.4.1.311.21.8.1.2.3",
            .ca = {"ca1.corp.example.test", "Corp Issuing CA 1"},
            .request_id = 17,
            .certificate = make_certificate({.public_key_info = copy(key.public_key_info()),
                                             .serial = serial,
                                             .not_before = kStoreNow - std::chrono::hours(1),
                                             .not_after = kStoreNow + std::chrono::hours(1)},
                                            issuer_key),
            .chain = {self_signed(issuer_key, "Corp Root CA")},
            .key_reference = key.reference(),
            .installed = kStoreNow};
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        FAIL(result.error().sentence());
    }
    return std::move(*result);
}

}  // namespace ae::test
