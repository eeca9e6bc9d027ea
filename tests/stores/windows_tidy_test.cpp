// What tidying takes away in Windows' stores, and what it leaves.
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "stores/cert_store.h"
#include "stores/container_name.h"
#include "stores/key_containers_win32.h"
#include "stores/key_store.h"
#include "stores/store_entry_wincrypt.h"
#include "stores/tidy_wincrypt.h"
#include "tests/stores/windows_store.h"
#include "tests/support/skip.h"

#include <algorithm>
#include <optional>

namespace ae::test {
namespace {

using namespace std::chrono_literals;
using stores::TidyOptions;

Time now() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

struct World {
    explicit World(engine::Scope scope = engine::Scope::machine) : store(scope) {}

    // Beside what the system lists, the containers that this test knows of: Wine lists none.
    stores::Tidied tidy(const TidyOptions& options = {}, Time when = now()) {
        return stores::tidy_stores(store.context(), store.keys(), options,
                                   {.now = when, .containers = [this] { return there(); }});
    }
    [[nodiscard]] std::vector<stores::KeyContainer> there() const {
        std::vector<stores::KeyContainer> found;
        for (const stores::KeyLocation& one : listed) {
            if (exists(one)) {
                found.push_back({one, changed});
            }
        }
        return found;
    }
    // The certificate of MY that has this thumbprint goes to another store.
    void move(const std::string& thumbprint, engine::Scope to, const wchar_t* name) const {
        const auto my = must(store.context().my());
        auto certificate = stores::find_certificate(my, thumbprint);
        {
            const auto other =
                must(stores::open_system_store(to, name, stores::StoreAccess::change));
            must(stores::add_certificate(other, certificate.get(), stores::Existing::kept));
            must(stores::commit(other));
        }
        must(stores::delete_certificate(std::move(certificate)));
        must(stores::commit(my));
        REQUIRE_FALSE(in_my(thumbprint));
    }
    // A new key; where it is.
    stores::KeyLocation make_key() {
        key = must(store.keys().create(csp_rsa()));
        listed.push_back(location_of(must(store.context().request()), key->reference()));
        return listed.back();
    }
    // The entry goes, as if the agent had died before it was made.
    void orphan() {
        must(stores::delete_request(must(store.context().request()), key->reference()));
    }
    [[nodiscard]] bool exists(const stores::KeyLocation& where) const {
        const auto opened = store.context().providers().open(where, stores::Prompt::never);
        if (!opened) {
            CHECK(opened.error().code == kFileNotFound);
        }
        return opened.has_value();
    }
    // Of MY, for `key`.
    std::string install(std::int64_t serial = 4711) {
        auto entry = certificate_for(*key, *issuer(), serial);
        return must(store.certificates().install(entry)).thumbprint;
    }
    // The same with a key that only signs, `age` hours old.
    std::string install_signing(int age, const std::string& template_name = "CorpMachine") {
        make_key();
        auto entry = certificate_for(*key, *issuer());
        entry.template_name = template_name;
        entry.certificate =
            make_certificate({.public_key_info = copy(key->public_key_info()),
                              .serial = age,
                              .not_before = now() - std::chrono::hours(age),
                              .not_after = now() + 1h,
                              .extensions = {extension("2.5.29.15", Criticality::critical,
                                                       der::bit_string(Bytes{0x80}))}},
                             *issuer());
        return must(store.certificates().install(entry)).thumbprint;
    }
    [[nodiscard]] bool in_my(const std::string& thumbprint) const {
        return static_cast<bool>(stores::find_certificate(must(store.context().my()), thumbprint));
    }
    static stores::KeyLocation location_of(const stores::UniqueCertStore& in,
                                           const std::string& thumbprint) {
        const auto found = stores::key_location_of(stores::find_certificate(in, thumbprint).get());
        REQUIRE(found);
        return *found;
    }

    WindowsStore store;
    std::unique_ptr<engine::PrivateKey> key{};
    std::vector<stores::KeyLocation> listed{};
    std::optional<Time> changed{};  // when all of them were

  private:
    // With a request that is pending, so that tidying leaves it.
    engine::PrivateKey* issuer() {
        if (!issuer_) {
            issuer_ = must(store.keys().create(csp_rsa()));
            must(store.certificates().save_pending(pending_for(*issuer_)));
        }
        return issuer_.get();
    }

