// The stable names of live/: what they point to, when they switch, and what a crash leaves of it.
#include "stores/live_files.h"

#include "stores/store_layout.h"
#include "tests/stores/file_store.h"

#include <chrono>

#include <sys/stat.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

// A store in which certificates of templates come, each an hour later than the one before.
struct LiveWorld {
    TemporaryFolder folder;
    FileStore store{folder.path() / "store"};
    std::unique_ptr<engine::PrivateKey> issuer = must(store.keys().create(p256()));
    std::int64_t serial = 1;

    engine::InstalledCertificate install(const std::string& template_name, int hours = -1) {
        const auto key = must(store.keys().create(p256()));
        engine::NewCertificate entry = certificate_for(*key, *issuer, ++serial);
        entry.template_name = template_name;
        entry.installed = kStoreNow + std::chrono::hours(hours < 0 ? serial : hours);
        return must(store.certificates().install(entry));
    }
    [[nodiscard]] fs::path live(const std::string& name = "WebServer") const {
        return store.path() / "live" / name;
    }
    // The thumbprint, "none", or where else it points to.
    [[nodiscard]] std::string named(const std::string& name = "WebServer") const {
        if (!fs::exists(fs::symlink_status(live(name)))) {
            return "none";
        }
        const std::string target = fs::read_symlink(live(name)).string();
        return target.starts_with("../my/") ? target.substr(6) : target;
    }
    void reopen() { store.reopen(); }
};

}  // namespace

TEST_CASE("a template's name in live/ leads to the files of its certificate", "[stores][live]") {
    LiveWorld world;
    const auto installed = world.install("WebServer");
    CHECK(installed.live == world.live().string());
    CHECK(fs::read_symlink(world.live()) == "../my/" + installed.thumbprint);
    CHECK(mode_of(world.store.path() / "live") == 0755U);
    const fs::path entry = fs::path(installed.path).parent_path();
    for (const char* part : {"cert.pem", "chain.pem", "fullchain.pem", "key.pem"}) {
        INFO(part);
        CHECK(fs::equivalent(world.live() / part, entry / part));
    }
}

TEST_CASE("fullchain.pem is the certificate and its issuers without the root", "[stores][live]") {
    LiveWorld world;
    const auto root_key = must(world.store.keys().create(p256()));
    const auto key = must(world.store.keys().create(p256()));
    engine::NewCertificate entry = certificate_for(*key, *world.issuer);
    const Bytes intermediate =
        make_certificate({.subject = "Corp Issuing CA 1",
                          .public_key_info = copy(world.issuer->public_key_info()),
                          .not_before = kStoreNow,
                          .not_after = kStoreNow + std::chrono::hours(1),
                          .role = Role::authority},
                         *root_key);
    const Bytes root = self_signed(*root_key, "Corp Root CA");
    entry.chain = {intermediate, root};
    const fs::path inside =
        fs::path(must(world.store.certificates().install(entry)).path).parent_path();
    const auto pem = [](const Bytes& der) { return to_pem("CERTIFICATE", der); };
    CHECK(read_text(inside / "fullchain.pem") == pem(entry.certificate) + pem(intermediate));
    CHECK(read_text(inside / "chain.pem") == pem(intermediate) + pem(root));
    CHECK(mode_of(inside / "fullchain.pem") == 0644U);
}

TEST_CASE("each template has a name of its own, which follows the newest certificate",
          "[stores][live]") {
    LiveWorld world;
    const auto first = world.install("WebServer");
    const auto other = world.install("Workstation");
    const auto second = world.install("WebServer");
    CHECK(world.named() == second.thumbprint);
    CHECK(second.live == first.live);
    CHECK(world.named("Workstation") == other.thumbprint);
    SECTION("one that is older, and comes later, does not take it") {
        const auto older = world.install("WebServer", 0);
        CHECK(older.live.empty());
        CHECK(world.named() == second.thumbprint);
    }
    SECTION("the predecessor is archived: nothing changes") {
        must(world.store.certificates().archive(first.thumbprint));
        CHECK(world.named() == second.thumbprint);
    }
    SECTION("the newest is archived: the one before it has the name again") {
        must(world.store.certificates().archive(second.thumbprint));
        CHECK(world.named() == first.thumbprint);
    }
    SECTION("the newest is deleted: the one before it has the name again") {
        must(world.store.certificates().remove(second.thumbprint));
        CHECK(world.named() == first.thumbprint);
        must(world.store.certificates().remove(first.thumbprint));
        CHECK(world.named() == "none");
    }
    SECTION("all are deleted: the name is gone") {
        must(world.store.certificates().remove(first.thumbprint));
        must(world.store.certificates().remove(second.thumbprint));
        CHECK(world.named() == "none");
        CHECK(world.named("Workstation") == other.thumbprint);
    }
    const std::string before = world.named();
    world.reopen();
    CHECK(world.named() == before);
}

