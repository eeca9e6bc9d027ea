// Keys on a PKCS #11 token: the contract of every key store, and what is particular to a token.
#include "stores/context_stores.h"
#include "stores/known_providers.h"
#include "tests/contract/cert_store_contract.h"
#include "tests/contract/key_store_contract.h"
#include "tests/contract/key_uses_contract.h"
#include "tests/stores/place_store.h"
#include "tests/support/software_token.h"

namespace ae::test {
namespace {

namespace fs = std::filesystem;
using enum engine::KeyAlgorithm;

struct TokenWorld {
    SoftwareToken token;
    TemporaryFolder folder;
    PlaceStore store{
        folder.path() / "store", token.place(), {ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa}};

    [[nodiscard]] fs::path uri_of(const engine::PrivateKey& key) const {
        return store.requests() / key.reference() / "key.uri";
    }
    engine::KeyState only_key() {
        const auto held = must(store.certificates().held());
        REQUIRE(held.size() == 1);
        return held[0].key;
    }
};

// A certificate that is held, whose key and whose issuer's key lie on the token.
struct HeldWorld : TokenWorld {
    std::unique_ptr<engine::PrivateKey> issuer = must(store.keys().create(store.usual_key()));
    std::unique_ptr<engine::PrivateKey> key = must(store.keys().create(store.usual_key()));
    std::string thumbprint =
        must(store.certificates().install(certificate_for(*key, *issuer))).thumbprint;
};

}  // namespace

TEST_CASE("a store with a token keeps the key store's contract", "[stores][contract][token][W6]") {
    TokenWorld world;
    key_store_contract(world.store);
}

TEST_CASE("a store with a token keeps the contract on keys of certificates",
          "[stores][contract][token][W6][X4]") {
    TokenWorld world;
    held_key_contract(world.store);
}

TEST_CASE("keys on a token have the length and make the signatures that are asked for",
          "[stores][contract][token][E8]") {
    TokenWorld world;
    SECTION("RSA of 2048 bits") { key_length_contract(world.store); }
    SECTION("RSASSA-PSS") { pss_contract(world.store); }
    SECTION("ECDH") { agreement_contract(world.store); }
}

TEST_CASE("a store with a token keeps REQUEST's and MY's contracts",
          "[stores][contract][token][W6][W7][N6][K5][I5][X1][X4]") {
    TokenWorld world;
    SECTION("REQUEST") { request_store_contract(world.store); }
    SECTION("MY") { my_store_contract(world.store); }
    SECTION("archiving and removing") { archive_contract(world.store); }
}

TEST_CASE("the entry names the token, the key and the PIN's file, and no PIN", "[stores][token]") {
    TokenWorld world;
    const auto key = must(world.store.keys().create(world.store.usual_key()));
    const fs::path file = world.uri_of(*key);
    const std::string uri = read_text(file);
    CHECK(uri.starts_with("pkcs11:"));
    for (const std::string& part :
         {std::string("token=Corp%20HSM"), std::string("serial="),
          "object=aeclient%20" + key->reference(), std::string("type=private"),
          std::string("pin-source="), std::string("module-path=")}) {
        INFO(uri);
        CHECK(uri.find(part) != std::string::npos);
    }
    CHECK(uri.find(SoftwareToken::kPin) == std::string::npos);
    CHECK(mode_of(file) == 0600U);
    CHECK_FALSE(fs::exists(file.parent_path() / "key.pem"));
}

TEST_CASE("a key leaves its token only when the template says so, and never for the archives",
          "[stores][token][WCCE:2.2.2.9.1]") {
    TokenWorld world;
    engine::KeyRequest wanted = rsa_key(world.store);
    wanted.archival = engine::KeyArchival::once;
    const auto archived = world.store.keys().create(wanted);
    REQUIRE_FALSE(archived);
    CHECK(archived.error().code == kNotSupported);
    CHECK(fs::is_empty(world.store.requests()));
    CHECK(world.token.keys() == 0);
    wanted.archival = engine::KeyArchival::none;
    wanted.exportable = engine::KeyExport::allowed;
    CHECK(refusal_to_archive(*must(world.store.keys().create(wanted))) == kNotSupported);
}

TEST_CASE("a key on a token is deleted with the last entry that names it", "[stores][token][X4]") {
    HeldWorld world;
    CHECK(world.token.keys() == 2);
    const auto again = must(world.store.keys().reuse(world.thumbprint));
    CHECK(read_text(world.uri_of(*again)) ==
          read_text(world.store.path() / "my" / world.thumbprint / "key.uri"));
    must(world.store.keys().erase(again->reference()));
    CHECK(world.token.keys() == 2);
    const auto third = must(world.store.keys().reuse(world.thumbprint));
    must(world.store.certificates().remove(world.thumbprint));
    CHECK(world.token.keys() == 2);  // the renewal that waits has it
    must(world.store.keys().erase(third->reference()));
    CHECK(world.token.keys() == 1);
    must(world.store.keys().erase(world.issuer->reference()));
    CHECK(world.token.keys() == 0);
}

TEST_CASE("a key on a token stays while an entry names it in other words", "[stores][token][X4]") {
    HeldWorld world;
    const auto again = must(world.store.keys().reuse(world.thumbprint));
    const fs::path file = world.uri_of(*again);
    const std::string uri = read_text(file);
    const auto without = [&](const std::string& part) {
        std::string text = uri;
        const auto at = text.find(part);
        REQUIRE(at != std::string::npos);
        return text.erase(at, text.find_first_of(";&?", at) + 1 - at);
    };
    SECTION("a newline") { write_text(file, uri + "\n"); }
    SECTION("less about how to come to it") { write_text(file, without("pin-source=")); }
    SECTION("more about that") { write_text(file, uri + "&module-path=/usr/lib/other.so"); }
    SECTION("without the serial number") { write_text(file, without("serial=")); }
    SECTION("without the id") { write_text(file, without("id=")); }
    SECTION("without the label") { write_text(file, without("object=")); }
    must(world.store.certificates().remove(world.thumbprint));
    CHECK(world.token.keys() == 2);
    CHECK(world.store.warnings().empty());
    CHECK(fs::is_empty(world.store.path() / "my"));
}

TEST_CASE("a key on a token stays while an entry's name of a key cannot be understood",
          "[stores][token][X4]") {
    HeldWorld world;
    const auto other = must(world.store.keys().create(world.store.usual_key()));
    const fs::path file = world.uri_of(*other);
    const std::string uri = read_text(file);
    SECTION("no URI") { write_text(file, "the second key"); }
    SECTION("nothing") { write_text(file, ""); }
    SECTION("a token, and no key") { write_text(file, "pkcs11:token=Corp%20HSM"); }
    SECTION("an attribute that nobody knows") {
        std::string text = uri;
        write_text(file, text.replace(text.find('?'), 1, ";drawer=3?"));
    }
    must(world.store.certificates().remove(world.thumbprint));
    CHECK(world.token.keys() == 3);
    REQUIRE(world.store.warnings().size() == 1);
    CHECK(world.store.warnings()[0].find(file.string() + " names no key") != std::string::npos);
    write_text(file, uri);
    world.store.reopen();
    CHECK(world.store.warnings().empty());
    CHECK(world.token.keys() == 2);
}

TEST_CASE("an archived certificate keeps its key on the token", "[stores][token][X1]") {
    HeldWorld world;
    must(world.store.certificates().archive(world.thumbprint));
    world.store.reopen();
    CHECK(world.token.keys() == 2);
    CHECK(world.store.keys().open_held(world.thumbprint));
}

TEST_CASE("a card that is pulled out may come back: nothing is lost and nothing is deleted",
          "[stores][token][Q5][X4]") {
    HeldWorld world;
    CHECK(world.only_key() == engine::KeyState::usable);
    const std::string issuer = world.issuer->reference();
    world.store.close();
    // SoftHSM looks for its tokens only when the last user of the module has let it go.
    world.issuer.reset();
    world.key.reset();
    world.token.pull_out();
    world.store.reopen();
    CHECK(world.only_key() == engine::KeyState::unknown);
    CHECK(std::ranges::count(world.store.keys().providers(), kPlaceProvider) == 0);
    const auto made = world.store.keys().create(world.store.usual_key());
    REQUIRE_FALSE(made);
    CHECK(made.error().code == kNotSupported);
    CHECK_FALSE(world.store.keys().erase(issuer));
    world.store.close();
    world.token.plug_in();
    world.store.reopen();
    CHECK(world.only_key() == engine::KeyState::usable);
    CHECK(world.store.keys().open_pending(issuer));
}

TEST_CASE("a certificate that is deleted while its card is out takes its key with it later",
          "[stores][token][X4]") {
    HeldWorld world;
    world.store.close();
    world.issuer.reset();
    world.key.reset();
    world.token.pull_out();
    world.store.reopen();
    must(world.store.certificates().remove(world.thumbprint));
    CHECK(must(world.store.certificates().held()).empty());
    REQUIRE(world.store.warnings().size() == 1);
    CHECK(world.store.warnings()[0].find("delete the key that") != std::string::npos);
    world.store.reopen();
    CHECK(world.store.warnings().size() == 1);  // still out
    world.store.close();
    world.token.plug_in();
    CHECK(world.token.keys() == 2);
    world.store.reopen();
    CHECK(world.store.warnings().empty());
    CHECK(world.token.keys() == 1);
    CHECK(fs::is_empty(world.store.path() / "my"));
}

TEST_CASE("a key that is gone from its token is gone", "[stores][token][Q5]") {
    HeldWorld world;
    const fs::path uri = world.store.path() / "my" / world.thumbprint / "key.uri";
    std::string text = read_text(uri);
    const auto at = text.find("id=%") + 4;
    text.replace(at, 2, text.substr(at, 2) == "00" ? "01" : "00");
    write_text(uri, text);
    CHECK(world.only_key() == engine::KeyState::gone);
    CHECK(world.store.keys().open_held(world.thumbprint).error().code == kFileNotFound);
    SECTION("another certificate's key is not this one's") {
        fs::copy_file(world.uri_of(*world.issuer), uri, fs::copy_options::overwrite_existing);
        CHECK(world.only_key() == engine::KeyState::gone);
    }
    SECTION("a broken name is not taken for a lost key") {
        write_text(uri, "pkcs11:token=%");
        CHECK(world.only_key() == engine::KeyState::unknown);
    }
}

TEST_CASE("a crash before the key was made leaves an entry that can be erased",
          "[stores][token][W6]") {
    TokenWorld world;
    const auto key = must(world.store.keys().create(world.store.usual_key()));
    // As begin() leaves it: a name, and no such key.
    const fs::path left = world.store.requests() / std::string(32, 'a');
    fs::create_directory(left);
    fs::permissions(left, fs::perms::owner_all);
    std::string uri = read_text(world.uri_of(*key));
    for (auto at = uri.find(key->reference()); at != std::string::npos;
         at = uri.find(key->reference())) {
        uri.replace(at, 32, std::string(32, 'a'));
    }
    const auto id = uri.find("id=%");
    uri.replace(
        id, 51, "id=" + [] {
            std::string text;
            for (int i = 0; i < 16; ++i) {
                text += "%AA";
            }
            return text;
        }());
    write_text(left / "key.uri", uri);
    world.store.reopen();
    CHECK(world.store.keys().open_pending(std::string(32, 'a')).error().code == kFileNotFound);
    must(world.store.keys().erase(std::string(32, 'a')));
    CHECK_FALSE(fs::exists(left));
    CHECK(world.token.keys() == 1);
}

TEST_CASE("a wrong PIN is tried once, and never again until somebody has logged in",
          "[stores][token][PIN]") {
    HeldWorld world;
    world.token.set_pin("999999");
    world.store.reopen();
    CHECK(world.only_key() == engine::KeyState::unknown);
    const auto refused = world.store.keys().open_held(world.thumbprint);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kAccessDenied);
    CHECK(refused.error().sentence().find("could lock it for good") != std::string::npos);
    CHECK(refused.error().sentence().find("999999") == std::string::npos);
    // The next pulse has the right PIN, and does not know that it is.
    world.token.set_pin(SoftwareToken::kPin);
    world.store.reopen();
    CHECK(world.only_key() == engine::KeyState::unknown);
    world.token.log_in_by_hand();
    world.store.reopen();
    CHECK(world.only_key() == engine::KeyState::usable);
}

