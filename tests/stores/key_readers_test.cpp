// Who may read a template's keys: a group that the policy names, at the installation and whenever
// the policy changes.  Files are given to groups here, so these cases need root.
#include "tests/stores/file_store.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;
using Readers = std::map<std::string, std::string>;

constexpr const char* kGroup = "www-data";  // of every Debian
constexpr const char* kOtherGroup = "mail";
constexpr uid_t kNobody = 65534;

gid_t id_of(const char* name) {
    const group* found = ::getgrnam(name);
    REQUIRE(found != nullptr);
    return found->gr_gid;
}

gid_t group_of(const fs::path& path) {
    struct stat facts {};
    REQUIRE(::lstat(path.c_str(), &facts) == 0);
    return facts.st_gid;
}

bool is_readable_for(gid_t group, const fs::path& path) {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool changed =
            ::setgroups(0, nullptr) == 0 && ::setgid(group) == 0 && ::setuid(kNobody) == 0;
        ::_exit(changed && ::access(path.c_str(), R_OK) == 0 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct ReadersWorld {
    explicit ReadersWorld(const Readers& readers = {})
        : store(folder.path() / "store", {.readers = readers}) {
        // As of the machine's: everybody may come as far as the entries.
        ::chmod(folder.path().c_str(), 0755);
        ::chmod((folder.path() / "store").c_str(), 0755);
        issuer = must(store.keys().create(p256()));
    }
    fs::path install(const std::string& template_name = "CorpMachine") {
        const auto key = must(store.keys().create(p256()));
        engine::NewCertificate entry = certificate_for(*key, *issuer, ++serial);
        entry.template_name = template_name;
        return fs::path(must(store.certificates().install(entry)).path).parent_path() / "key.pem";
    }
    void reopen(const Readers& readers) {
        store.set({.readers = readers});
        store.reopen();
    }

    TemporaryFolder folder;
    FileStore store;
    std::unique_ptr<engine::PrivateKey> issuer;
    std::int64_t serial = 1;
};

bool is_root() {
    if (::geteuid() == 0) {
        return true;
    }
    WARN("skipped: only root can give files to any group");
    return false;
}

}  // namespace

TEST_CASE("a key is its owner's alone, unless the policy lets a group read its template's keys",
          "[stores][readers][MS-CRTD:2.23]") {
    if (!is_root()) {
        return;
    }
    // Templates compare without case; agent_settings.h gives their names in lower case.
    ReadersWorld world{Readers{{"webserver", kGroup}}};
    const fs::path open = world.install("WebServer");
    const fs::path closed = world.install("Workstation");
    CHECK(world.store.warnings().empty());
    CHECK(mode_of(open) == 0640U);
    CHECK(group_of(open) == id_of(kGroup));
    CHECK(mode_of(open.parent_path()) == 0755U);
    CHECK(mode_of(closed) == 0600U);
    CHECK(is_readable_for(id_of(kGroup), open));
    CHECK_FALSE(is_readable_for(id_of(kOtherGroup), open));
    CHECK_FALSE(is_readable_for(id_of(kGroup), closed));
    for (const auto& held : must(world.store.certificates().held())) {
        CHECK(held.key == engine::KeyState::usable);
    }
}

TEST_CASE("a key in the making is its owner's alone, whatever the policy says",
          "[stores][readers]") {
    ReadersWorld world{Readers{{"corpmachine", kGroup}}};
    const auto key = must(world.store.keys().create(p256()));
    CHECK(mode_of(world.store.path() / "request" / key->reference() / "key.pem") == 0600U);
    CHECK(mode_of(world.store.path() / "request") == 0700U);
}

TEST_CASE("when the policy changes, the next opening follows it", "[stores][readers]") {
    if (!is_root()) {
        return;
    }
    ReadersWorld world;
    const fs::path key = world.install();
    REQUIRE(mode_of(key) == 0600U);
    world.reopen({{"corpmachine", kGroup}});
    CHECK(mode_of(key) == 0640U);
    CHECK(group_of(key) == id_of(kGroup));
    SECTION("another group") {
        world.reopen({{"corpmachine", kOtherGroup}});
        CHECK(mode_of(key) == 0640U);
        CHECK(group_of(key) == id_of(kOtherGroup));
        CHECK_FALSE(is_readable_for(id_of(kGroup), key));
    }
    SECTION("withdrawn") {
        world.reopen({});
        CHECK(mode_of(key) == 0600U);
        CHECK_FALSE(is_readable_for(id_of(kGroup), key));
    }
    SECTION("a group that is no more") {
        world.reopen({{"corpmachine", "no-such-group"}});
        CHECK(mode_of(key) == 0600U);
    }
    SECTION("archived certificates as well") {
        must(world.store.certificates().archive(key.parent_path().filename()));
        world.reopen({});
        CHECK(mode_of(key) == 0600U);
    }
    SECTION("not for an entry whose notes cannot be read: its group may well be right") {
        write_text(key.parent_path() / "entry.json", "{");
        world.reopen({{"corpmachine", kGroup}});
        CHECK(mode_of(key) == 0640U);
        CHECK(group_of(key) == id_of(kGroup));
        CHECK(world.store.warnings().empty());
        ::chmod(key.c_str(), 0644);
        world.reopen({{"corpmachine", kGroup}});
        CHECK(mode_of(key) == 0640U);  // others alone lose it
        CHECK(group_of(key) == id_of(kGroup));
        CHECK(world.store.warnings().size() == 1);
    }
    SECTION("a renewal has the readers of its template") {
        CHECK(mode_of(world.install()) == 0640U);
    }
}

TEST_CASE("a group that is not known here is said, once, and opens nothing", "[stores][readers]") {
    ReadersWorld world{Readers{{"corpmachine", "no-such-group"}}};
    CHECK(mode_of(world.install()) == 0600U);
    CHECK(mode_of(world.install()) == 0600U);
    REQUIRE(world.store.warnings().size() == 1);
    CHECK(world.store.warnings()[0].find("\"no-such-group\" of KeyReaders is not known here") !=
          std::string::npos);
}

TEST_CASE("an account that may not give files to the group keeps the key to itself",
          "[stores][readers]") {
    if (!is_root()) {
        return;
    }
    const TemporaryFolder folder;
    ::chmod(folder.path().c_str(), 0777);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0) {
            ::_exit(1);
        }
        FileStore store(folder.path() / "store", {.readers = {{"corpmachine", kGroup}}});
        const auto issuer = store.keys().create(p256());
        const auto key = store.keys().create(p256());
        const auto installed = store.certificates().install(certificate_for(**key, **issuer));
        const bool closed =
            installed && mode_of(fs::path(installed->path).parent_path() / "key.pem") == 0600U;
        const bool said = store.warnings().size() == 1 &&
                          store.warnings()[0].find("set the readers of") != std::string::npos;
        ::_exit(closed ? (said ? 0 : 3) : 2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a key that was open to every account is closed at the next opening, aloud",
          "[stores][readers]") {
    ReadersWorld world;
    const fs::path key = world.install();
    ::chmod(key.c_str(), 0644);
    world.store.reopen();
    CHECK(mode_of(key) == 0600U);
    REQUIRE(world.store.warnings().size() == 1);
    CHECK(world.store.warnings()[0].find(key.string() + " was open to every account") !=
          std::string::npos);
}

TEST_CASE("a key that belonged to another account is this one's again, aloud",
          "[stores][readers]") {
    if (!is_root()) {
        return;
    }
    ReadersWorld world;
    const fs::path key = world.install();
    REQUIRE(::chown(key.c_str(), 1000, static_cast<gid_t>(-1)) == 0);
    world.store.reopen();
    struct stat facts {};
    REQUIRE(::stat(key.c_str(), &facts) == 0);
    CHECK(facts.st_uid == 0);
    CHECK(mode_of(key) == 0600U);
    REQUIRE(world.store.warnings().size() == 1);
    CHECK(world.store.warnings()[0].find(key.string() + " belonged to another account") !=
          std::string::npos);
}

TEST_CASE("readers that are right already cost no write", "[stores][readers]") {
    if (!is_root()) {
        return;
    }
    ReadersWorld world{Readers{{"corpmachine", kGroup}}};
    const fs::path key = world.install();
    struct stat before {};
    REQUIRE(::lstat(key.c_str(), &before) == 0);
    world.store.reopen();
    struct stat after {};
    REQUIRE(::lstat(key.c_str(), &after) == 0);
    CHECK(before.st_ctim.tv_sec == after.st_ctim.tv_sec);
    CHECK(before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
}

}  // namespace ae::test