TEST_CASE("a certificate that is archived before anything replaced it keeps its name",
          "[stores][live][Q4][X1]") {
    LiveWorld world;
    const auto older = world.install("WebServer");
    const auto revoked = world.install("WebServer");
    must(world.store.certificates().archive(older.thumbprint));
    must(world.store.certificates().archive(revoked.thumbprint));
    CHECK(world.named() == revoked.thumbprint);
    CHECK(fs::exists(world.live() / "key.pem"));
    SECTION("until its deletion: then an older one has it, as long as there is one") {
        must(world.store.certificates().remove(revoked.thumbprint));
        CHECK(world.named() == older.thumbprint);
        must(world.store.certificates().remove(older.thumbprint));
        CHECK(world.named() == "none");
    }
    SECTION("until a new one comes, whenever that was made") {
        const auto fresh = world.install("WebServer", 0);
        CHECK(fresh.live == world.live().string());
        CHECK(world.named() == fresh.thumbprint);
    }
    SECTION("however its link is lost") {
        world.store.close();
        fs::remove(world.live());
        SECTION("removed") {}
        SECTION("to the other") {
            fs::create_directory_symlink("../my/" + older.thumbprint, world.live());
        }
        world.reopen();
        CHECK(world.named() == revoked.thumbprint);
    }
    const std::string before = world.named();
    world.reopen();
    CHECK(world.named() == before);
    CHECK(world.store.warnings().empty());
}

TEST_CASE("an archived certificate that comes again is in use again", "[stores][live]") {
    LiveWorld world;
    const auto key = must(world.store.keys().create(p256()));
    const engine::NewCertificate entry = certificate_for(*key, *world.issuer, 77);
    const auto once = must(world.store.certificates().install(entry));
    const auto copy = must(world.store.keys().reuse(once.thumbprint));
    must(world.store.certificates().archive(once.thumbprint));
    engine::NewCertificate again = entry;
    again.key_reference = copy->reference();
    CHECK(must(world.store.certificates().install(again)).thumbprint == once.thumbprint);
    const auto other_key = must(world.store.keys().create(p256()));
    engine::NewCertificate other = certificate_for(*other_key, *world.issuer, 78);
    other.installed = entry.installed - std::chrono::hours(1);
    must(world.store.certificates().install(other));
    CHECK(world.named("CorpMachine") == once.thumbprint);
    must(world.store.certificates().archive(once.thumbprint));
    CHECK(world.named("CorpMachine") != once.thumbprint);
}

TEST_CASE("entries of an older version get their fullchain.pem at the next opening",
          "[stores][live][upgrade]") {
    LiveWorld world;
    const auto root_key = must(world.store.keys().create(p256()));
    const auto key = must(world.store.keys().create(p256()));
    engine::NewCertificate entry = certificate_for(*key, *world.issuer);
    entry.chain = {make_certificate({.subject = "Corp Issuing CA 1",
                                     .public_key_info = copy(world.issuer->public_key_info()),
                                     .not_before = kStoreNow,
                                     .not_after = kStoreNow + std::chrono::hours(1),
                                     .role = Role::authority},
                                    *root_key),
                   self_signed(*root_key, "Corp Root CA")};
    const fs::path inside =
        fs::path(must(world.store.certificates().install(entry)).path).parent_path();
    const std::string full = read_text(inside / "fullchain.pem");
    world.store.close();
    fs::remove_all(world.store.path() / "live");
    fs::remove(inside / "fullchain.pem");
    SECTION("with issuers") {
        world.reopen();
        CHECK(world.store.warnings().empty());
        CHECK(read_text(inside / "fullchain.pem") == full);
        CHECK(mode_of(inside / "fullchain.pem") == 0644U);
        CHECK(read_text(world.live("CorpMachine") / "fullchain.pem") == full);
    }
    SECTION("without any") {
        write_text(inside / "chain.pem", "");
        world.reopen();
        CHECK(read_text(inside / "fullchain.pem") == to_pem("CERTIFICATE", entry.certificate));
    }
    SECTION("one whose chain.pem broke is said, and opens without") {
        write_text(inside / "chain.pem", "-----BEGIN CERTIFICATE-----");
        world.reopen();
        REQUIRE(world.store.warnings().size() == 1);
        CHECK(world.store.warnings()[0].find((inside / "chain.pem").string()) != std::string::npos);
        CHECK_FALSE(fs::exists(inside / "fullchain.pem"));
        CHECK(must(world.store.certificates().held()).size() == 1);
    }
}

TEST_CASE("of two that came in the same second the later request has the name", "[stores][live]") {
    LiveWorld world;
    const auto key = must(world.store.keys().create(p256()));
    engine::NewCertificate entry = certificate_for(*key, *world.issuer);
    entry.request_id = 18;
    const auto later = must(world.store.certificates().install(entry));
    const auto other_key = must(world.store.keys().create(p256()));
    must(world.store.certificates().install(certificate_for(*other_key, *world.issuer, 2)));
    CHECK(world.named("CorpMachine") == later.thumbprint);
}

