// What stands in Windows' stores: for certlm.msc, certutil and other clients, not only for us.
#include "stores/cert_store.h"
#include "stores/key_store.h"
#include "stores/store_entry_wincrypt.h"
#include "tests/stores/windows_store.h"
#include "tests/support/skip.h"

namespace ae::test {
namespace {

using stores::UniqueCertContext;

struct Machine {
    Machine() {
        issuer = must(world.keys().create(csp_rsa()));
        key = must(world.keys().create(csp_rsa()));
        entry = certificate_for(*key, *issuer);
    }
    [[nodiscard]] UniqueCertContext in_my(const std::string& thumbprint) const {
        return stores::find_certificate(must(world.context().my()), thumbprint);
    }
    [[nodiscard]] UniqueCertContext in_request(const std::string& reference) const {
        return stores::find_certificate(must(world.context().request()), reference);
    }

    WindowsStore world{engine::Scope::machine};
    std::unique_ptr<engine::PrivateKey> issuer{};
    std::unique_ptr<engine::PrivateKey> key{};
    engine::NewCertificate entry{};
};

std::size_t size_of(const stores::UniqueCertStore& store) {
    std::size_t count = 0;
    UniqueCertContext each;
    while (stores::next_certificate(store, each)) {
        ++count;
    }
    return count;
}

TEST_CASE("an installed certificate has the properties that Windows' own client gives it",
          "[stores][windows]") {
    Machine machine;
    const auto installed = must(machine.world.certificates().install(machine.entry));
    CHECK(installed.path == "Cert:\\LocalMachine\\My\\" + installed.thumbprint);
    const auto certificate = machine.in_my(installed.thumbprint);
    REQUIRE(certificate);
    const auto where = stores::key_location_of(certificate.get());
    REQUIRE(where);
    CHECK(where->provider == kAesProvider);
    CHECK(where->provider_type == PROV_RSA_AES);
    CHECK(where->spec == AT_KEYEXCHANGE);
    CHECK(where->scope == engine::Scope::machine);
    CHECK(stores::text_property_of(certificate.get(), CERT_FRIENDLY_NAME_PROP_ID) == "CorpMachine");
    CHECK(stores::text_property_of(certificate.get(), CERT_AUTO_ENROLL_PROP_ID) == "CorpMachine");
    const auto enrollment = stores::enrollment_property_from(
        stores::property_of(certificate.get(), CERT_ENROLLMENT_PROP_ID).value_or(Bytes{}));
    REQUIRE(enrollment);
    CHECK(enrollment->request_id == 17);
    CHECK(enrollment->ca == engine::CaRef{"ca1.corp.example.test", "Corp Issuing CA 1"});
    AND_THEN("no note of ours stays") {
        CHECK_FALSE(stores::property_of(certificate.get(), CERT_DESCRIPTION_PROP_ID));
    }
}

TEST_CASE("a key without a certificate has a dummy certificate in REQUEST", "[stores][windows]") {
    Machine machine;
    const auto dummy = machine.in_request(machine.key->reference());
    REQUIRE(dummy);
    const auto facts = must(engine::parse_certificate(stores::der_of(dummy.get())));
    CHECK(facts.subject == "CN=CorpMachine");
    CHECK(facts.issuer == facts.subject);
    CHECK(equal(facts.public_key_info, machine.key->public_key_info()));
    CHECK(facts.not_before <= std::chrono::system_clock::now());
    CHECK(facts.not_after - facts.not_before == std::chrono::days(365));
    CHECK(stores::key_location_of(dummy.get()));
    CHECK_FALSE(stores::property_of(dummy.get(), CERT_ENROLLMENT_PROP_ID));
}

TEST_CASE("who asked for a certificate is noted where the system keeps it", "[stores][windows]") {
    if (is_wine()) {
        AE_SKIP("W-ORIGINATOR", "Wine refuses CERT_REQUEST_ORIGINATOR_PROP_ID");
        return;
    }
    Machine machine;
    const auto dummy = machine.in_request(machine.key->reference());
    CHECK_FALSE(stores::text_property_of(dummy.get(), CERT_REQUEST_ORIGINATOR_PROP_ID).empty());
}

TEST_CASE("an archived certificate carries Windows' own mark", "[stores][windows][X1]") {
    if (is_wine()) {
        AE_SKIP("W-ARCHIVED", "Wine refuses CERT_ARCHIVED_PROP_ID");
        return;
    }
    Machine machine;
    const auto installed = must(machine.world.certificates().install(machine.entry));
    must(machine.world.certificates().archive(installed.thumbprint));
    const auto certificate = machine.in_my(installed.thumbprint);
    CHECK(stores::property_of(certificate.get(), CERT_ARCHIVED_PROP_ID));
    CHECK_FALSE(stores::property_of(certificate.get(), CERT_DESCRIPTION_PROP_ID));
}

TEST_CASE("a renewed certificate names its successor", "[stores][windows][renewal]") {
    Machine machine;
    const auto old = must(machine.world.certificates().install(machine.entry));
    const auto key = must(machine.world.keys().create(csp_rsa()));
    auto renewed = certificate_for(*key, *machine.issuer, 4712);
    renewed.predecessor = old.thumbprint;
    const auto successor = must(machine.world.certificates().install(renewed));
    machine.world.reopen();
    const auto certificate = machine.in_my(old.thumbprint);
    CHECK(to_hex(stores::property_of(certificate.get(), CERT_RENEWAL_PROP_ID).value_or(Bytes{})) ==
          successor.thumbprint);
    CHECK_FALSE(
        stores::property_of(machine.in_my(successor.thumbprint).get(), CERT_RENEWAL_PROP_ID));
    for (const auto& one : must(machine.world.certificates().held())) {
        CHECK(one.successor == (one.thumbprint == old.thumbprint ? successor.thumbprint : ""));
    }
    CHECK(machine.world.warnings().empty());
}

TEST_CASE("the issuers of a certificate go to CA, and no root goes anywhere", "[stores][windows]") {
    Machine machine;
    const Bytes root = self_signed(*machine.issuer, "Corp Root CA");
    const Bytes intermediate =
        make_certificate({.subject = "Corp Issuing CA 1",
                          .issuer = "Corp Root CA",
                          .public_key_info = copy(machine.issuer->public_key_info()),
                          .serial = 5,
                          .not_before = kStoreNow,
                          .not_after = kStoreNow + std::chrono::hours(1),
                          .role = Role::authority},
                         *machine.issuer);
    machine.entry.chain = {intermediate, root};
    must(machine.world.certificates().install(machine.entry));
    const auto store = must(machine.world.context().issuers());
    CHECK(size_of(store) == 1);
    const auto hash = machine.world.crypto().digest(engine::HashAlgorithm::sha1, intermediate);
    CHECK(stores::find_certificate(store, to_hex(hash)));
}

TEST_CASE("the replica's trust is LocalMachine-Enterprise's", "[stores][windows][K2]") {
    Machine machine;
    const Bytes root = self_signed(*machine.issuer, "Corp Root CA");
    must(machine.world.certificates().replace(engine::TrustStore::root, {root}));
    const std::wstring path =
        L"SOFTWARE\\Microsoft\\EnterpriseCertificates\\Root\\Certificates\\" +
        wide(to_hex(machine.world.crypto().digest(engine::HashAlgorithm::sha1, root)));
    UniqueRegistryKey key;
    CHECK(::RegOpenKeyExW(HKEY_LOCAL_MACHINE, path.c_str(), 0, KEY_READ, key.put()) ==
          ERROR_SUCCESS);
    AND_THEN("a user sees the machine's (K1)") {
        const auto context = must(stores::StoreContext::open(
            engine::Scope::user, stores::StoreUse::look, {}, machine.world.crypto()));
        const auto users = stores::make_cert_store(*context, machine.world.crypto());
        CHECK(must(users->trusted(engine::TrustStore::root)) == std::vector<Bytes>{root});
    }
}

TEST_CASE("a user's MY is not the machine's", "[stores][windows]") {
    Machine machine;
    must(machine.world.certificates().install(machine.entry));
    const auto context = must(stores::StoreContext::open(
        engine::Scope::user, stores::StoreUse::change, {}, machine.world.crypto()));
    const auto users = stores::make_cert_store(*context, machine.world.crypto());
    CHECK(must(users->held()).empty());
    CHECK(must(users->pending()).empty());
    CHECK(must(machine.world.certificates().held()).size() == 1);
}

TEST_CASE("whoever only looks changes nothing and finds empty what is not there",
          "[stores][windows]") {
    const RegistrySandbox registry;
    const auto crypto = stores::make_crypto();
    const auto context = must(
        stores::StoreContext::open(engine::Scope::machine, stores::StoreUse::look, {}, *crypto));
    const auto certificates = stores::make_cert_store(*context, *crypto);
    CHECK(must(certificates->held()).empty());
    CHECK(must(certificates->pending()).empty());
    CHECK(must(certificates->trusted(engine::TrustStore::nt_auth)).empty());
    UniqueRegistryKey key;
    for (const wchar_t* const path : {L"Software\\Microsoft\\SystemCertificates",
                                      L"Software\\Microsoft\\EnterpriseCertificates"}) {
        CHECK(::RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, key.put()) ==
              ERROR_FILE_NOT_FOUND);
    }
}

TEST_CASE("a certificate that autoenrollment did not put into MY is never deleted",
          "[stores][windows][X4]") {
    Machine machine;
    const auto foreign = must(stores::certificate_from_der(machine.entry.certificate));
    must(stores::add_certificate(must(machine.world.context().my()), foreign.get(),
                                 stores::Existing::kept));
    const auto held = must(machine.world.certificates().held());
    REQUIRE(held.size() == 1);
    CHECK(held[0].key == engine::KeyState::gone);
    CHECK(held[0].key_detail == "no private key belongs to it");
    must(machine.world.certificates().remove(held[0].thumbprint));
    CHECK(must(machine.world.certificates().held()).empty());
    CHECK(machine.in_my(held[0].thumbprint));
}

TEST_CASE("a certificate whose key container is gone has no key (Q5)", "[stores][windows][Q5]") {
    Machine machine;
    const auto installed = must(machine.world.certificates().install(machine.entry));
    machine.key.reset();
    const auto where = stores::key_location_of(machine.in_my(installed.thumbprint).get());
    must(machine.world.context().providers().erase(*where));
    const auto held = must(machine.world.certificates().held());
    REQUIRE(held.size() == 1);
    CHECK(held[0].key == engine::KeyState::gone);
    CHECK(machine.world.keys().open_held(installed.thumbprint).error().code == kFileNotFound);
}

// The contract says so too, but there keys stay open, and Wine stores an open key again.
TEST_CASE("a key container goes with the last certificate or request that uses it",
          "[stores][windows][X4]") {
    Machine machine;
    const auto old = must(machine.world.certificates().install(machine.entry)).thumbprint;
    machine.key.reset();
    const auto where = *stores::key_location_of(machine.in_my(old).get());
    const auto is_there = [&] {
        return machine.world.context().providers().open(where, stores::Prompt::never).has_value();
    };
    auto again = must(machine.world.keys().reuse(old));
    const std::string waiting = must(machine.world.keys().reuse(old))->reference();
    const auto renewed =
        must(machine.world.certificates().install(certificate_for(*again, *machine.issuer, 2)))
            .thumbprint;
    again.reset();
    must(machine.world.certificates().archive(renewed));
    must(machine.world.certificates().remove(old));
    CHECK(is_there());
    must(machine.world.certificates().remove(renewed));
    CHECK(is_there());
    CHECK(machine.world.keys().open_pending(waiting));
    again = must(machine.world.keys().open_pending(waiting));
    const auto last =
        must(machine.world.certificates().install(certificate_for(*again, *machine.issuer, 3)))
            .thumbprint;
    again.reset();
    CHECK(is_there());
    must(machine.world.certificates().remove(last));
    CHECK_FALSE(is_there());
}

TEST_CASE("a key that was made for a request goes with it, and one that is used again stays",
          "[stores][windows][X4]") {
    Machine machine;
    const auto fresh = must(machine.world.keys().create(csp_rsa()))->reference();
    const auto place_of_fresh = *stores::key_location_of(machine.in_request(fresh).get());
    must(machine.world.keys().erase(fresh));
    stores::KeyProviders& providers = machine.world.context().providers();
    CHECK(providers.open(place_of_fresh, stores::Prompt::never).error().code == kFileNotFound);
    const auto old = must(machine.world.certificates().install(machine.entry)).thumbprint;
    machine.key.reset();
    const auto again = must(machine.world.keys().reuse(old))->reference();
    must(machine.world.keys().erase(again));
    CHECK_FALSE(machine.in_request(again));
    CHECK(must(machine.world.certificates().held()).at(0).key == engine::KeyState::usable);
}

TEST_CASE("a key that cannot be asked for now is unknown, not gone (Q5)", "[stores][windows][Q5]") {
    Machine machine;
    const auto installed = must(machine.world.certificates().install(machine.entry));
    const auto my = must(machine.world.context().my());
    const auto certificate = stores::find_certificate(my, installed.thumbprint);
    auto where = *stores::key_location_of(certificate.get());
    where.provider = "Contoso HSM";
    must(stores::set_key_location(certificate.get(), where));
    must(stores::commit(my));
    const auto held = must(machine.world.certificates().held());
    REQUIRE(held.size() == 1);
    CHECK(held[0].key == engine::KeyState::unknown);
}

TEST_CASE("a request that another client left pending is pending here as well",
          "[stores][windows][N1]") {
    Machine machine;
    const auto requests = must(machine.world.context().request());
    const auto dummy = stores::find_certificate(requests, machine.key->reference());
    const stores::EnrollmentProperty property{
        23, {"ca2.corp.example.test", "Corp Issuing CA 2"}, ""};
    must(stores::set_property(dummy.get(), CERT_ENROLLMENT_PROP_ID, stores::encode(property)));
    must(stores::commit(requests));
    const auto facts = must(engine::parse_certificate(stores::der_of(dummy.get())));
    const auto pending = must(machine.world.certificates().pending());
    REQUIRE(pending.size() == 1);
    CHECK(pending[0].template_name == "CorpMachine");
    CHECK(pending[0].ca == property.ca);
    CHECK(pending[0].request_id == 23U);
    CHECK(pending[0].submitted == facts.not_before);
}

TEST_CASE("a key for a provider that is not here is refused and leaves nothing behind",
          "[stores][windows][E8]") {
    Machine machine;
    engine::KeyRequest request = csp_rsa();
    request.providers = {"Contoso HSM"};
    CHECK(machine.world.keys().create(request).error().code == kNotSupported);
    request = csp_rsa();
    request.algorithm = engine::KeyAlgorithm::ecdsa_p256;
    CHECK(machine.world.keys().create(request).error().code == kNotSupported);
    CHECK(size_of(must(machine.world.context().request())) == 2);  // issuer's and key's
}

TEST_CASE("a template that was moved to another provider gets no key of the old one (W7)",
          "[stores][windows][W7]") {
    Machine machine;
    engine::KeyRequest moved = csp_rsa();
    CHECK(machine.world.keys().open(machine.key->reference(), moved));
    moved.providers = {kSchannelProvider};
    REQUIRE(moved.providers != csp_rsa().providers);
    CHECK(machine.world.keys().open(machine.key->reference(), moved).error().code == kNotSupported);
    moved.providers.emplace_back(kAesProvider);
    CHECK(machine.world.keys().open(machine.key->reference(), moved));
}

TEST_CASE("places for a key are those of the template's providers that are here, in its order",
          "[stores][windows][E8]") {
    const auto crypto = stores::make_crypto();
    stores::KeyProviders providers(*crypto);
    const auto places =
        must(providers.places_for({.providers = {"Contoso HSM", kSchannelProvider, kStorageProvider,
                                                 "microsoft enhanced RSA "
                                                 "and AES Cryptographic "
                                                 "Provider"},
                                   .spec = engine::KeySpec::signature},
                                  engine::Scope::user, "c"));
    REQUIRE(places.size() == 3);
    CHECK(places[0].provider == kSchannelProvider);
    CHECK(places[0].provider_type == PROV_RSA_SCHANNEL);
    CHECK(places[0].spec == AT_SIGNATURE);
    CHECK(places[1].provider == kStorageProvider);
    CHECK(places[1].provider_type == 0);
    CHECK(places[1].spec == 0);
    CHECK(places[2].provider == kAesProvider);
    CHECK(places[2].container == "c");
    CHECK(places[2].scope == engine::Scope::user);
}

TEST_CASE("a provider that is here and makes no key leaves it to the template's next",
          "[stores][windows][E8]") {
    Machine machine;
    const auto place_of = [&](const engine::PrivateKey& key) {
        return stores::key_location_of(machine.in_request(key.reference()).get())->provider;
    };
    engine::KeyRequest request = csp_rsa();
    // Wine makes this key and forgets it.
    request.providers = {kStorageProvider, kAesProvider};
    const auto rsa = must(machine.world.keys().create(request));
    CHECK(place_of(*rsa) == (is_wine() ? kAesProvider : kStorageProvider));

    request.algorithm = engine::KeyAlgorithm::ecdsa_p256;
    request.providers = {kAesProvider, kSchannelProvider};
    const auto none = machine.world.keys().create(request);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == kNotSupported);
    for (const char* const name : {kAesProvider, kSchannelProvider}) {
        CHECK(none.error().context.find(name) != std::string::npos);
    }
    CHECK(size_of(must(machine.world.context().request())) == 3);  // issuer's, key's and rsa's
    if (is_wine()) {
        AE_SKIP("W-CNG-ECDSA", "Wine makes no ECDSA keys in a key storage provider");
        return;
    }
    request.providers = {kAesProvider, kStorageProvider};
    CHECK(place_of(*must(machine.world.keys().create(request))) == kStorageProvider);
}

TEST_CASE("a template that names no provider gets the system's own", "[stores][windows][E8]") {
    const auto crypto = stores::make_crypto();
    stores::KeyProviders providers(*crypto);
    struct Row {
        engine::KeyAlgorithm algorithm;
        engine::KeySpec spec;
        const char* provider;
    };
    for (const Row& row : {Row{engine::KeyAlgorithm::rsa, engine::KeySpec::exchange, kAesProvider},
                           Row{engine::KeyAlgorithm::rsa, engine::KeySpec::signature, kAesProvider},
                           Row{engine::KeyAlgorithm::rsa, engine::KeySpec::none,
                               "Microsoft Software Key Storage Provider"},
                           Row{engine::KeyAlgorithm::ecdsa_p256, engine::KeySpec::none,
                               "Microsoft Software Key Storage Provider"}}) {
        const auto places = must(providers.places_for(
            {.algorithm = row.algorithm, .spec = row.spec}, engine::Scope::machine, "c"));
        REQUIRE(places.size() == 1);
        CHECK(places[0].provider == row.provider);
    }
}

}  // namespace
}  // namespace ae::test