TEST_CASE("a refused PIN is not tried again until its file is written, whoever logs in meanwhile",
          "[stores][token][PIN]") {
    HeldWorld world;
    const stores::KeySettings settings{.providers = {{kPlaceProvider, world.token.place()}}};
    const auto why_not = [&](stores::PinUse pins) {
        world.store.close();
        stores::KeySettings asked = settings;
        asked.pins = pins;
        world.store.set(std::move(asked));
        world.store.reopen();
        const auto opened = world.store.keys().open_held(world.thumbprint);
        return opened ? std::string() : opened.error().sentence();
    };
    constexpr auto kCareful = stores::PinUse::careful;
    constexpr auto kAsked = stores::PinUse::asked;
    const auto left_alone = Catch::Contains("could lock it for good");
    const fs::path file = world.token.pin_file();
    world.token.set_pin("999999");
    CHECK_THAT(why_not(kCareful), Catch::Contains("refuses the PIN"));
    const auto notes = [&] {
        std::vector<fs::path> found;
        for (const auto& one : fs::directory_iterator(world.store.path())) {
            if (one.path().filename().string().starts_with("refused-pin-")) {
                found.push_back(one.path());
            }
        }
        return found;
    };
    REQUIRE(notes().size() == 1);
    CHECK(mode_of(notes()[0]) == 0600U);
    CHECK(read_text(notes()[0]).find("999999") == std::string::npos);
    world.token.log_in_by_hand();  // the token itself warns of nothing any more
    CHECK_THAT(why_not(kCareful), left_alone);
    CHECK_THAT(why_not(kCareful), left_alone);
    SECTION("a file that was written is tried") {
        world.token.set_pin("888888");
        CHECK_THAT(why_not(kCareful), Catch::Contains("refuses the PIN"));
        world.token.log_in_by_hand();
        CHECK_THAT(why_not(kCareful), left_alone);
        world.token.set_pin(SoftwareToken::kPin);
        CHECK(why_not(kCareful).empty());
        CHECK(notes().empty());
    }
    SECTION("who asks has it tried, and what worked then is tried again") {
        CHECK_THAT(why_not(kAsked), Catch::Contains("refuses the PIN"));
        world.token.log_in_by_hand();
        CHECK_THAT(why_not(kCareful), left_alone);
        // As if the token had been given the PIN that the file has: the file stays as it was.
        const auto written = fs::last_write_time(file);
        world.token.set_pin(SoftwareToken::kPin);
        fs::last_write_time(file, written);
        CHECK_THAT(why_not(kCareful), left_alone);
        CHECK(why_not(kAsked).empty());
        CHECK(notes().empty());
        CHECK(why_not(kCareful).empty());
    }
}

