#include "service/metrics_file.h"

#include "engine/base/hresult_table.h"
#include "tests/stores/file_store.h"

#include <csignal>
#include <filesystem>

#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

namespace ae::service {
namespace {

using test::mode_of;
using test::read_text;
using test::TemporaryFolder;
using test::write_text;
namespace fs = std::filesystem;

std::size_t entries_in(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Everybody who starts the agent has his own.
class Umask {
  public:
    explicit Umask(mode_t mask) : before_(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(before_); }

  private:
    mode_t before_;
};

}  // namespace

TEST_CASE("the metrics file is made and replaced, and everybody may read it", "[metrics]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "aeclient.prom";
    const Umask narrow(077);
    REQUIRE(write_metrics(file, "one\n"));
    CHECK(read_text(file) == "one\n");
    CHECK(mode_of(file) == 0644);
    REQUIRE(write_metrics(file, "two\n"));
    CHECK(read_text(file) == "two\n");
    CHECK(entries_in(folder.path()) == 1);
}

TEST_CASE("who has the old file open keeps the whole of it", "[metrics]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "aeclient.prom";
    REQUIRE(write_metrics(file, "one\n"));
    const fs::path reader = folder.path() / "reader";
    fs::create_hard_link(file, reader);
    REQUIRE(write_metrics(file, "two\n"));
    CHECK(read_text(reader) == "one\n");
}

TEST_CASE("a link in the file's place is replaced and not followed", "[metrics]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "aeclient.prom";
    const fs::path victim = folder.path() / "victim";
    write_text(victim, "precious");
    fs::create_symlink(victim, file);
    REQUIRE(write_metrics(file, "one\n"));
    CHECK(read_text(victim) == "precious");
    CHECK_FALSE(fs::is_symlink(file));
    CHECK(read_text(file) == "one\n");
}

TEST_CASE("the folder has to exist", "[metrics]") {
    const TemporaryFolder folder;
    const Done written = write_metrics(folder.path() / "missing" / "aeclient.prom", "one\n");
    REQUIRE_FALSE(written);
    CHECK(written.error().code == kFileNotFound);
    CHECK_THAT(written.error().sentence(),
               Catch::Contains("missing/aeclient.prom") && Catch::Contains("Make the folder"));
}

TEST_CASE("a path that is no file's is refused with what to set instead", "[metrics]") {
    const TemporaryFolder folder;
    const std::string own = folder.path();
    for (const std::string& path : {std::string(), std::string("aeclient.prom"), own + "/", own}) {
        CAPTURE(path);
        const Done written = write_metrics(path, "one\n");
        REQUIRE_FALSE(written);
        CHECK(written.error().code == kInvalidArgument);
        CHECK_THAT(written.error().remedy, Catch::Contains("MetricsFile"));
    }
    CHECK(entries_in(folder.path()) == 0);
}

TEST_CASE("a write that fails leaves the old file and nothing else", "[metrics]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "aeclient.prom";
    REQUIRE(write_metrics(file, "one\n"));

    struct rlimit before {};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit small{8, before.rlim_max};
    const auto old = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const Done written = write_metrics(file, "a text that is too long\n");
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, old);

    REQUIRE_FALSE(written);
    CHECK(written.error().code == kWriteFault);
    CHECK(read_text(file) == "one\n");
    CHECK(entries_in(folder.path()) == 1);
}

}  // namespace ae::service
