#include "service/metrics_file.h"

#include "engine/base/hresult_table.h"
#include "tests/support/skip.h"
#include "tests/support/temporary_folder.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using test::read_text;
using test::TemporaryFolder;
using test::write_text;
namespace fs = std::filesystem;

std::size_t entries_in(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("the metrics file is made and replaced", "[metrics]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "aeclient.prom";
    REQUIRE(write_metrics(file.string(), "one\n"));
    CHECK(read_text(file) == "one\n");
    REQUIRE(write_metrics(file.string(), "two\n"));
    CHECK(read_text(file) == "two\n");
    CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("a path that depends on the current folder is refused with what to set instead",
          "[metrics]") {
    const TemporaryFolder folder;
    const std::string own = folder.path().string();
    for (const std::string& path : {std::string(), std::string("aeclient.prom"), own + "/", own}) {
        CAPTURE(path);
        const Done written = write_metrics(path, "one\n");
        REQUIRE_FALSE(written);
        CHECK(written.error().code == kInvalidArgument);
        CHECK_THAT(written.error().remedy, Catch::Contains("MetricsFile"));
    }
    CHECK(entries_in(folder.path()) == 0);
}

TEST_CASE("who has the old file open keeps the whole of it", "[metrics]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "aeclient.prom";
    REQUIRE(write_metrics(file.string(), "one\n"));
    const fs::path reader = folder.path() / "reader";
    fs::create_hard_link(file, reader);
    REQUIRE(write_metrics(file.string(), "two\n"));
    CHECK(read_text(reader) == "one\n");
}

TEST_CASE("a link in the file's place is replaced and not followed", "[metrics]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "aeclient.prom";
    const fs::path victim = folder.path() / "victim";
    write_text(victim, "precious");
    std::error_code refused;
    fs::create_symlink(victim, file, refused);
    if (refused) {
        AE_SKIP("W-LINKS", "Wine makes no symbolic links");
        return;
    }
    REQUIRE(write_metrics(file.string(), "one\n"));
    CHECK(read_text(victim) == "precious");
    CHECK_FALSE(fs::is_symlink(file));
    CHECK(read_text(file) == "one\n");
}

TEST_CASE("the folder has to exist", "[metrics]") {
    const TemporaryFolder folder;
    const Done written =
        write_metrics((folder.path() / "missing" / "aeclient.prom").string(), "one\n");
    REQUIRE_FALSE(written);
    CHECK(written.error().code == kFileNotFound);
    CHECK_THAT(written.error().sentence(),
               Catch::Contains("aeclient.prom") && Catch::Contains("Make the folder"));
}

}  // namespace ae::service
