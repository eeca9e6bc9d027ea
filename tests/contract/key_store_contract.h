// What every KeyStore promises, as one set of cases for all implementations.
// Call it inside a TEST_CASE; each SECTION gets a fresh, empty fixture from the caller.
#pragma once

#include "tests/contract/store_under_test.h"

namespace ae::test {

// What requests are signed with.
inline std::vector<engine::HashAlgorithm> digests_for(engine::KeyAlgorithm algorithm) {
    using engine::HashAlgorithm;
    switch (algorithm) {
        case engine::KeyAlgorithm::ecdsa_p256:
            return {HashAlgorithm::sha256};
        case engine::KeyAlgorithm::ecdsa_p384:
            return {HashAlgorithm::sha384};
        case engine::KeyAlgorithm::ecdsa_p521:
            return {HashAlgorithm::sha512};
        case engine::KeyAlgorithm::rsa:
            break;
    }
    return {HashAlgorithm::sha1, HashAlgorithm::sha256, HashAlgorithm::sha384,
            HashAlgorithm::sha512};
}

// What a key of the usual kind is not.
inline std::vector<engine::KeyRequest> other_kinds(const engine::KeyRequest& usual) {
    engine::KeyRequest longer_rsa = usual;
    longer_rsa.algorithm = engine::KeyAlgorithm::rsa;
    longer_rsa.bits = 4096;
    engine::KeyRequest curve = usual;
    curve.algorithm = engine::KeyAlgorithm::ecdsa_p384;
    return {longer_rsa, curve};
}

inline void key_store_contract(StoreUnderTest& world) {
    using engine::HashAlgorithm;
    const Bytes message = copy(as_bytes("to be signed"));

    SECTION("a new key of each algorithm signs what its public half verifies") {
        for (const engine::KeyRequest& kind : world.kinds_of_keys()) {
            const auto key = must(world.keys().create(kind));
            CHECK(key->algorithm() == kind.algorithm);
            for (const HashAlgorithm hash : digests_for(kind.algorithm)) {
                Bytes signature = must(key->sign(hash, message));
                CHECK(
                    must(world.crypto().verify(key->public_key_info(), hash, message, signature)));
                signature.back() ^= 1U;
                CHECK_FALSE(
                    must(world.crypto().verify(key->public_key_info(), hash, message, signature)));
            }
        }
    }
    SECTION("two keys have different references and different public halves") {
        const auto one = must(world.keys().create(world.usual_key()));
        const auto two = must(world.keys().create(world.usual_key()));
        CHECK(one->reference() != two->reference());
        CHECK_FALSE(equal(one->public_key_info(), two->public_key_info()));
    }
    SECTION("a key size that nobody may ask for is refused and leaves nothing behind") {
        for (const unsigned bits : {2047U, 8193U}) {
            engine::KeyRequest odd = world.kinds_of_keys().back();
            REQUIRE(odd.algorithm == engine::KeyAlgorithm::rsa);
            odd.bits = bits;
            CHECK(world.keys().create(odd).error().code == kNotSupported);
        }
    }
    SECTION("a key opens again, also after a restart, when it is what is asked for (W7)") {
        const auto key = must(world.keys().create(world.usual_key()));
        world.reopen();
        const auto again = must(world.keys().open(key->reference(), world.usual_key()));
        CHECK(equal(again->public_key_info(), key->public_key_info()));
        const Bytes signature = must(again->sign(engine::HashAlgorithm::sha256, message));
        CHECK(must(world.crypto().verify(key->public_key_info(), engine::HashAlgorithm::sha256,
                                         message, signature)));
        for (const engine::KeyRequest& other : other_kinds(world.usual_key())) {
            CHECK_FALSE(world.keys().open(key->reference(), other));
        }
        CHECK_FALSE(world.keys().open(std::string(32, '0'), world.usual_key()));
    }
    SECTION("erasing a key that is not there is success") {
        CHECK(world.keys().erase("00112233445566778899aabbccddeeff"));
        CHECK(world.keys().erase("no such reference"));
        CHECK(world.keys().erase(""));
        CHECK(world.keys().erase("../my"));
    }
    SECTION("a key of REQUEST opens for an answer that comes later, whatever it is (N1)") {
        const engine::KeyRequest kind = world.kinds_of_keys().back();
        const auto key = must(world.keys().create(kind));
        world.reopen();
        const auto again = must(world.keys().open_pending(key->reference()));
        CHECK(again->reference() == key->reference());
        CHECK(again->algorithm() == kind.algorithm);
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
        const auto key = must(world.keys().create(world.usual_key()));
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
    const auto issuer_key = must(world.keys().create(world.usual_key()));
    const auto key = must(world.keys().create(world.usual_key()));
    const std::string thumbprint =
        must(world.certificates().install(certificate_for(*key, *issuer_key))).thumbprint;
    const auto usable = [&] {
        const auto held = must(world.certificates().held());
        return held.size() == 1 && held[0].key == engine::KeyState::usable;
    };

    SECTION("a certificate's key signs for it, and nothing changes") {
        world.reopen();
        const auto opened = must(world.keys().open_held(thumbprint));
        CHECK(opened->algorithm() == world.usual_key().algorithm);
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
        CHECK(again->algorithm() == world.usual_key().algorithm);
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
        CHECK_FALSE(world.keys().open(again->reference(), world.usual_key()));
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
