// What is particular to the directory store: archived and removed entries, and who has which key.
#include "stores/private_key_openssl.h"
#include "tests/stores/file_store.h"

#include <algorithm>
#include <functional>

#include <sys/stat.h>

namespace ae::test {

namespace fs = std::filesystem;

TEST_CASE("archiving marks entry.json and touches nothing else", "[stores][X1]") {
    Held world;
    const auto before = picture_of(world.folder.path());
    std::string json = read_text(world.inside / "entry.json");
    must(world.store.certificates().archive(world.installed.thumbprint));
    json.replace(json.find("false"), 5, "true");
    CHECK(read_text(world.inside / "entry.json") == json);
    CHECK(mode_of(world.inside / "entry.json") == 0644U);
    const auto after = picture_of(world.folder.path());
    REQUIRE(after.size() == before.size());
    CHECK(std::ranges::mismatch(before, after).in1 != before.end());
    CHECK(std::ranges::count_if(before, [&](const std::string& line) {
              return !std::ranges::binary_search(after, line);
          }) == 1);
}

TEST_CASE("an entry whose entry.json was lost or broken can be archived all the same",
          "[stores][X1]") {
    Held world;
    SECTION("lost") { fs::remove(world.inside / "entry.json"); }
    SECTION("broken") { write_text(world.inside / "entry.json", "{"); }
    SECTION("too large to be one") {
        write_text(world.inside / "entry.json", std::string((1U << 20U) + 1, ' '));
    }
    must(world.store.certificates().archive(world.installed.thumbprint));
    world.store.reopen();
    CHECK(must(world.store.certificates().held()).empty());
    CHECK(world.store.warnings().empty());
    CHECK(world.store.keys().open_held(world.installed.thumbprint));
}

TEST_CASE("a removed entry leaves no file behind", "[stores][X4]") {
    Held world;
    must(world.store.certificates().remove(world.installed.thumbprint));
    CHECK(fs::is_empty(world.store.path() / "my"));
}

TEST_CASE("a key in REQUEST that a certificate has as well is erased only when it is a copy",
          "[stores][X4]") {
    Held world;
    const bool archived = GENERATE(false, true);  // archived certificates count like the others
    if (archived) {
        must(world.store.certificates().archive(world.installed.thumbprint));
    }
    const fs::path requests = world.store.path() / "request";
    const auto copied = must(world.store.keys().reuse(world.installed.thumbprint));
    const fs::path copy = requests / copied->reference();
    CHECK(read_text(copy / "copy_of") == world.installed.thumbprint + "\n");
    CHECK(mode_of(copy) == 0700U);
    CHECK(mode_of(copy / "key.pem") == 0600U);
    CHECK(mode_of(copy / "copy_of") == 0600U);
    CHECK(read_text(copy / "key.pem") == read_text(world.inside / "key.pem"));

    // The same key without that note, as after an installation that could not tidy up.
    const fs::path original = requests / world.key->reference();
    fs::create_directory(original);
    ::chmod(original.c_str(), 0700);
    fs::copy_file(world.inside / "key.pem", original / "key.pem");
    const Done erased = world.store.keys().erase(world.key->reference());
    REQUIRE_FALSE(erased);
    CHECK(erased.error().code == kBusy);
    CHECK(fs::exists(original / "key.pem"));

    must(world.store.keys().erase(copied->reference()));
    CHECK_FALSE(fs::exists(copy));
    CHECK(fs::exists(world.inside / "key.pem"));

    must(world.store.certificates().remove(world.installed.thumbprint));
    must(world.store.keys().erase(world.key->reference()));  // nobody has it any more
    CHECK_FALSE(fs::exists(original));
}

TEST_CASE("a certificate whose key is not its own can neither sign nor renew", "[stores][Q5]") {
    Held world;
    const fs::path key = world.inside / "key.pem";
    struct Row {
        const char* story;
        std::function<void()> damage;
        Hresult code;
    };
    const std::vector<Row> rows = {
        {"no file", [&] { fs::remove(key); }, kFileNotFound},
        {"broken", [&] { write_text(key, "-----BEGIN PRIVATE KEY-----\n"); }, kInvalidData},
        {"another key",
         [&] {
             fs::copy_file(world.store.path() / "request" / world.issuer->reference() / "key.pem",
                           key, fs::copy_options::overwrite_existing);
         },
         kInvalidData},
    };
    const auto requests = [&] { return picture_of(world.store.path() / "request"); };
    const auto before = requests();
    for (const Row& row : rows) {
        INFO(row.story);
        row.damage();
        CHECK(world.store.keys().open_held(world.installed.thumbprint).error().code == row.code);
        CHECK(world.store.keys().reuse(world.installed.thumbprint).error().code == row.code);
        CHECK(requests() == before);
    }
}

TEST_CASE("a key of a kind that no request can be made with is refused, and not copied",
          "[stores][keys]") {
    Held world;
    // RFC 8410 10.3
    const std::string ed25519 =
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
        "-----END PRIVATE KEY-----\n";
    const auto before = picture_of(world.store.path() / "request");
    write_text(world.store.path() / "request" / world.issuer->reference() / "key.pem", ed25519);
    CHECK(world.store.keys().open_pending(world.issuer->reference()).error().code == kNotSupported);
    CHECK(picture_of(world.store.path() / "request").size() == before.size());
}

TEST_CASE("RSA sizes: 2048 and 8192 are the ends of what is offered", "[stores][keys]") {
    const auto allowed = [](unsigned bits) {
        return stores::check_key_request({.algorithm = engine::KeyAlgorithm::rsa, .bits = bits})
            .has_value();
    };
    CHECK_FALSE(allowed(2047));
    CHECK(allowed(2048));
    CHECK(allowed(8192));
    CHECK_FALSE(allowed(8193));
}

TEST_CASE("a refused key leaves no file behind", "[stores][keys]") {
    const TemporaryFolder folder;
    FileStore store(folder.path() / "store");
    const auto before = picture_of(folder.path());
    CHECK_FALSE(store.keys().create({.bits = 1024}));
    CHECK(picture_of(folder.path()) == before);
}

}  // namespace ae::test
