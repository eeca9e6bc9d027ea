// A backup by tar, as README.md describes it: all comes back, and everything opens.
#include "tests/stores/file_store.h"

#include <cstdlib>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

// Runs to its end; README.md has the same commands.
bool run(const std::string& command) { return std::system(command.c_str()) == 0; }

}  // namespace

TEST_CASE("a store that tar saved and gave back is the store of before", "[stores][backup]") {
    Held world;
    const auto waiting = must(world.store.keys().create(p256()));
    must(world.store.certificates().save_pending(pending_for(*waiting)));
    const auto old_key = must(world.store.keys().create(p256()));
    const auto old =
        must(world.store.certificates().install(certificate_for(*old_key, *world.issuer, 99)));
    must(world.store.certificates().archive(old.thumbprint));
    must(world.store.certificates().replace(engine::TrustStore::root, world.entry.chain));
    const auto held_before = must(world.store.certificates().held());
    world.store.close();

    const std::string parent = world.folder.path().string();
    const fs::path store = world.folder.path() / "store";
    const auto before = picture_of(store);
    REQUIRE(run("flock -n " + parent + "/store/machine/lock tar -C " + parent + " -czpf " + parent +
                "/backup.tgz store"));
    fs::remove_all(store);
    REQUIRE(run("tar -C " + parent + " -xzpf " + parent + "/backup.tgz"));

    CHECK(picture_of(store) == before);
    CHECK(mode_of(world.inside / "key.pem") == 0600U);
    CHECK(mode_of(store / "machine/request") == 0700U);
    world.store.reopen();
    CHECK(world.store.warnings().empty());
    CHECK(picture_of(store) == before);  // nothing was there to be mended
    const auto held = must(world.store.certificates().held());
    REQUIRE(held.size() == held_before.size());
    CHECK(held[0].facts.der == held_before[0].facts.der);
    CHECK(held[0].key == engine::KeyState::usable);
    CHECK(fs::read_symlink(store / "machine/live/CorpMachine") ==
          "../my/" + world.installed.thumbprint);
    CHECK(world.store.keys().open_held(old.thumbprint));
    CHECK(must(world.store.certificates().pending()).at(0).key_reference == waiting->reference());
    CHECK(world.store.keys().open_pending(waiting->reference()));
    CHECK(must(world.store.certificates().trusted(engine::TrustStore::root)).size() == 1);
}

TEST_CASE("nobody saves a store while an agent works in it", "[stores][backup][lock]") {
    Held world;
    const std::string lock = (world.store.path() / "lock").string();
    CHECK_FALSE(run("flock -n " + lock + " true"));
    world.store.close();
    CHECK(run("flock -n " + lock + " true"));
}

}  // namespace ae::test
