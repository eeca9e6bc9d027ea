// What every KeyStore promises, as one set of cases for all implementations.
// Call it inside a TEST_CASE; each SECTION gets a fresh, empty fixture from the caller.
#pragma once

#include "tests/contract/store_under_test.h"

namespace ae::test {

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
    SECTION("a key of REQUEST opens for an answer that comes later, whatever it is (N1)") {
        const auto key = must(world.keys().create({.algorithm = KeyAlgorithm::ecdsa_p384}));
        world.reopen();
        const auto again = must(world.keys().open_pending(key->reference()));
        CHECK(again->reference() == key->reference());
        CHECK(again->algorithm() == KeyAlgorithm::ecdsa_p384);
        CHECK(equal(again->public_key_info(), key->public_key_info()));
        for (const char* missing : {"00112233445566778899aabbccddeeff", "", "../my"}) {
            CHECK(world.keys().open_pending(missing).error().code == kFileNotFound);
        }
    }
    SECTION("templates may name providers here, by the names that Windows gives them") {
        const auto names = world.keys().providers();
        CHECK(std::ranges::count(names, "Microsoft Software Key Storage Provider") == 1);
        CHECK(std::ranges::none_of(names, [](const std::string& name) {
            return name.find("DSS") != std::string::npos || name.find("DH") != std::string::npos;
        }));
    }
    SECTION("an erased key is gone: nothing can be kept pending for it") {
        const auto key = must(world.keys().create(p256()));
        must(world.keys().erase(key->reference()));
        world.reopen();
        CHECK_FALSE(world.certificates().save_pending(pending_for(*key)));
    }
}

// Keys of certificates that are held: used once more, or only to sign.
inline void held_key_contract(StoreUnderTest& world) {
    const Bytes message = copy(as_bytes("to be signed"));
    const auto signs_like = [&](engine::PrivateKey& one, const engine::PrivateKey& other) {
        const Bytes signature = must(one.sign(engine::HashAlgorithm::sha256, message));
        return must(world.crypto().verify(other.public_key_info(), engine::HashAlgorithm::sha256,
                                          message, signature));
    };
    const auto issuer_key = must(world.keys().create(p256()));
    const auto key = must(world.keys().create(p256()));
    const std::string thumbprint =
        must(world.certificates().install(certificate_for(*key, *issuer_key))).thumbprint;
    const auto usable = [&] {
        const auto held = must(world.certificates().held());
        return held.size() == 1 && held[0].key == engine::KeyState::usable;
    };

    SECTION("a certificate's key signs for it, and nothing changes") {
        world.reopen();
        const auto opened = must(world.keys().open_held(thumbprint));
        CHECK(opened->algorithm() == engine::KeyAlgorithm::ecdsa_p256);
        CHECK(signs_like(*opened, *key));
        CHECK(usable());
        AND_THEN("it cannot be erased through the certificate's own name") {
            CHECK(world.keys().erase(opened->reference()));
            CHECK(usable());
        }
    }
    SECTION("a certificate that is not held has no key to sign with or to use again") {
        for (const std::string& missing :
             {std::string(40, '0'), std::string("no thumbprint"), std::string()}) {
            CHECK(world.keys().open_held(missing).error().code == kFileNotFound);
            CHECK(world.keys().reuse(missing).error().code == kFileNotFound);
        }
        CHECK(must(world.certificates().pending()).empty());
    }
    SECTION("a key that is used once more is an entry of REQUEST of its own (W6)") {
        const auto again = must(world.keys().reuse(thumbprint));
        CHECK(again->reference() != key->reference());
        CHECK(again->algorithm() == engine::KeyAlgorithm::ecdsa_p256);
        CHECK(equal(again->public_key_info(), key->public_key_info()));
        CHECK(signs_like(*again, *key));
        must(world.certificates().save_pending(pending_for(*again)));
        world.reopen();
        REQUIRE(must(world.certificates().pending()).size() == 1);
        CHECK(must(world.certificates().pending())[0].key_reference == again->reference());
        CHECK(must(world.keys().open_pending(again->reference()))->reference() ==
              again->reference());
        CHECK(usable());
    }
    SECTION("a key that is used once more is never taken for a new one (W7, Q2)") {
        const auto again = must(world.keys().reuse(thumbprint));
        CHECK_FALSE(world.keys().open(again->reference(), p256()));
        CHECK(world.keys().open_pending(again->reference()));
    }
    SECTION("erasing the entry of REQUEST leaves the certificate its key (X4)") {
        const auto again = must(world.keys().reuse(thumbprint));
        const auto third = must(world.keys().reuse(thumbprint));
        must(world.certificates().save_pending(pending_for(*again)));
        world.reopen();
        must(world.keys().erase(again->reference()));
        world.reopen();
        CHECK(must(world.certificates().pending()).empty());
        CHECK(world.keys().open_pending(again->reference()).error().code == kFileNotFound);
        CHECK(world.keys().open_pending(third->reference()));
        CHECK(usable());
        CHECK(world.keys().open_held(thumbprint));
    }
    SECTION("the answer to it becomes a second certificate with the same key") {
        const auto again = must(world.keys().reuse(thumbprint));
        must(world.certificates().save_pending(pending_for(*again)));
        const auto renewed =
            must(world.certificates().install(certificate_for(*again, *issuer_key, 4712)));
        world.reopen();
        CHECK(must(world.certificates().pending()).empty());
        CHECK(world.keys().open_pending(again->reference()).error().code == kFileNotFound);
        const auto held = must(world.certificates().held());
        REQUIRE(held.size() == 2);
        CHECK(held[0].key == engine::KeyState::usable);
        CHECK(held[1].key == engine::KeyState::usable);
        CHECK(signs_like(*must(world.keys().open_held(thumbprint)), *key));
        CHECK(signs_like(*must(world.keys().open_held(renewed.thumbprint)), *key));
    }
}

}  // namespace ae::test