    std::unique_ptr<engine::PrivateKey> issuer_{};
};

}  // namespace

TEST_CASE("a container of ours that no certificate refers to is deleted",
          "[stores][windows][tidy][X4]") {
    World world;
    const auto where = world.make_key();
    REQUIRE(stores::is_own_container(where.container));
    world.orphan();
    REQUIRE(world.exists(where));
    CHECK(world.tidy().orphaned_keys == 1);
    CHECK_FALSE(world.exists(where));
    CHECK(world.tidy().orphaned_keys == 0);
    CHECK(world.store.warnings().empty());
}

TEST_CASE("a container that was made within the hour is somebody's who is not done yet",
          "[stores][windows][tidy][X4]") {
    World world;
    const auto where = world.make_key();
    world.orphan();
    world.changed = now();
    CHECK(world.tidy({}, *world.changed + stores::kAbandoned).orphaned_keys == 0);
    CHECK(world.exists(where));
    CHECK(world.tidy({}, *world.changed + stores::kAbandoned + 1s).orphaned_keys == 1);
    CHECK_FALSE(world.exists(where));
}

TEST_CASE("the system lists the containers of its machine", "[stores][windows][tidy]") {
    if (is_wine()) {
        AE_SKIP("W-CONTAINER-LIST", "Wine lists no key containers");
        return;
    }
    World world;
    const auto legacy = world.make_key();
    engine::KeyRequest stored = csp_rsa();
    stored.providers = {kStorageProvider};
    stored.spec = engine::KeySpec::none;
    const auto key = must(world.store.keys().create(stored));
    const auto storage =
        World::location_of(must(world.store.context().request()), key->reference());
    const auto all = stores::machine_containers();
    for (const auto& where : {legacy, storage}) {
        CHECK(std::ranges::any_of(all, [&](const stores::KeyContainer& one) {
            return one.where.container == where.container &&
                   (one.where.provider_type == 0) == (where.provider_type == 0) &&
                   (one.where.provider_type != 0 || (one.changed && *one.changed + 1h > now()));
        }));
    }
    must(world.store.keys().erase(key->reference()));
    must(world.store.keys().erase(world.key->reference()));
}

TEST_CASE("a container that any certificate refers to stays", "[stores][windows][tidy][X4]") {
    World world;
    const auto where = world.make_key();
    SECTION("a key in the making") {}
    SECTION("a pending request") {
        must(world.store.certificates().save_pending(pending_for(*world.key)));
    }
    SECTION("a certificate of MY") { world.install(); }
    SECTION("an archived certificate") {
        must(world.store.certificates().archive(world.install()));
    }
    SECTION("a certificate that an administrator moved to another store") {
        world.move(world.install(), engine::Scope::machine, L"WebHosting");
    }
    SECTION("a certificate in a store of this account's own") {
        world.move(world.install(), engine::Scope::user, L"MY");
    }
    SECTION("a certificate that does not say which provider has the key") {
        const std::string thumbprint = world.install();
        const auto my = must(world.store.context().my());
        std::wstring container = wide(where.container);
        CRYPT_KEY_PROV_INFO info{};
        info.pwszContainerName = container.data();
        info.dwFlags = CRYPT_MACHINE_KEYSET;
        {
            const auto certificate = stores::find_certificate(my, thumbprint);
            REQUIRE(::CertSetCertificateContextProperty(certificate.get(),
                                                        CERT_KEY_PROV_INFO_PROP_ID, 0, &info) != 0);
        }
        must(stores::commit(my));
    }
    CHECK(world.tidy().orphaned_keys == 0);
    CHECK(world.exists(where));
}

TEST_CASE("containers with other names are somebody else's", "[stores][windows][tidy]") {
    World world;
    auto& providers = world.store.context().providers();
    for (const std::string& container :
         {std::string("aeclient-test"), "aeclient-" + std::string(29, 'a'),
          "aeclient-" + std::string(31, 'b'), "AECLIENT-" + std::string(30, 'c'),
          "another-" + std::string(30, 'd')}) {
        CAPTURE(container);
        const auto places =
            must(providers.places_for(csp_rsa(), engine::Scope::machine, container));
        const auto made = must(providers.create(places, csp_rsa(), stores::Prompt::never));
        world.listed.push_back(made.where);
        CHECK(world.tidy().orphaned_keys == 0);
        CHECK(world.exists(made.where));
    }
}

TEST_CASE("a key that was never sent to anybody is deleted after an hour",
          "[stores][windows][tidy][X4]") {
    World world;
    const auto where = world.make_key();
    const auto facts = must(engine::parse_certificate(stores::der_of(
        stores::find_certificate(must(world.store.context().request()), world.key->reference())
            .get())));
    SECTION("not before") {
        CHECK(world.tidy({}, facts.not_before + stores::kAbandoned).orphaned_keys == 0);
        CHECK(world.exists(where));
    }
    SECTION("but then") {
        CHECK(world.tidy({}, facts.not_before + stores::kAbandoned + 1s).orphaned_keys == 1);
        CHECK_FALSE(world.exists(where));
        CHECK_FALSE(
            stores::find_request(must(world.store.context().request()), world.key->reference()));
    }
    SECTION("never when it was sent, whatever became of that") {
        must(world.store.certificates().save_pending(pending_for(*world.key)));
        CHECK(world.tidy({}, facts.not_before + 1000h).orphaned_keys == 0);
        CHECK(world.exists(where));
    }
    SECTION("never when it is a certificate's") {
        const std::string thumbprint = world.install();
        const auto again = must(world.store.keys().reuse(thumbprint));
        CHECK(world.tidy({}, facts.not_before + 1000h).orphaned_keys == 1);  // the entry
        CHECK(world.exists(where));
    }
}

TEST_CASE("a user's keys are left alone: they roam, and may come before their certificates",
          "[stores][windows][tidy]") {
    World world(engine::Scope::user);
    const auto where = world.make_key();
    world.orphan();
    CHECK(world.tidy({}, now() + 1000h).orphaned_keys == 0);
    CHECK(world.exists(where));
}

TEST_CASE("archived certificates beyond the cap go, the oldest first, template by template",
          "[stores][windows][tidy][X1]") {
    World world;
    const std::string oldest = world.install_signing(30);
    const auto key = World::location_of(must(world.store.context().my()), oldest);
    const std::string older = world.install_signing(20);
    const std::string newest = world.install_signing(10);
    const std::string other = world.install_signing(40, "CorpWeb");
    const std::string current = world.install_signing(50);
    for (const std::string& thumbprint : {oldest, older, newest, other}) {
        must(world.store.certificates().archive(thumbprint));
    }
    CHECK(world.tidy().archived == 0);  // no cap: all stay
    CHECK(world.tidy({.keep_archived = 3}).archived == 0);
    CHECK(world.tidy({.keep_archived = 2}).archived == 1);
    CHECK_FALSE(world.in_my(oldest));
    CHECK_FALSE(world.exists(key));
    CHECK(world.tidy({.keep_archived = 0}).archived == 3);
    CHECK_FALSE((world.in_my(older) || world.in_my(newest) || world.in_my(other)));
    CHECK(world.in_my(current));
}

TEST_CASE("an archived certificate that cannot be deleted is said, and holds up nothing else",
          "[stores][windows][tidy][X1][X4]") {
    World world;
    const std::string stuck = world.install_signing(30);
    const std::string other = world.install_signing(20);
    for (const std::string& thumbprint : {stuck, other}) {
        must(world.store.certificates().archive(thumbprint));
    }
    const auto orphan = world.make_key();
    world.orphan();
    const auto remove = [&](const stores::StoreContext& context, const std::string& thumbprint) {
        return thumbprint == stuck ? Done(fail(kAccessDenied, "it is stuck"))
                                   : stores::remove_certificate(context, thumbprint);
    };
    const auto tidied = stores::tidy_stores(
        world.store.context(), world.store.keys(), {.keep_archived = 0},
        {.now = now(), .containers = [&] { return world.there(); }, .remove = remove});
    CHECK(tidied.archived == 1);
    CHECK(tidied.orphaned_keys == 1);
    CHECK(world.in_my(stuck));
    CHECK_FALSE(world.in_my(other));
    CHECK_FALSE(world.exists(orphan));
    REQUIRE(world.store.warnings().size() == 1);
    CHECK(world.store.warnings()[0].find("it is stuck") != std::string::npos);
}

TEST_CASE("an archived certificate whose key may decrypt something stays",
          "[stores][windows][tidy][X1]") {
    World world;
    const auto where = world.make_key();
    const std::string thumbprint = world.install();  // no key usage: every use is allowed
    must(world.store.certificates().archive(thumbprint));
    CHECK(world.tidy({.keep_archived = 0}).archived == 0);
    CHECK(world.in_my(thumbprint));
    CHECK(world.exists(where));
}

}  // namespace ae::test