TEST_CASE("what a crash left of live/ is mended at the next opening", "[stores][live][crash]") {
    LiveWorld world;
    const auto old = world.install("WebServer");
    const auto now = world.install("WebServer");
    world.store.close();
    SECTION("published and not switched") {
        fs::remove(world.live());
        fs::create_directory_symlink("../my/" + old.thumbprint, world.live());
    }
    SECTION("switched to one that is gone") {
        fs::remove(world.live());
        fs::create_directory_symlink("../my/" + std::string(40, 'a'), world.live());
    }
    SECTION("half of a switch") {
        fs::create_directory_symlink("../my/" + old.thumbprint, world.live(".tmp-0123"));
    }
    SECTION("no link") { fs::remove(world.live()); }
    SECTION("no folder") { fs::remove_all(world.store.path() / "live"); }
    SECTION("a name of a template of which nothing is left") {
        fs::create_directory_symlink("../my/" + std::string(40, 'a'), world.live("Gone"));
    }
    world.reopen();
    CHECK(world.store.warnings().empty());
    CHECK(world.named() == now.thumbprint);
    CHECK(std::distance(fs::directory_iterator(world.store.path() / "live"), {}) == 1);
}

TEST_CASE("an entry whose notes are lost keeps the name that it has", "[stores][live]") {
    LiveWorld world;
    const auto old = world.install("WebServer");
    const auto now = world.install("WebServer");
    write_text(fs::path(now.path).parent_path() / "entry.json", "{");
    world.reopen();
    CHECK(world.named() == now.thumbprint);
    SECTION("until there is a newer one") {
        const auto newer = world.install("WebServer");
        CHECK(world.named() == newer.thumbprint);
    }
    SECTION("until it is archived") {
        must(world.store.certificates().archive(now.thumbprint));
        CHECK(world.named() == old.thumbprint);
    }
}

TEST_CASE("what is not this agent's own gets no name", "[stores][live]") {
    LiveWorld world;
    const auto installed = world.install("WebServer");
    const fs::path json = fs::path(installed.path).parent_path() / "entry.json";
    std::string text = read_text(json);
    text.replace(text.find("autoenrollment"), 14, "somebody");
    write_text(json, text);
    world.reopen();
    CHECK(world.named() == "none");
}

TEST_CASE("what others put into live/ is left alone", "[stores][live]") {
    LiveWorld world;
    world.install("WebServer");
    fs::create_directory_symlink("WebServer", world.live("web"));
    write_text(world.live("notes.txt"), "mine");
    fs::create_directory(world.live("Workstation"));
    write_text(world.live("Workstation") / "notes.txt", "mine");
    world.reopen();
    CHECK(world.store.warnings().empty());
    CHECK(world.named("web") == "WebServer");
    CHECK(read_text(world.live("notes.txt")) == "mine");
    SECTION("also in a place that the store would need; that is said") {
        const auto installed = world.install("Workstation");
        CHECK(installed.live.empty());
        CHECK(read_text(world.live("Workstation") / "notes.txt") == "mine");
        REQUIRE(world.store.warnings().size() == 1);
        CHECK(world.store.warnings()[0].find(world.live("Workstation").string() +
                                             " is no link of the store's") != std::string::npos);
    }
}

TEST_CASE("any template name makes a safe name of a folder", "[stores][live]") {
    struct Row {
        const char* template_name;
        const char* name;
    };
    for (const Row& row :
         {Row{"WebServer", "WebServer"}, Row{"Web_Server-2.1", "Web_Server-2.1"},
          Row{"Web Server", "Web%20Server"}, Row{"a/b", "a%2fb"}, Row{"..", "%2e."},
          Row{".hidden", "%2ehidden"}, Row{".tmp-1", "%2etmp-1"}, Row{"50%", "50%25"},
          Row{"$(x)", "%24%28x%29"}, Row{"a\nb", "a%0ab"}, Row{"B\xC3\xBCro", "B\xC3\xBCro"},
          Row{"\xFF", "%ff"},
          Row{"a\xE2\x80\xAE"
              "b",
              "a%e2%80%aeb"}}) {
        INFO(row.template_name);
        CHECK(stores::live_name(row.template_name) == row.name);
    }
    LiveWorld world;
    const auto installed = world.install("../../Web Server");
    CHECK(fs::path(installed.live).parent_path() == world.store.path() / "live");
    CHECK(world.named("%2e.%2f..%2fWeb%20Server") == installed.thumbprint);
}

TEST_CASE("a store that is only looked at mends nothing", "[stores][live]") {
    LiveWorld world;
    world.install("WebServer");
    world.store.close();
    fs::remove(world.live());
    const auto crypto = stores::make_crypto();
    const auto context = must(
        stores::StoreContext::look_at(world.folder.path() / "store", engine::Scope::machine, {}));
    CHECK(must(stores::make_cert_store(*context, *crypto)->held()).size() == 1);
    CHECK(world.named() == "none");
}

}  // namespace ae::test
