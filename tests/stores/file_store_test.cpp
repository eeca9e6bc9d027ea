// What is particular to the directory store: layout, modes, locking, damage.
#include "tests/stores/file_store.h"

#include "stores/context_stores.h"
#include "stores/store_layout.h"

#include <csignal>
#include <functional>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

Result<std::unique_ptr<stores::StoreContext>> try_open(const std::string& root) {
    return stores::StoreContext::open(root, engine::Scope::machine, {});
}

}  // namespace

TEST_CASE("the layout and its modes are those that store_layout.h documents", "[stores][layout]") {
    const mode_t old_mask = ::umask(0077);  // a strict umask must not hide certificates
    Held world;
    const auto pending_key = must(world.store.keys().create(p256()));
    must(world.store.certificates().save_pending(pending_for(*pending_key)));
    must(world.store.certificates().replace(engine::TrustStore::root, world.entry.chain));
    ::umask(old_mask);

    const fs::path root = world.folder.path() / "store";
    const fs::path request = root / "machine/request";
    CHECK(read_text(root / "version") == "1\n");
    CHECK(mode_of(root / "version") == 0644U);
    CHECK(world.inside == root / "machine/my" / world.installed.thumbprint);
    for (const char* folder : {"", "machine", "machine/my", "machine/live", "machine/root",
                               "machine/intermediate", "machine/ntauth"}) {
        INFO(folder);
        CHECK(mode_of(root / folder) == (*folder == '\0' ? 0700U : 0755U));
    }
    CHECK(mode_of(request) == 0700U);
    CHECK(mode_of(request / pending_key->reference()) == 0700U);
    CHECK(mode_of(request / pending_key->reference() / "key.pem") == 0600U);
    CHECK(mode_of(world.inside) == 0755U);
    CHECK(mode_of(world.inside / "cert.pem") == 0644U);
    CHECK(mode_of(world.inside / "chain.pem") == 0644U);
    CHECK(mode_of(world.inside / "fullchain.pem") == 0644U);
    CHECK(mode_of(world.inside / "entry.json") == 0644U);
    CHECK(mode_of(world.inside / "key.pem") == 0600U);
    CHECK(read_text(world.inside / "cert.pem") == to_pem("CERTIFICATE", world.entry.certificate));
    CHECK(read_text(world.inside / "chain.pem") == to_pem("CERTIFICATE", world.entry.chain[0]));
    CHECK(read_text(world.inside / "key.pem").starts_with("-----BEGIN PRIVATE KEY-----"));
}

TEST_CASE("a user's store lies where XDG says", "[stores][layout]") {
    ::setenv("HOME", "/home/u", 1);
    ::setenv("XDG_DATA_HOME", "/data/u", 1);
    CHECK(stores::default_store_root(engine::Scope::machine) == "/var/lib/aeclient");
    CHECK(stores::default_store_root(engine::Scope::user) == "/data/u/aeclient");
    ::setenv("XDG_DATA_HOME", "relative", 1);
    CHECK(stores::default_store_root(engine::Scope::user) == "/home/u/.local/share/aeclient");
    ::unsetenv("XDG_DATA_HOME");
    CHECK(stores::default_store_root(engine::Scope::user) == "/home/u/.local/share/aeclient");
    ::unsetenv("HOME");
    CHECK(stores::default_store_root(engine::Scope::user).error().code == kFileNotFound);
}

TEST_CASE("two agents at once: the second is refused, until the first is gone", "[stores][lock]") {
    const TemporaryFolder folder;
    const std::string root = folder.path() / "store";
    SECTION("in one program") {
        FileStore first(root);
        const auto second = try_open(root);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == kBusy);
        CHECK(second.error().sentence().find(root) != std::string::npos);
        first.close();
        CHECK(try_open(root));
    }
    SECTION("the lock of a killed program does not outlive it") {
        int ready[2] = {-1, -1};
        REQUIRE(::pipe(ready) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto held = try_open(root);
            static_cast<void>(::write(ready[1], held ? "y" : "n", 1));
            ::pause();
            ::_exit(0);
        }
        char answer = 0;
        REQUIRE(::read(ready[0], &answer, 1) == 1);
        CHECK(answer == 'y');
        CHECK(try_open(root).error().code == kBusy);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        CHECK(try_open(root));
        ::close(ready[0]);
        ::close(ready[1]);
    }
    SECTION("machine and user do not hinder each other") {
        FileStore first(root);
        CHECK(stores::StoreContext::open(root, engine::Scope::user, {}));
    }
}

