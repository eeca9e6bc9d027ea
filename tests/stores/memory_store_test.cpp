// memory.json in the directory store: mode, damage, and when it is written.
#include "tests/contract/memory_store_contract.h"
#include "tests/stores/file_store.h"

#include <sys/stat.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

struct Remembering {
    Remembering() : store(folder.path() / "store") { must(store.memory().save(full_memory())); }
    [[nodiscard]] fs::path file() const { return store.path() / "memory.json"; }
    [[nodiscard]] fs::path bad() const { return store.path() / "memory.json.bad"; }

    TemporaryFolder folder;
    FileStore store;
};

}  // namespace

TEST_CASE("the memory is one file that only its owner may read", "[stores][memory]") {
    const mode_t old_mask = ::umask(0);
    Remembering world;
    ::umask(old_mask);
    CHECK(mode_of(world.file()) == 0600U);
    CHECK(read_text(world.file()).starts_with("{\n  \"version\": 1,\n  \"issued\": ["));
    CHECK_FALSE(fs::exists(world.bad()));
}

TEST_CASE("a memory that cannot be read is named, counts as empty, and is kept beside the next",
          "[stores][memory]") {
    Remembering world;
    const std::string good = read_text(world.file());
    struct Row {
        const char* story;
        std::string text;
    };
    for (const Row& row : {Row{"cut off", good.substr(0, good.size() / 2)}, Row{"empty", ""},
                           Row{"not JSON", "hello"}, Row{"newer", R"({"version": 2})"},
                           Row{"no version", "{}"}, Row{"too large", std::string(17U << 20U, ' ')},
                           Row{"a list of the wrong kind", R"({"version": 1, "issued": 5})"}}) {
        INFO(row.story);
        write_text(world.file(), row.text);
        world.store.reopen();
        CHECK(world.store.memory().load() == engine::Memory{});
        REQUIRE(world.store.warnings().size() == 1);
        CHECK(world.store.warnings()[0].find(world.file().string()) != std::string::npos);
        CHECK(world.store.warnings()[0].find("memory.json.bad") != std::string::npos);
        CHECK(read_text(world.file()) == row.text);  // looking changes nothing
        must(world.store.memory().save(full_memory()));
        CHECK(world.store.memory().load() == full_memory());
        CHECK(read_text(world.bad()) == row.text);
        CHECK(world.store.warnings().size() == 1);
    }
}

TEST_CASE("a memory that is saved without having been looked at keeps a broken one too",
          "[stores][memory]") {
    Remembering world;
    write_text(world.file(), "broken");
    must(world.store.memory().save({}));
    CHECK(read_text(world.bad()) == "broken");
    CHECK(world.store.memory().load() == engine::Memory{});
    CHECK(world.store.warnings().empty());
}

TEST_CASE("what is no file at the memory's place is not followed and does not stop the next save",
          "[stores][memory]") {
    Remembering world;
    const fs::path elsewhere = world.folder.path() / "elsewhere";
    write_text(elsewhere, read_text(world.file()));
    fs::remove(world.file());
    SECTION("a link") { fs::create_symlink(elsewhere, world.file()); }
    SECTION("a folder") { fs::create_directory(world.file()); }
    SECTION("a folder, and a file at the place of the broken one") {
        fs::create_directory(world.file());
        write_text(world.bad(), "old");
    }
    CHECK(world.store.memory().load() == engine::Memory{});
    CHECK(world.store.warnings().size() == 1);
    engine::Memory less = full_memory();
    less.issued.clear();
    must(world.store.memory().save(less));
    CHECK(world.store.memory().load() == less);
    CHECK(fs::is_regular_file(fs::symlink_status(world.file())));
    CHECK(read_text(elsewhere).find("CorpServer") != std::string::npos);
}

TEST_CASE("machine and user have a memory each", "[stores][memory]") {
    Remembering world;
    const auto user =
        must(stores::StoreContext::open(world.folder.path() / "store", engine::Scope::user, {}));
    CHECK(stores::make_memory_store(*user)->load() == engine::Memory{});
}

}  // namespace ae::test
