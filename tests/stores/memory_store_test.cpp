// memory.json on this platform's disk: damage, and when it is written.
#include "tests/contract/memory_store_contract.h"
#include "tests/stores/remembering.h"
#include "tests/support/skip.h"

namespace ae::test {

namespace fs = std::filesystem;

TEST_CASE("the memory is one file", "[stores][memory]") {
    const Remembering world;
    CHECK(read_text(world.file()).starts_with("{\n  \"version\": 1,\n  \"issued\": ["));
    CHECK_FALSE(fs::exists(world.bad()));
    std::size_t files = 0;
    for (const auto& item : fs::directory_iterator(world.file().parent_path())) {
        files += item.path().string().find("memory") != std::string::npos ||
                         item.path().string().find(".tmp-") != std::string::npos
                     ? 1
                     : 0;
    }
    CHECK(files == 1);
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
        world.reopen();
        CHECK(world.memory().load() == engine::Memory{});
        REQUIRE(world.warnings().size() == 1);
        CHECK(world.warnings()[0].find(world.file().string()) != std::string::npos);
        CHECK(world.warnings()[0].find("memory.json.bad") != std::string::npos);
        CHECK(read_text(world.file()) == row.text);  // looking changes nothing
        must(world.memory().save(full_memory()));
        CHECK(world.memory().load() == full_memory());
        CHECK(read_text(world.bad()) == row.text);
        CHECK(world.warnings().size() == 1);
    }
}

TEST_CASE("a memory that is saved without having been looked at keeps a broken one too",
          "[stores][memory]") {
    Remembering world;
    write_text(world.file(), "broken");
    must(world.memory().save({}));
    CHECK(read_text(world.bad()) == "broken");
    CHECK(world.memory().load() == engine::Memory{});
    CHECK(world.warnings().empty());
}

TEST_CASE("what is no file at the memory's place is not followed and does not stop the next save",
          "[stores][memory]") {
    Remembering world;
    const fs::path elsewhere = world.folder() / "elsewhere";
    write_text(elsewhere, read_text(world.file()));
    fs::remove(world.file());
    SECTION("a link") {
        std::error_code refused;
        fs::create_symlink(elsewhere, world.file(), refused);
        if (refused) {
            AE_SKIP("W-LINKS", "Wine makes no symbolic links");
            return;
        }
    }
    SECTION("a folder") { fs::create_directory(world.file()); }
    SECTION("a folder, and a file at the place of the broken one") {
        fs::create_directory(world.file());
        write_text(world.bad(), "old");
    }
    CHECK(world.memory().load() == engine::Memory{});
    CHECK(world.warnings().size() == 1);
    engine::Memory less = full_memory();
    less.issued.clear();
    must(world.memory().save(less));
    CHECK(world.memory().load() == less);
    CHECK(fs::is_regular_file(fs::symlink_status(world.file())));
    CHECK(read_text(elsewhere).find("CorpServer") != std::string::npos);
}

TEST_CASE("machine and user have a memory each", "[stores][memory]") {
    Remembering world;
    CHECK(world.memory_of_user() == engine::Memory{});
}

TEST_CASE("a memory that is as it was saved is not written again", "[stores][memory]") {
    Remembering world;
    const auto then = fs::file_time_type::clock::now() - std::chrono::hours(1);
    fs::last_write_time(world.file(), then);
    const auto before = fs::last_write_time(world.file());
    must(world.memory().save(full_memory()));
    CHECK(fs::last_write_time(world.file()) == before);
    must(world.memory().save({}));
    CHECK(fs::last_write_time(world.file()) != before);
}

}  // namespace ae::test