TEST_CASE("a store that this program must not use is refused and not touched", "[stores]") {
    const TemporaryFolder folder;
    const fs::path root = folder.path() / "store";
    fs::create_directory(root);
    ::chmod(root.c_str(), 0755);
    SECTION("a newer layout") {
        write_text(root / "version", "2\n");
        CHECK(try_open(root).error().code == kNotSupported);
        CHECK(picture_of(root) == std::vector<std::string>{"version=2\n"});
    }
    SECTION("a folder that other accounts can write to") {
        for (const mode_t mode : {0775, 0757}) {
            ::chmod(root.c_str(), mode);
            CHECK(try_open(root).error().code == kAccessDenied);
        }
        CHECK(picture_of(root).empty());
    }
    SECTION("a folder of another account") {
        if (::geteuid() != 0) {
            WARN("skipped: only root can give a folder away");
            return;
        }
        REQUIRE(::chown(root.c_str(), 12345, 12345) == 0);
        const auto opened = try_open(root);
        CHECK(opened.error().code == kAccessDenied);
        CHECK(opened.error().sentence().find("12345") != std::string::npos);
        CHECK(picture_of(root).empty());
    }
    SECTION("a path that is a file") {
        write_text(root / "file", "");
        CHECK(try_open(root / "file").error().code == kReadFault);
    }
}

TEST_CASE("a link planted in the store is never followed", "[stores]") {
    Held world;
    const fs::path secret = world.folder.path() / "secret";
    write_text(secret, "old");
    SECTION("in place of a file that is read") {
        fs::rename(world.inside / "key.pem", secret);
        fs::create_symlink(secret, world.inside / "key.pem");
        CHECK(world.only().key == engine::KeyState::unknown);
    }
    SECTION("in place of a file that is written") {
        const auto key = must(world.store.keys().create(p256()));
        fs::create_symlink(secret,
                           world.store.path() / "request" / key->reference() / "entry.json");
        must(world.store.certificates().save_pending(pending_for(*key)));
        CHECK(read_text(secret) == "old");
    }
    SECTION("in place of a folder of the store") {
        world.store.close();
        fs::remove_all(world.store.path() / "root");
        fs::create_directory_symlink(world.folder.path(), world.store.path() / "root");
        CHECK_FALSE(try_open(world.folder.path() / "store"));
    }
    SECTION("in place of an entry that is deleted") {
        fs::create_directory(world.folder.path() / "other");
        write_text(world.folder.path() / "other/file", "stays");
        world.store.close();
        fs::create_directory_symlink(world.folder.path() / "other",
                                     world.store.path() / "my/.tmp-link");
        world.store.reopen();
        CHECK_FALSE(fs::exists(fs::symlink_status(world.store.path() / "my/.tmp-link")));
        CHECK(read_text(world.folder.path() / "other/file") == "stays");
    }
}

