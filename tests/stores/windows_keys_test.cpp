// The key providers by themselves, within one process; and what their notes look like.
#include "stores/enrollment_property.h"
#include "stores/key_acl_win32.h"
#include "stores/key_agreement_cng.h"
#include "stores/store_note.h"
#include "tests/contract/key_uses_contract.h"
#include "tests/stores/windows_store.h"
#include "tests/support/skip.h"

#include <sddl.h>

namespace ae::test {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;

void signs_what_its_public_half_verifies(stores::ProviderKey& key,
                                         const engine::SignatureScheme& scheme) {
    const auto crypto = stores::make_crypto();
    const Bytes message = copy(as_bytes("to be signed"));
    Bytes signature = must(key.sign(scheme, message));
    CHECK(must(crypto->verify(key.public_key_info(), scheme, message, signature)));
    signature.back() ^= 1U;
    CHECK_FALSE(must(crypto->verify(key.public_key_info(), scheme, message, signature)));
}

const stores::KeyLocation kCngPlace{.provider = "Microsoft Software Key Storage Provider",
                                    .container = "aeclient-test",
                                    .scope = engine::Scope::user};

TEST_CASE("a CNG provider's RSA key signs what its public half verifies",
          "[stores][windows][cng]") {
    const auto crypto = stores::make_crypto();
    const auto provider = stores::make_cng_provider(*crypto);
    const auto key = must(provider->create(kCngPlace, {.bits = 2048}, stores::Prompt::never));
    CHECK(stores::algorithm_of(key->public_key_info()) == KeyAlgorithm::rsa);
    for (const HashAlgorithm hash : {HashAlgorithm::sha1, HashAlgorithm::sha256,
                                     HashAlgorithm::sha384, HashAlgorithm::sha512}) {
        signs_what_its_public_half_verifies(*key, hash);
    }
    CHECK(stores::satisfies(key->public_key_info(), {.bits = 2048}));
    CHECK_FALSE(stores::satisfies(key->public_key_info(), {.bits = 2049}));
    static_cast<void>(provider->erase(kCngPlace));
}

TEST_CASE("a CNG provider's RSA key makes signatures of the alternate format",
          "[stores][windows][cng][RFC4055:3.1]") {
    const auto crypto = stores::make_crypto();
    const auto provider = stores::make_cng_provider(*crypto);
    const auto key = must(provider->create(kCngPlace, {.bits = 2048}, stores::Prompt::never));
    for (const HashAlgorithm hash :
         {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
        signs_what_its_public_half_verifies(*key, {hash, engine::RsaPadding::pss});
    }
    static_cast<void>(provider->erase(kCngPlace));
}

TEST_CASE("a CNG provider's key for archival is given out by the handle that made it",
          "[stores][windows][cng][WCCE:2.2.2.9.1]") {
    const auto crypto = stores::make_crypto();
    const auto provider = stores::make_cng_provider(*crypto);
    const auto key = must(provider->create(
        kCngPlace, {.bits = 2048, .archival = engine::KeyArchival::once}, stores::Prompt::never));
    const auto blob = key->archival_blob();
    if (is_wine() && !blob) {
        AE_SKIP("W-CNG-LEGACY-BLOB", "Wine exports no key as LEGACY_RSAPRIVATE_BLOB");
    } else {
        REQUIRE(blob.has_value());
        check_archival_blob(*blob, key->public_key_info());
    }
    static_cast<void>(provider->erase(kCngPlace));
}

TEST_CASE("a CNG provider's keys on curves sign likewise", "[stores][windows][cng]") {
    if (is_wine()) {
        AE_SKIP("W-CNG-ECDSA", "Wine makes no ECDSA keys in a key storage provider");
        return;
    }
    const auto crypto = stores::make_crypto();
    const auto provider = stores::make_cng_provider(*crypto);
    for (const KeyAlgorithm algorithm :
         {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ecdsa_p521}) {
        const auto key =
            must(provider->create(kCngPlace, {.algorithm = algorithm}, stores::Prompt::never));
        CHECK(stores::algorithm_of(key->public_key_info()) == algorithm);
        signs_what_its_public_half_verifies(*key, HashAlgorithm::sha256);
        CHECK(provider->erase(kCngPlace));
    }
}

TEST_CASE("two keys for ECDH agree, and a third has no part in it", "[stores][windows][cng]") {
    for (const KeyAlgorithm curve :
         {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ecdsa_p521}) {
        auto one = stores::ThrowAwayKey::make(curve);
        auto two = stores::ThrowAwayKey::make(curve);
        auto third = stores::ThrowAwayKey::make(curve);
        const auto agreed =
            one && two ? one->agree_with(two->public_key()) : fail(kNotSupported, "");
        if (is_wine() && !agreed) {
            AE_SKIP("W-ECDH", "Wine's bcrypt agrees on no secrets");
            continue;
        }
        const Secret secret = must(two->agree_with(one->public_key()));
        const bool same = equal(must(one->agree_with(two->public_key())).view(), secret.view());
        CHECK(same);
        const bool other = equal(must(third->agree_with(one->public_key())).view(), secret.view());
        CHECK_FALSE(other);
    }
}

TEST_CASE("a CNG provider's ECDH key is tried against a key that is thrown away",
          "[stores][windows][cng][I6]") {
    if (is_wine()) {
        AE_SKIP("W-CNG-ECDH", "Wine makes no ECDH keys in a key storage provider");
        return;
    }
    const auto crypto = stores::make_crypto();
    const auto provider = stores::make_cng_provider(*crypto);
    for (const KeyAlgorithm curve :
         {KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p384, KeyAlgorithm::ecdsa_p521}) {
        const auto key = must(provider->create(
            kCngPlace, {.algorithm = curve, .purpose = engine::KeyPurpose::agreement},
            stores::Prompt::never));
        CHECK_FALSE(key->signs());
        CHECK(key->sign(HashAlgorithm::sha256, as_bytes("m")).error().code == kNotSupported);
        CHECK(key->probe_agreement());
        CHECK(provider->erase(kCngPlace));
    }
}

TEST_CASE("an exportable key can be exported and another cannot", "[stores][windows][CRTD:2.27]") {
    const RegistrySandbox registry;
    const auto provider = stores::make_csp_provider();
    const stores::KeyLocation where{.provider = kAesProvider,
                                    .container = "aeclient-test",
                                    .provider_type = PROV_RSA_AES,
                                    .spec = AT_KEYEXCHANGE,
                                    .scope = engine::Scope::machine};
    for (const auto& [wanted, exported] : {std::pair{engine::KeyExport::allowed, TRUE},
                                           std::pair{engine::KeyExport::refused, FALSE}}) {
        must(provider->create(where, {.bits = 2048, .exportable = wanted}, stores::Prompt::never));
        HCRYPTPROV context = 0;
        HCRYPTKEY key = 0;
        REQUIRE(::CryptAcquireContextW(&context, L"aeclient-test", wide(kAesProvider).c_str(),
                                       PROV_RSA_AES, CRYPT_MACHINE_KEYSET));
        REQUIRE(::CryptGetUserKey(context, AT_KEYEXCHANGE, &key));
        DWORD size = 0;
        CHECK(::CryptExportKey(key, 0, PRIVATEKEYBLOB, 0, nullptr, &size) == exported);
        ::CryptDestroyKey(key);
        ::CryptReleaseContext(context, 0);
        must(provider->erase(where));
        CHECK(provider->open(where, stores::Prompt::never).error().code == kFileNotFound);
        CHECK(provider->erase(where));
    }
}

std::string text_of(const Bytes& descriptor) {
    Bytes octets = descriptor;
    UniqueLocalMemory<wchar_t*> text;
    REQUIRE(::ConvertSecurityDescriptorToStringSecurityDescriptorW(
        octets.data(), SDDL_REVISION_1, DACL_SECURITY_INFORMATION, text.put(), nullptr));
    return narrow(text.get());
}

TEST_CASE("a key is for SYSTEM, Administrators, its user and whom the template names",
          "[stores][windows][acl]") {
    using stores::key_security_descriptor;
    const std::string both = "(A;;GA;;;SY)(A;;GA;;;BA)";
    CHECK(text_of(must(key_security_descriptor(engine::Scope::machine, ""))) == "D:P" + both);
    const std::string user = must(stores::current_user_sid());
    CHECK(user.starts_with("S-1-"));
    const std::string of_user = text_of(must(key_security_descriptor(engine::Scope::user, "")));
    CHECK(of_user.starts_with("D:P" + both + "(A;;GA;;;"));
    CHECK(text_of(must(
              key_security_descriptor(engine::Scope::machine, "D:P(D;;GA;;;AN)(A;;GR;;;NS)"))) ==
          "D:P(D;;GA;;;AN)(A;;GR;;;NS)" + both);
    CHECK(key_security_descriptor(engine::Scope::machine, "no SDDL").error().code == kInvalidData);
}

TEST_CASE("the enrollment property is what wincrypt.h describes", "[stores][windows]") {
    const stores::EnrollmentProperty property{17, {"ca", "C1"}, "T"};
    const Bytes octets = stores::encode(property);
    CHECK(to_hex(octets) ==
          "11000000"
          "03000000630061000000"
          "03000000430031000000"
          "0200000054000000");
    const auto read = stores::enrollment_property_from(octets);
    REQUIRE(read);
    CHECK(read->request_id == 17);
    CHECK(read->ca == property.ca);
    CHECK(read->display_name == "T");
    for (std::size_t size = 0; size < octets.size(); ++size) {
        CHECK_FALSE(stores::enrollment_property_from(ByteView(octets).first(size)));
    }
}

TEST_CASE("a note says what it must and nothing else", "[stores][windows]") {
    CHECK(stores::to_json({}) == R"({"aeclient":1})");
    const stores::StoreNote full{.submitted = kStoreNow,
                                 .predecessor = std::string(40, 'a'),
                                 .reused = true,
                                 .installs = std::string(40, 'b'),
                                 .archived = true};
    CHECK(stores::note_from_json(stores::to_json(full)) == full);
    for (const char* const foreign :
         {"", "my notes", "[]", "{}", R"({"aeclient":2})", R"({"aeclient":"1"})"}) {
        CHECK_FALSE(stores::note_from_json(foreign));
    }
}

}  // namespace
}  // namespace ae::test
