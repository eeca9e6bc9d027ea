// What is particular to the directory store: archived and removed entries, and who has which key.
#include "stores/private_key_openssl.h"
#include "tests/stores/file_store.h"

#include <algorithm>
#include <functional>

#include <openssl/pem.h>
#include <sys/stat.h>

namespace ae::test {

namespace fs = std::filesystem;

TEST_CASE("archiving marks entry.json and touches nothing else of MY", "[stores][X1]") {
    Held world;
    const fs::path my = world.inside.parent_path();
    const auto before = picture_of(my);
    std::string json = read_text(world.inside / "entry.json");
    must(world.store.certificates().archive(world.installed.thumbprint));
    json.replace(json.find("false"), 5, "true");
    CHECK(read_text(world.inside / "entry.json") == json);
    CHECK(mode_of(world.inside / "entry.json") == 0644U);
    const auto after = picture_of(my);
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

engine::KeyRequest rsa_for(engine::KeyArchival archival, engine::KeyExport exportable) {
    return {.template_name = "CorpMachine", .exportable = exportable, .archival = archival};
}

TEST_CASE("OpenSSL rebuilds a key from what is sent to the archives", "[stores][WCCE:2.2.2.9.1]") {
    Held world;
    const auto key = must(
        world.store.keys().create(rsa_for(engine::KeyArchival::once, engine::KeyExport::refused)));
    const Secret blob = must(key->archival_blob());
    const unsigned char* at = blob.view().data();
    const stores::UniqueEvpPkey rebuilt(b2i_PrivateKey(&at, static_cast<long>(blob.view().size())));
    REQUIRE(rebuilt);
    CHECK(equal(must(stores::public_key_info_of(rebuilt.get())), key->public_key_info()));
    const stores::UniqueEvpPkeyCtx context(
        EVP_PKEY_CTX_new_from_pkey(nullptr, rebuilt.get(), nullptr));
    CHECK(EVP_PKEY_check(context.get()) == 1);  // n = pq, and d, dp, dq and q^-1 fit
}

TEST_CASE("beside the key stands who may have it whole, and an installation ends its archival",
          "[stores][WCCE:2.2.2.9.1]") {
    Held world;
    const fs::path requests = world.store.path() / "request";
    struct Row {
        engine::KeyArchival archival;
        engine::KeyExport exportable;
        std::string_view in_request;
        std::string_view in_my;
    };
    for (const Row& row :
         {Row{engine::KeyArchival::none, engine::KeyExport::refused, "", ""},
          Row{engine::KeyArchival::once, engine::KeyExport::refused, "archival\n", ""},
          Row{engine::KeyArchival::none, engine::KeyExport::allowed, "export\n", "export\n"},
          Row{engine::KeyArchival::once, engine::KeyExport::allowed, "export\n", "export\n"}}) {
        const auto kept = [](const fs::path& file) {
            return fs::exists(file) ? read_text(file) : std::string();
        };
        const auto key = must(world.store.keys().create(rsa_for(row.archival, row.exportable)));
        const fs::path file = requests / key->reference() / "release";
        CHECK(kept(file) == row.in_request);
        CHECK((!fs::exists(file) || mode_of(file) == 0600U));
        const bool given = row.archival == engine::KeyArchival::once ||
                           row.exportable == engine::KeyExport::allowed;
        world.store.reopen();
        const auto pending = must(world.store.keys().open_pending(key->reference()));
        CHECK(pending->archival_blob().has_value() == given);
        const auto where =
            must(world.store.certificates().install(certificate_for(*key, *world.issuer)));
        CHECK(kept(world.store.path() / "my" / where.thumbprint / "release") == row.in_my);
        const auto held = must(world.store.keys().open_held(where.thumbprint));
        CHECK(held->archival_blob().has_value() == !row.in_my.empty());
    }
}

TEST_CASE("a note about a key that is not understood lets nobody have it", "[stores]") {
    Held world;
    const auto key = must(
        world.store.keys().create(rsa_for(engine::KeyArchival::once, engine::KeyExport::refused)));
    const fs::path file = world.store.path() / "request" / key->reference() / "release";
    for (const char* const odd : {"", "archival", "EXPORT\n", "everybody\n"}) {
        write_text(file, odd);
        const auto opened = must(world.store.keys().open_pending(key->reference()));
        CHECK(opened->archival_blob().error().code == kNotSupported);
    }
}

}  // namespace ae::test
