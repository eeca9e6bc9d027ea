// What every KeyStore promises of what its keys are for: signatures of each kind and length,
// agreement, archival.
// Call each inside a TEST_CASE, as those of key_store_contract.h.
#pragma once

#include "stores/public_key_info.h"
#include "tests/contract/store_under_test.h"
#include "tests/support/rsa_numbers.h"

namespace ae::test {

inline const std::vector<engine::HashAlgorithm> kAllDigests = {
    engine::HashAlgorithm::sha1, engine::HashAlgorithm::sha256, engine::HashAlgorithm::sha384,
    engine::HashAlgorithm::sha512};

inline std::vector<engine::KeyRequest> kinds_where(const StoreUnderTest& world, bool rsa) {
    auto kinds = world.kinds_of_keys();
    std::erase_if(kinds, [&](const engine::KeyRequest& kind) {
        return (kind.algorithm == engine::KeyAlgorithm::rsa) != rsa;
    });
    return kinds;
}
// The store's first kind of RSA key: each store has one.
inline engine::KeyRequest rsa_key(const StoreUnderTest& world) {
    return kinds_where(world, true).at(0);
}

inline bool signs_well(StoreUnderTest& world, engine::PrivateKey& key,
                       const engine::SignatureScheme& scheme) {
    const Bytes message = copy(as_bytes("to be signed"));
    Bytes signature = must(key.sign(scheme, message));
    const auto good = [&] {
        return must(world.crypto().verify(key.public_key_info(), scheme, message, signature));
    };
    const bool right = good();
    signature.back() ^= 1U;
    return right && !good();
}

inline void key_length_contract(StoreUnderTest& world) {
    for (const unsigned bits : world.rsa_lengths()) {
        engine::KeyRequest wanted = rsa_key(world);
        wanted.bits = bits;
        const auto key = must(world.keys().create(wanted));
        const auto numbers = must(stores::parse_public_key_info(key->public_key_info()));
        CHECK(std::get<stores::RsaPublicKey>(numbers).modulus.size() * 8 == bits);
        world.reopen();
        const auto again = must(world.keys().open(key->reference(), wanted));
        for (const engine::HashAlgorithm hash : kAllDigests) {
            CHECK(signs_well(world, *again, hash));
        }
        wanted.bits += 64;
        CHECK_FALSE(world.keys().open(key->reference(), wanted));
    }
}

// Providers of the older kind, whose keys have a KeySpec, do not know RSASSA-PSS (rule E8).
inline void pss_contract(StoreUnderTest& world) {
    for (const engine::KeyRequest& kind : kinds_where(world, true)) {
        const auto key = must(world.keys().create(kind));
        for (const engine::HashAlgorithm hash : kAllDigests) {
            const engine::SignatureScheme scheme(hash, engine::RsaPadding::pss);
            if (kind.spec == engine::KeySpec::none) {
                CHECK(signs_well(world, *key, scheme));
            } else {
                const auto signature = key->sign(scheme, as_bytes("to be signed"));
                REQUIRE_FALSE(signature);
                CHECK(signature.error().code == kNotSupported);
                CHECK(signature.error().remedy.find("key storage provider") != std::string::npos);
            }
        }
    }
}

inline void agreement_contract(StoreUnderTest& world) {
    for (engine::KeyRequest kind : kinds_where(world, false)) {
        const auto signing = must(world.keys().create(kind));
        CHECK(signing->signs());
        CHECK(signing->probe_agreement().error().code == kNotSupported);
        kind.purpose = engine::KeyPurpose::agreement;
        const auto made = must(world.keys().create(kind));
        CHECK(made->algorithm() == kind.algorithm);
        world.reopen();
        const auto key = must(world.keys().open(made->reference(), kind));
        CHECK(key->signs() == made->signs());
        if (key->signs()) {
            CHECK(signs_well(world, *key, engine::HashAlgorithm::sha256));
            continue;
        }
        CHECK(key->sign(engine::HashAlgorithm::sha256, as_bytes("m")).error().code ==
              kNotSupported);
        must(key->probe_agreement());
        kind.purpose = engine::KeyPurpose::signature;
        CHECK_FALSE(world.keys().open(made->reference(), kind));
    }
}

// [MS-WCCE] 2.2.2.9.1, number by number.
inline void check_archival_blob(const Secret& blob, ByteView public_key_info) {
    const auto known = must(stores::parse_public_key_info(public_key_info));
    const auto& rsa = std::get<stores::RsaPublicKey>(known);
    const std::size_t whole = rsa.modulus.size();
    const std::size_t half = whole / 2;
    LittleEndianReader reader(blob.view());
    CHECK(reader.u8() == 7);             // Type
    CHECK(reader.u8() == 2);             // Version
    CHECK(reader.u16() == 0);            // Reserved
    CHECK(reader.u32() == 0x0000A400U);  // KeyAlg: RSA_KEYX, also of a key for signatures
    CHECK(reader.u32() == 0x32415352U);  // Magic: "RSA2"
    CHECK(reader.u32() == whole * 8);
    const Number e = reader.u32();
    const auto next = [&](std::size_t size) { return little_endian(reader.take(size)); };
    const Number n = next(whole);
    const Number p = next(half);
    const Number q = next(half);
    const Number dp = next(half);
    const Number dq = next(half);
    const Number iq = next(half);
    const Number d = next(whole);
    REQUIRE(reader.ok());
    CHECK(reader.left() == 0);
    // As truths, so that a failure prints no number of a key.
    const bool same = n == number_of(rsa.modulus) && e == number_of(rsa.exponent);
    CHECK(same);
    REQUIRE(bool(p > 1 && q > 1));
    const bool factors = p * q == n;
    CHECK(factors);
    const bool inverse = e * d % (p - 1) == 1 && e * d % (q - 1) == 1;
    CHECK(inverse);
    const bool parts = dp == d % (p - 1) && dq == d % (q - 1) && q * iq % p == 1;
    CHECK(parts);
}

inline Hresult refusal_to_archive(engine::PrivateKey& key) {
    const auto blob = key.archival_blob();
    return blob ? Hresult{} : blob.error().code;
}

inline void archival_contract(StoreUnderTest& world) {
    engine::KeyRequest archived = rsa_key(world);
    archived.archival = engine::KeyArchival::once;

    SECTION("a key for archival is given out as the private key BLOB of [MS-WCCE] 2.2.2.9.1") {
        for (engine::KeyRequest kind : kinds_where(world, true)) {
            for (const auto exported : {engine::KeyExport::refused, engine::KeyExport::allowed}) {
                kind.archival = engine::KeyArchival::once;
                kind.exportable = exported;
                auto made = world.keys().create(kind);
                if (exported == engine::KeyExport::refused &&
                    !world.archives_what_it_does_not_export()) {
                    // Said before anything is sent (event 45), and not at the CA.
                    CHECK(made.error().code == kNotSupported);
                    continue;
                }
                const auto key = must(std::move(made));
                check_archival_blob(must(key->archival_blob()), key->public_key_info());
                CHECK(signs_well(world, *key, engine::HashAlgorithm::sha256));
                // The next CA has another certificate to encrypt it to.
                check_archival_blob(must(key->archival_blob()), key->public_key_info());
            }
        }
    }
    SECTION("a key that was made neither for archival nor for export is not given out") {
        const auto key = must(world.keys().create(rsa_key(world)));
        CHECK(refusal_to_archive(*key) == kNotSupported);
        world.reopen();
        const auto again = must(world.keys().open(key->reference(), rsa_key(world)));
        CHECK(refusal_to_archive(*again) == kNotSupported);
        const auto issuer_key = must(world.keys().create(world.usual_key()));
        const auto where = must(world.certificates().install(certificate_for(*key, *issuer_key)));
        const auto held = must(world.keys().open_held(where.thumbprint));
        CHECK(refusal_to_archive(*held) == kNotSupported);
        CHECK(refusal_to_archive(*must(world.keys().reuse(where.thumbprint))) == kNotSupported);
    }
    SECTION("the key of a lost answer is taken again only if it can be archived (W7)") {
        const auto key = must(world.keys().create(rsa_key(world)));
        world.reopen();
        CHECK(world.keys().open(key->reference(), archived).error().code == kNotSupported);
        CHECK(world.keys().open(key->reference(), rsa_key(world)));
    }
    SECTION("an exportable key may be archived for each certificate that it gets") {
        engine::KeyRequest exportable = rsa_key(world);
        exportable.exportable = engine::KeyExport::allowed;
        const auto key = must(world.keys().create(exportable));
        world.reopen();
        const auto again = must(world.keys().open(key->reference(), archived));
        check_archival_blob(must(again->archival_blob()), key->public_key_info());
        const auto issuer_key = must(world.keys().create(world.usual_key()));
        const auto where = must(world.certificates().install(certificate_for(*key, *issuer_key)));
        const auto reused = must(world.keys().reuse(where.thumbprint));
        world.reopen();
        for (const auto& one : {must(world.keys().open_held(where.thumbprint)),
                                must(world.keys().open_pending(reused->reference()))}) {
            check_archival_blob(must(one->archival_blob()), key->public_key_info());
        }
    }
    SECTION("a key on a curve is not archived") {
        for (engine::KeyRequest kind : kinds_where(world, false)) {
            kind.exportable = engine::KeyExport::allowed;
            CHECK(refusal_to_archive(*must(world.keys().create(kind))) == kNotSupported);
        }
    }
}

}  // namespace ae::test