TEST_CASE("an entry does not choose the module that is loaded", "[stores][token]") {
    HeldWorld world;
    world.store.close();
    const fs::path planted = world.folder.path() / "planted.so";
    fs::copy_file(SoftwareToken::kModule, planted);
    const fs::path file = world.store.path() / "my" / world.thumbprint / "key.uri";
    std::string uri = read_text(file);
    constexpr std::string_view kPath = "module-path=";
    const auto at = uri.find(kPath);
    REQUIRE(at != std::string::npos);
    const auto begin = at + kPath.size();
    write_text(file, uri.replace(begin, uri.find('&', begin) - begin, planted.string()));
    const auto is_loaded = [&] {
        return read_text("/proc/self/maps").find(planted.string()) != std::string::npos;
    };
    SECTION("the setting for its token does") {
        world.store.reopen();
        CHECK(world.only_key() == engine::KeyState::usable);
    }
    SECTION("without such a setting, a registered one has the token or nobody") {
        world.store.set({.providers = {{kPlaceProvider, "pkcs11:token=Another"}}});
        world.store.reopen();
        static_cast<void>(world.only_key());
    }
    CHECK_FALSE(is_loaded());
    SECTION("unless a setting names that module") {
        std::string place = world.token.place();
        const std::string module = SoftwareToken::kModule;
        place.replace(place.find(module), module.size(), planted.string());
        world.store.set({.providers = {{kPlaceProvider, place}}});
        world.store.reopen();
        static_cast<void>(world.only_key());
        CHECK(is_loaded());
    }
}

