// What goes after a pulse: archived certificates beyond the number that the policy keeps.
#include "engine/base/der.h"
#include "stores/context_stores.h"
#include "stores/crypto.h"
#include "tests/contract/store_under_test.h"
#include "tests/stores/file_store.h"

#include <chrono>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

enum class Usage { signature, encipherment, not_said };

Bytes key_usage(Usage usage) {
    const Bytes bits{static_cast<std::uint8_t>(usage == Usage::signature ? 0x80 : 0x20)};
    return der::sequence({der::oid("2.5.29.15"), der::octet_string(der::bit_string(bits))});
}

struct TidyWorld {
    TemporaryFolder folder;
    std::unique_ptr<engine::Crypto> crypto = stores::make_crypto();
    std::vector<std::string> warnings;
    std::unique_ptr<stores::ContextStores> store =
        must(stores::open_stores({.root = folder.path() / "store",
                                  .warn = [this](auto text) { warnings.emplace_back(text); }},
                                 stores::StoreUse::change, *crypto));
    std::unique_ptr<engine::PrivateKey> issuer = must(store->keys().create(p256()));
    std::int64_t serial = 0;

    // Each a minute younger than the one before.
    std::string install(const std::string& template_name, Usage usage) {
        const auto key = must(store->keys().create(p256()));
        engine::NewCertificate entry = certificate_for(*key, *issuer);
        CertificateSpec spec{.public_key_info = copy(key->public_key_info()),
                             .serial = ++serial,
                             .not_before = kStoreNow + std::chrono::minutes(serial),
                             .not_after = kStoreNow + std::chrono::hours(1)};
        if (usage != Usage::not_said) {
            spec.extensions = {key_usage(usage)};
        }
        entry.certificate = make_certificate(spec, *issuer);
        entry.template_name = template_name;
        return must(store->certificates().install(entry)).thumbprint;
    }
    std::string archived(const std::string& template_name, Usage usage = Usage::signature) {
        const std::string thumbprint = install(template_name, usage);
        must(store->certificates().archive(thumbprint));
        return thumbprint;
    }
    std::size_t tidy(std::optional<std::uint32_t> keep) {
        issuer.reset();  // its key is an orphan, and not what is counted here
        return must(store->tidy({.keep_archived = keep})).archived;
    }
    [[nodiscard]] fs::path entry(const std::string& thumbprint) const {
        return folder.path() / "store/machine/my" / thumbprint;
    }
    [[nodiscard]] bool is_there(const std::string& thumbprint) const {
        return fs::exists(entry(thumbprint) / "key.pem");
    }
};

}  // namespace

TEST_CASE("of a template's archived certificates the newest stay, as many as the policy keeps",
          "[stores][tidy][X1]") {
    TidyWorld world;
    const std::string first = world.archived("CorpMachine");
    const std::string other = world.archived("CorpUser");
    const std::string second = world.archived("CorpMachine");
    const std::string third = world.archived("CorpMachine");
    const std::string held = world.install("CorpMachine", Usage::signature);
    SECTION("two") {
        CHECK(world.tidy(2) == 1);
        CHECK_FALSE(fs::exists(world.entry(first)));
        CHECK(world.is_there(second));
        CHECK(world.is_there(third));
        CHECK(world.is_there(other));
        CHECK(world.tidy(2) == 0);
    }
    SECTION("three") { CHECK(world.tidy(3) == 0); }
    SECTION("none") {
        CHECK(world.tidy(0) == 4);
        CHECK_FALSE(fs::exists(world.entry(other)));
    }
    SECTION("all, when it says nothing") { CHECK(world.tidy({}) == 0); }
    CHECK(world.is_there(held));
    CHECK(must(world.store->certificates().held()).size() == 1);
    CHECK(world.warnings.empty());
}

TEST_CASE("an archived certificate that cannot be deleted is said, and keeps no other from going",
          "[stores][tidy][X1]") {
    TidyWorld world;
    std::vector<std::string> all = {world.archived("CorpMachine"), world.archived("CorpMachine"),
                                    world.archived("CorpMachine")};
    // Found, as the file says, and not to be deleted: somebody else may write in it.
    const fs::path inner = world.entry(all[1]) / "notes";
    fs::create_directory(inner);
    fs::permissions(inner, fs::perms::group_write, fs::perm_options::add);
    CHECK(world.tidy(0) == 2);
    CHECK_FALSE(fs::exists(world.entry(all[0])));
    CHECK_FALSE(fs::exists(world.entry(all[2])));
    REQUIRE(world.warnings.size() == 1);
    CHECK(world.warnings[0].find("delete certificate " + all[1]) != std::string::npos);
}

TEST_CASE("live/ names no certificate that went beyond the cap", "[stores][tidy][live]") {
    TidyWorld world;
    const std::string kept = world.archived("CorpMachine");
    const std::string last = world.archived("CorpMachine");
    const fs::path live = world.folder.path() / "store/machine/live/CorpMachine";
    CHECK(world.tidy(1) == 1);
    CHECK_FALSE(fs::exists(world.entry(kept)));
    CHECK(fs::read_symlink(live) == "../my/" + last);
    CHECK(world.tidy(0) == 1);
    CHECK_FALSE(fs::exists(fs::symlink_status(live)));
}

TEST_CASE("an archived key that may decrypt something stays, whatever the policy keeps",
          "[stores][tidy][X1]") {
    TidyWorld world;
    const std::string enciphers = world.archived("CorpMachine", Usage::encipherment);
    const std::string anything = world.archived("CorpMachine", Usage::not_said);
    const std::string signs = world.archived("CorpMachine", Usage::signature);
    CHECK(world.tidy(0) == 1);
    CHECK(world.is_there(enciphers));
    CHECK(world.is_there(anything));
    CHECK_FALSE(world.is_there(signs));
}

TEST_CASE("an archived certificate that somebody else put there, or whose notes are lost, stays",
          "[stores][tidy][X4]") {
    TidyWorld world;
    const std::string foreign = world.archived("CorpMachine");
    const std::string lost = world.archived("CorpMachine");
    const fs::path json = world.entry(foreign) / "entry.json";
    std::string text = read_text(json);
    write_text(json, text.replace(text.find("autoenrollment"), 14, "somebody"));
    write_text(world.entry(lost) / "entry.json", "{");
    CHECK(world.tidy(0) == 0);
    CHECK(world.is_there(foreign));
    CHECK(world.is_there(lost));
}

TEST_CASE("a key that a certificate still has outlives an archived one with the same key",
          "[stores][tidy][X4]") {
    TidyWorld world;
    const std::string old = world.install("CorpMachine", Usage::signature);
    const auto again = must(world.store->keys().reuse(old));
    engine::NewCertificate renewal = certificate_for(*again, *world.issuer, 99);
    const std::string renewed = must(world.store->certificates().install(renewal)).thumbprint;
    must(world.store->certificates().archive(old));
    CHECK(world.tidy(0) == 1);
    CHECK_FALSE(fs::exists(world.entry(old)));
    const auto held = must(world.store->certificates().held());
    REQUIRE(held.size() == 1);
    CHECK(held[0].thumbprint == renewed);
    CHECK(held[0].key == engine::KeyState::usable);
}

}  // namespace ae::test
