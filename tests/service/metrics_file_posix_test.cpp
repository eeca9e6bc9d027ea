// What only Linux has: modes, and a limit that a write runs into.
#include "engine/base/hresult_table.h"
#include "service/metrics_file.h"
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

TEST_CASE("everybody may read the metrics file, whatever the umask", "[metrics]") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "aeclient.prom";
    const Umask narrow(077);
    REQUIRE(write_metrics(file, "one\n"));
    CHECK(mode_of(file) == 0644);
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
