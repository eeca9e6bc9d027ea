// What every CertStore promises, as one set of cases for all implementations.
// Call it inside a TEST_CASE; each SECTION gets a fresh, empty fixture from the caller.
#pragma once

#include "tests/contract/store_under_test.h"

namespace ae::test {

inline void request_store_contract(StoreUnderTest& world) {
    const auto key = must(world.keys().create(world.usual_key()));

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
        CHECK(found[0].predecessor == std::string(40, 'b'));
        CHECK(found[0].archived_key_hash == Bytes(32, 0xA5));
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
    const auto issuer_key = must(world.keys().create(world.usual_key()));
    const auto key = must(world.keys().create(world.usual_key()));
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
}

// Thumbprints of what the review sees, sorted.
inline std::vector<std::string> held_thumbprints(StoreUnderTest& world) {
    std::vector<std::string> found;
    for (const engine::HeldCertificate& one : must(world.certificates().held())) {
        CHECK(one.key == engine::KeyState::usable);
        found.push_back(one.thumbprint);
    }
    std::ranges::sort(found);
    return found;
}

// A certificate for `key`, which leaves REQUEST, in MY.
inline std::string installed(StoreUnderTest& world, const engine::PrivateKey& key,
                             engine::PrivateKey& issuer_key, std::int64_t serial = 4711) {
    return must(world.certificates().install(certificate_for(key, issuer_key, serial))).thumbprint;
}

inline void archive_contract(StoreUnderTest& world) {
    const auto issuer_key = must(world.keys().create(world.usual_key()));
    const auto key = must(world.keys().create(world.usual_key()));
    const std::string old = installed(world, *key, *issuer_key, 1);
    const std::string other =
        installed(world, *must(world.keys().create(world.usual_key())), *issuer_key, 2);
    using Thumbprints = std::vector<std::string>;

    SECTION("an archived certificate is out of sight, also after a restart; no other one is") {
        REQUIRE(held_thumbprints(world).size() == 2);
        must(world.certificates().archive(old));
        CHECK(held_thumbprints(world) == Thumbprints{other});
        world.reopen();
        CHECK(held_thumbprints(world) == Thumbprints{other});
    }
    SECTION("archiving what is archived or missing is success and changes nothing") {
        must(world.certificates().archive(old));
        for (const std::string& thumbprint :
             {old, std::string(40, '0'), std::string("no thumbprint"), std::string()}) {
            CHECK(world.certificates().archive(thumbprint));
        }
        CHECK(held_thumbprints(world) == Thumbprints{other});
    }
    SECTION("the key of an archived certificate is kept (X1)") {
        must(world.certificates().archive(old));
        world.reopen();
        const auto kept = must(world.keys().open_held(old));
        CHECK(equal(kept->public_key_info(), key->public_key_info()));
    }
    SECTION("a removed certificate is gone for good, archived or not, and so is its key") {
        const bool archived_before = GENERATE(false, true);
        if (archived_before) {
            must(world.certificates().archive(old));
        }
        must(world.certificates().remove(old));
        CHECK(world.keys().open_held(old).error().code == kFileNotFound);
        world.reopen();
        CHECK(held_thumbprints(world) == Thumbprints{other});
        CHECK(world.keys().open_held(old).error().code == kFileNotFound);
        CHECK(world.certificates().archive(old));
        CHECK(held_thumbprints(world) == Thumbprints{other});
    }
    SECTION("removing what is missing is success and changes nothing") {
        must(world.certificates().remove(old));
        for (const std::string& thumbprint :
             {old, std::string(40, '0'), std::string("no thumbprint"), std::string(),
              std::string("../my"), std::string(".")}) {
            CHECK(world.certificates().remove(thumbprint));
        }
        CHECK(held_thumbprints(world) == Thumbprints{other});
    }
    SECTION("a key that another certificate has as well stays with that one (X4)") {
        const auto again = must(world.keys().reuse(old));
        const std::string renewed = installed(world, *again, *issuer_key, 3);
        const bool survivor_is_archived = GENERATE(false, true);
        const bool older_goes = GENERATE(false, true);
        const std::string& gone = older_goes ? old : renewed;
        const std::string& stays = older_goes ? renewed : old;
        if (survivor_is_archived) {
            must(world.certificates().archive(stays));
        }
        must(world.certificates().remove(gone));
        world.reopen();
        const auto kept = must(world.keys().open_held(stays));
        CHECK(equal(kept->public_key_info(), key->public_key_info()));
        const auto held = held_thumbprints(world);
        CHECK(std::ranges::count(held, stays) == (survivor_is_archived ? 0 : 1));
        CHECK(std::ranges::count(held, gone) == 0);
    }
    SECTION("a renewal with the same key that waits in REQUEST keeps it when MY loses it (X4)") {
        const auto again = must(world.keys().reuse(old));
        must(world.certificates().save_pending(pending_for(*again)));
        must(world.certificates().remove(old));
        world.reopen();
        CHECK(must(world.certificates().pending()).size() == 1);
        const auto kept = must(world.keys().open_pending(again->reference()));
        CHECK(equal(kept->public_key_info(), key->public_key_info()));
        const std::string renewed = installed(world, *kept, *issuer_key, 3);
        CHECK(std::ranges::count(held_thumbprints(world), renewed) == 1);
    }
}

inline void trust_store_contract(StoreUnderTest& world) {
    const auto key = must(world.keys().create(world.usual_key()));
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
    SECTION("what a store holds comes back, each certificate once, in an order of its own") {
        must(world.certificates().replace(engine::TrustStore::root, {one, two, one}));
        must(world.certificates().replace(engine::TrustStore::intermediate, {three}));
        world.reopen();
        auto roots = must(world.certificates().trusted(engine::TrustStore::root));
        CHECK(must(world.certificates().trusted(engine::TrustStore::root)) == roots);
        std::ranges::sort(roots);
        std::vector<Bytes> wanted{one, two};
        std::ranges::sort(wanted);
        CHECK(roots == wanted);
        CHECK(must(world.certificates().trusted(engine::TrustStore::intermediate)) ==
              std::vector<Bytes>{three});
        CHECK(must(world.certificates().trusted(engine::TrustStore::nt_auth)).empty());
    }
    SECTION("the trust stores do not mix") {
        must(world.certificates().replace(engine::TrustStore::root, {one}));
        CHECK(must(world.certificates().replace(engine::TrustStore::nt_auth, {})).removed == 0);
        CHECK(must(world.certificates().replace(engine::TrustStore::root, {one})).added == 0);
    }
}

}  // namespace ae::test