TEST_CASE("a PIN's file is for the module of the same setting only", "[stores][token][PIN]") {
    TokenWorld world;
    const fs::path other = world.folder.path() / "other.so";
    fs::copy_file(SoftwareToken::kModule, other);
    const auto known = stores::known_providers(
        {.providers = {{"another module", "pkcs11:token=Corp%20HSM?module-path=" + other.string()},
                       {kPlaceProvider, world.token.place()}}});
    const auto answer = [&](const std::string& name) -> Done {
        const auto found = std::ranges::find(known, name, &stores::KnownProvider::name);
        REQUIRE(found != known.end());
        return found->answers;
    };
    CHECK(answer(kPlaceProvider));
    const Done refused = answer("another module");
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().sentence(), Catch::Contains("no pin-source names a file"));
}

TEST_CASE("a PIN that others may read or write is no PIN", "[stores][token][PIN]") {
    TokenWorld world;
    const auto code = [&] {
        world.store.reopen();
        const auto made = world.store.keys().create(world.store.usual_key());
        return made ? Hresult{} : made.error().code;
    };
    CHECK(code() == Hresult{});
    const fs::path file = world.token.pin_file();
    for (const fs::perms mode : {fs::perms::group_read, fs::perms::others_read,
                                 fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(file, fs::perms::owner_read | mode);
        CHECK(code() == kAccessDenied);
    }
    fs::permissions(file, fs::perms::owner_read);
    CHECK(code() == Hresult{});
    const fs::path real = file.parent_path() / "elsewhere";
    fs::rename(file, real);
    fs::create_symlink(real, file);
    CHECK(code() == kAccessDenied);
    fs::remove(file);
    CHECK(code() == kAccessDenied);
    write_text(file, "\n");
    fs::permissions(file, fs::perms::owner_read);
    CHECK(code() == kAccessDenied);
}

TEST_CASE("a moved PIN file in the settings counts for keys that were made before",
          "[stores][token][PIN]") {
    HeldWorld world;
    world.store.close();
    const fs::path moved = world.token.pin_file().parent_path() / "new-pin";
    fs::rename(world.token.pin_file(), moved);
    const std::string place = world.token.place();
    PlaceStore old(world.folder.path() / "store", place, {ecdsa_p256});
    CHECK(must(old.certificates().held())[0].key == engine::KeyState::unknown);
    old.close();
    const auto at = place.find("file:");
    const std::string changed =
        place.substr(0, at) + "file:" + moved.string() + place.substr(place.find('&'));
    PlaceStore renewed(world.folder.path() / "store", changed, {ecdsa_p256});
    CHECK(must(renewed.certificates().held())[0].key == engine::KeyState::usable);
}

TEST_CASE("a key on a token that no request was noted for is deleted there by tidying up",
          "[stores][token][X4][W6]") {
    HeldWorld world;
    const auto waiting = must(world.store.keys().create(world.store.usual_key()));
    must(world.store.certificates().save_pending(pending_for(*waiting)));
    CHECK(world.token.keys() == 3);
    world.store.close();
    const auto crypto = stores::make_crypto();
    const auto opened =
        must(stores::open_stores({.root = world.folder.path() / "store",
                                  .keys = {.providers = {{kPlaceProvider, world.token.place()}}}},
                                 stores::StoreUse::change, *crypto));
    CHECK(must(opened->tidy({})).orphaned_keys == 1);  // the issuer's: no request was noted for it
    CHECK(world.token.keys() == 2);
    CHECK(opened->keys().open_held(world.thumbprint));
    CHECK(opened->keys().open_pending(waiting->reference()));
}

}  // namespace ae::test
