// What every CertStore with its KeyStore promises, as one set of cases for all implementations.
// Call it inside a TEST_CASE; each SECTION gets a fresh, empty fixture from the caller.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/ports.h"
#include "tests/contract/test_certificates.h"

#include <chrono>

#include <catch2/catch.hpp>

namespace ae::test {

class StoreUnderTest {
  public:
    virtual ~StoreUnderTest() = default;
    virtual engine::KeyStore& keys() = 0;
    virtual engine::CertStore& certificates() = 0;
    virtual engine::Crypto& crypto() = 0;
    // As after a restart of the program: only what is on stable storage counts.
    virtual void reopen() = 0;
};

// The stores under test must take this for the present.
inline const Time kStoreNow = *time_from_string("2026-06-01T12:00:00Z");

inline engine::KeyRequest p256() {
    return {.algorithm = engine::KeyAlgorithm::ecdsa_p256, .template_name = "CorpMachine"};
}

inline engine::PendingRequest pending_for(const engine::PrivateKey& key) {
    return {.key_reference = key.reference(),
            .template_name = "CorpMachine",
            .ca = {"ca1.corp.example.test", "Corp Issuing CA 1"},
            .request_id = 17,
            .submitted = kStoreNow};
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
                                              engine::PrivateKey& issuer_key) {
    return {.template_name = "CorpMachine",
            .template_oid = "1.3.6.1.4.1.311.21.8.1.2.3",
            .ca = {"ca1.corp.example.test", "Corp Issuing CA 1"},
            .request_id = 17,
            .certificate = make_certificate({.public_key_info = copy(key.public_key_info()),
                                             .serial = 4711,
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

inline void key_store_contract(StoreUnderTest& world) {
    using engine::HashAlgorithm;
    using engine::KeyAlgorithm;
    const Bytes message = copy(as_bytes("to be signed"));

    SECTION("a new key of each algorithm signs what its public half verifies") {
        struct Row {
            KeyAlgorithm algorithm;
            HashAlgorithm hash;
        };
        for (const Row& row : {Row{KeyAlgorithm::rsa, HashAlgorithm::sha1},
                               Row{KeyAlgorithm::rsa, HashAlgorithm::sha256},
                               Row{KeyAlgorithm::ecdsa_p256, HashAlgorithm::sha256},
                               Row{KeyAlgorithm::ecdsa_p384, HashAlgorithm::sha384},
                               Row{KeyAlgorithm::ecdsa_p521, HashAlgorithm::sha512}}) {
            const auto key = must(world.keys().create({.algorithm = row.algorithm, .bits = 2048}));
            CHECK(key->algorithm() == row.algorithm);
            Bytes signature = must(key->sign(row.hash, message));
            CHECK(
                must(world.crypto().verify(key->public_key_info(), row.hash, message, signature)));
            signature.back() ^= 1U;
            CHECK_FALSE(
                must(world.crypto().verify(key->public_key_info(), row.hash, message, signature)));
        }
    }
    SECTION("two keys have different references and different public halves") {
        const auto one = must(world.keys().create(p256()));
        const auto two = must(world.keys().create(p256()));
        CHECK(one->reference() != two->reference());
        CHECK_FALSE(equal(one->public_key_info(), two->public_key_info()));
    }
    SECTION("a key size that nobody may ask for is refused and leaves nothing behind") {
        CHECK(world.keys().create({.bits = 2047}).error().code == kNotSupported);
        CHECK(world.keys().create({.bits = 8193}).error().code == kNotSupported);
    }
    SECTION("a key opens again, also after a restart, when it is what is asked for (W7)") {
        const auto key = must(world.keys().create(p256()));
        world.reopen();
        const auto again = must(world.keys().open(key->reference(), p256()));
        CHECK(equal(again->public_key_info(), key->public_key_info()));
        const Bytes signature = must(again->sign(engine::HashAlgorithm::sha256, message));
        CHECK(must(world.crypto().verify(key->public_key_info(), engine::HashAlgorithm::sha256,
                                         message, signature)));
        CHECK_FALSE(
            world.keys().open(key->reference(), {.algorithm = engine::KeyAlgorithm::ecdsa_p384}));
        CHECK_FALSE(world.keys().open(key->reference(), {.algorithm = engine::KeyAlgorithm::rsa}));
        CHECK_FALSE(world.keys().open(std::string(32, '0'), p256()));
    }
    SECTION("erasing a key that is not there is success") {
        CHECK(world.keys().erase("00112233445566778899aabbccddeeff"));
        CHECK(world.keys().erase("no such reference"));
        CHECK(world.keys().erase(""));
        CHECK(world.keys().erase("../my"));
    }
    SECTION("an erased key is gone: nothing can be kept pending for it") {
        const auto key = must(world.keys().create(p256()));
        must(world.keys().erase(key->reference()));
        world.reopen();
        CHECK_FALSE(world.certificates().save_pending(pending_for(*key)));
    }
}

inline void request_store_contract(StoreUnderTest& world) {
    const auto key = must(world.keys().create(p256()));

    SECTION("a key alone is no pending request (N6)") {
        CHECK(must(world.certificates().pending()).empty());
    }
    SECTION("a pending request comes back as it was saved, also after a restart (W6)") {
        must(world.certificates().save_pending(pending_for(*key)));
        world.reopen();
        const auto found = must(world.certificates().pending());
        REQUIRE(found.size() == 1);
        CHECK(found[0].key_reference == key->reference());
        CHECK(found[0].template_name == "CorpMachine");
        CHECK(found[0].ca == engine::CaRef{"ca1.corp.example.test", "Corp Issuing CA 1"});
        CHECK(found[0].request_id == 17);
        CHECK(found[0].submitted == kStoreNow);
    }
    SECTION("a request whose answer was lost has no id (W7), and gets one later") {
        engine::PendingRequest request = pending_for(*key);
        request.request_id.reset();
        must(world.certificates().save_pending(request));
        CHECK_FALSE(must(world.certificates().pending()).at(0).request_id);
        must(world.certificates().save_pending(pending_for(*key)));
        const auto found = must(world.certificates().pending());
        REQUIRE(found.size() == 1);
        CHECK(found[0].request_id == 17);
    }
    SECTION("nothing can be pending without its key") {
        engine::PendingRequest request = pending_for(*key);
        request.key_reference = "00112233445566778899aabbccddeeff";
        CHECK(world.certificates().save_pending(request).error().code == kFileNotFound);
        CHECK(must(world.certificates().pending()).empty());
    }
    SECTION("a dropped request is gone and its key stays") {
        must(world.certificates().save_pending(pending_for(*key)));
        must(world.certificates().drop_pending(pending_for(*key)));
        must(world.certificates().drop_pending(pending_for(*key)));  // and again
        world.reopen();
        CHECK(must(world.certificates().pending()).empty());
        CHECK(world.certificates().save_pending(pending_for(*key)));
    }
    SECTION("erasing the key takes its request along") {
        must(world.certificates().save_pending(pending_for(*key)));
        must(world.keys().erase(key->reference()));
        CHECK(must(world.certificates().pending()).empty());
    }
}

inline void my_store_contract(StoreUnderTest& world) {
    const auto issuer_key = must(world.keys().create(p256()));
    const auto key = must(world.keys().create(p256()));
    const engine::NewCertificate entry = certificate_for(*key, *issuer_key);

    SECTION("an installed certificate is held with its usable key, also after a restart") {
        must(world.certificates().save_pending(pending_for(*key)));
        const auto installed = must(world.certificates().install(entry));
        world.reopen();
        const auto held = must(world.certificates().held());
        REQUIRE(held.size() == 1);
        CHECK(held[0].facts.der == entry.certificate);
        CHECK(held[0].thumbprint == installed.thumbprint);
        CHECK(held[0].path == installed.path);
        CHECK(held[0].key == engine::KeyState::usable);
        CHECK(held[0].thumbprint ==
              to_hex(world.crypto().digest(engine::HashAlgorithm::sha1, entry.certificate)));
        AND_THEN("REQUEST holds neither request nor key any more") {
            CHECK(must(world.certificates().pending()).empty());
            CHECK_FALSE(world.certificates().save_pending(pending_for(*key)));
            CHECK(world.keys().erase(key->reference()));
            CHECK(must(world.certificates().held()).at(0).key == engine::KeyState::usable);
        }
    }
    SECTION("a certificate for another key is refused, and the request stays as it was (I5)") {
        must(world.certificates().save_pending(pending_for(*key)));
        engine::NewCertificate wrong = entry;
        wrong.certificate = certificate_for(*issuer_key, *issuer_key).certificate;
        CHECK(world.certificates().install(wrong).error().code == kInvalidData);
        CHECK(must(world.certificates().held()).empty());
        CHECK(must(world.certificates().pending()).size() == 1);
        CHECK(world.certificates().install(entry));
    }
    SECTION("octets that are no certificate are refused") {
        engine::NewCertificate wrong = entry;
        wrong.certificate.push_back(0);
        CHECK(world.certificates().install(wrong).error().code == kInvalidData);
        CHECK(must(world.certificates().held()).empty());
    }
    SECTION("a certificate whose key does not exist is refused") {
        engine::NewCertificate wrong = entry;
        wrong.key_reference = "00112233445566778899aabbccddeeff";
        CHECK(world.certificates().install(wrong).error().code == kFileNotFound);
        CHECK(must(world.certificates().held()).empty());
    }
    SECTION("the same answer twice changes nothing") {
        must(world.certificates().install(entry));
        CHECK_FALSE(world.certificates().install(entry));
        const auto held = must(world.certificates().held());
        REQUIRE(held.size() == 1);
        CHECK(held[0].key == engine::KeyState::usable);
    }
    SECTION("the chain is judged by the Root store of this moment") {
        must(world.certificates().install(entry));
        CHECK(must(world.certificates().held()).at(0).chain.state == engine::ChainState::untrusted);
        must(world.certificates().replace(engine::TrustStore::root, entry.chain));
        CHECK(must(world.certificates().held()).at(0).chain.state == engine::ChainState::valid);
        must(world.certificates().replace(engine::TrustStore::root, {}));
        CHECK(must(world.certificates().held()).at(0).chain.state == engine::ChainState::untrusted);
    }
}

inline void trust_store_contract(StoreUnderTest& world) {
    const auto key = must(world.keys().create(p256()));
    const Bytes one = self_signed(*key, "Corp Root CA", 1);
    const Bytes two = self_signed(*key, "Corp Root CA", 2);
    const Bytes three = self_signed(*key, "Corp Root CA", 3);

    SECTION("a trust store equals the set that it was given last (K2, K5)") {
        for (const auto store : {engine::TrustStore::root, engine::TrustStore::intermediate,
                                 engine::TrustStore::nt_auth}) {
            struct Row {
                std::vector<Bytes> set;
                std::size_t added;
                std::size_t removed;
            };
            for (const Row& row : {Row{{one, two, one}, 2, 0}, Row{{two, one}, 0, 0},
                                   Row{{two, three}, 1, 1}, Row{{}, 0, 2}, Row{{}, 0, 0}}) {
                const auto change = must(world.certificates().replace(store, row.set));
                CHECK(change.added == row.added);
                CHECK(change.removed == row.removed);
                world.reopen();
            }
        }
    }
    SECTION("the trust stores do not mix") {
        must(world.certificates().replace(engine::TrustStore::root, {one}));
        CHECK(must(world.certificates().replace(engine::TrustStore::nt_auth, {})).removed == 0);
        CHECK(must(world.certificates().replace(engine::TrustStore::root, {one})).added == 0);
    }
}

}  // namespace ae::test