TEST_CASE("the state of a key: gone and unknown are different answers", "[stores][Q5]") {
    Held world;
    const fs::path key = world.inside / "key.pem";
    struct Row {
        const char* story;
        std::function<void()> damage;
        engine::KeyState state;
    };
    const std::vector<Row> rows = {
        {"untouched", [] {}, engine::KeyState::usable},
        {"no file", [&] { fs::remove(key); }, engine::KeyState::gone},
        {"empty", [&] { write_text(key, ""); }, engine::KeyState::gone},
        {"broken", [&] { write_text(key, read_text(key).substr(0, 60)); }, engine::KeyState::gone},
        {"another key",
         [&] {
             fs::copy_file(world.store.path() / "request" / world.issuer->reference() / "key.pem",
                           key, fs::copy_options::overwrite_existing);
         },
         engine::KeyState::gone},
        {"encrypted", [&] { write_text(key, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"); },
         engine::KeyState::unknown},
        {"not a plain file",
         [&] {
             fs::remove(key);
             fs::create_directory(key);
         },
         engine::KeyState::unknown},
    };
    const std::string good = read_text(key);
    for (const Row& row : rows) {
        INFO(row.story);
        fs::remove_all(key);
        write_text(key, good);
        row.damage();
        const auto held = world.only();
        CHECK(held.key == row.state);
        CHECK(held.key_detail.empty() == (row.state == engine::KeyState::usable));
    }
}

TEST_CASE("a broken entry is named and hides nothing else", "[stores]") {
    Held world;
    const fs::path other = world.store.path() / "my" / std::string(40, 'a');
    SECTION("a folder without certificate") { fs::create_directory(other); }
    SECTION("a certificate that is none") {
        fs::create_directory(other);
        write_text(other / "cert.pem",
                   "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    }
    SECTION("a certificate in the wrong folder") { fs::copy(world.inside, other); }
    CHECK(world.only().thumbprint == world.installed.thumbprint);
    REQUIRE_FALSE(world.store.warnings().empty());
    CHECK(world.store.warnings().back().find(other.string()) != std::string::npos);
}

TEST_CASE("files that are not the store's are left alone", "[stores]") {
    Held world;
    write_text(world.store.path() / "root/notes.txt", "mine");
    fs::create_directory(world.store.path() / "my/notes");
    must(world.store.certificates().replace(engine::TrustStore::root, {}));
    CHECK(world.only().thumbprint == world.installed.thumbprint);
    CHECK(world.store.warnings().empty());
    CHECK(read_text(world.store.path() / "root/notes.txt") == "mine");
}

TEST_CASE("a lost or broken entry.json does not hide a certificate", "[stores]") {
    Held world;
    write_text(world.inside / "entry.json", "{");
    CHECK(world.only().key == engine::KeyState::usable);
    CHECK(world.store.warnings().size() == 1);
    fs::remove(world.inside / "entry.json");
    CHECK(world.only().key == engine::KeyState::usable);
}

TEST_CASE("a trust store is read without what is broken in it, and that is named", "[stores][K2]") {
    Held world;
    const Bytes second = self_signed(*world.issuer, "Corp Root CA", 2);
    const Bytes third = self_signed(*world.issuer, "Corp Root CA", 3);
    const auto file_of = [&](const Bytes& certificate) {
        return world.store.path() / "root" /
               (stores::thumbprint(world.store.crypto(), certificate) + ".pem");
    };
    const auto roots = [&] {
        return must(world.store.certificates().trusted(engine::TrustStore::root));
    };
    must(world.store.certificates().replace(engine::TrustStore::root, {second, third}));
    REQUIRE(roots().size() == 2);
    const std::string good = read_text(file_of(second));
    struct Row {
        const char* story;
        std::string text;
    };
    for (const Row& row :
         {Row{"cut off", good.substr(0, good.size() / 2)}, Row{"empty", ""},
          Row{"another certificate", to_pem("CERTIFICATE", third)}, Row{"two", good + good}}) {
        INFO(row.story);
        world.store.reopen();
        write_text(file_of(second), row.text);
        CHECK(roots() == std::vector<Bytes>{third});
        REQUIRE(world.store.warnings().size() == 1);
        CHECK(world.store.warnings()[0].find(file_of(second).string()) != std::string::npos);
    }
    write_text(world.store.path() / "root/notes.txt", "mine");
    write_text(file_of(second), good);
    CHECK(roots().size() == 2);
}

TEST_CASE("a trusted certificate whose file was damaged is written anew", "[stores][K2]") {
    Held world;
    must(world.store.certificates().replace(engine::TrustStore::root, world.entry.chain));
    const fs::path file = fs::directory_iterator(world.store.path() / "root")->path();
    const std::string good = read_text(file);
    write_text(file, "");
    CHECK(must(world.store.certificates().replace(engine::TrustStore::root, world.entry.chain))
              .added == 1);
    CHECK(read_text(file) == good);
}

TEST_CASE("a renewed certificate is listed with its latest successor", "[stores][X1]") {
    Held held;
    const auto renew = [&](const std::string& predecessor, std::int64_t serial) {
        const auto key = must(held.store.keys().create(p256()));
        auto entry = certificate_for(*key, *held.issuer, serial);
        entry.predecessor = predecessor;
        return must(held.store.certificates().install(entry)).thumbprint;
    };
    const auto successor_of = [&](const std::string& thumbprint) {
        for (const auto& one : must(held.store.certificates().held())) {
            if (one.thumbprint == thumbprint) {
                return one.successor;
            }
        }
        return std::string("not listed");
    };
    const std::string& first = held.installed.thumbprint;
    CHECK(successor_of(first).empty());
    const std::string second = renew(first, 12);
    CHECK(successor_of(first) == second);
    const std::string third = renew(second, 13);
    must(held.store.certificates().archive(second));
    held.store.reopen();
    CHECK(successor_of(first) == third);  // through one that is archived
    CHECK(successor_of(third).empty());
    SECTION("the last one that is still there, not one that was archived after it") {
        const std::string fourth = renew(third, 14);
        must(held.store.certificates().archive(fourth));
        CHECK(successor_of(first) == third);
        CHECK(successor_of(third).empty());
        must(held.store.certificates().archive(third));
        CHECK(successor_of(first).empty());
        return;
    }
    // Files may say anything: a circle ends, and nothing replaced itself.
    const std::filesystem::path entry = held.store.path() / "my" / first / "entry.json";
    std::string text = read_text(entry);
    const std::string none = R"("predecessor": "")";
    write_text(entry,
               text.replace(text.find(none), none.size(), R"("predecessor": ")" + third + '"'));
    CHECK(successor_of(first) == third);
    CHECK(successor_of(third) == first);
    must(held.store.certificates().archive(third));
    CHECK(successor_of(first).empty());
}

}  // namespace ae::test
