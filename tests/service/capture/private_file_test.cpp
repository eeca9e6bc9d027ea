#include "service/capture/private_file.h"

#include "engine/base/hresult_table.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace ae;
using namespace ae::service;
namespace fs = std::filesystem;

class Folder {
  public:
    Folder() {
        std::array<char, 32> name{"/tmp/ae-private-file-XXXXXX"};
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name.data();
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    fs::path path;
};

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
auto files_in(const Folder& folder) {
    return std::distance(fs::directory_iterator(folder.path), fs::directory_iterator());
}

}  // namespace

TEST_CASE("only the owner may read the file, whatever the umask and whoever had it before",
          "[private-file]") {
    const Folder folder;
    const auto path = folder.path / "x";
    const auto mask = ::umask(0);
    std::ofstream(path) << "old";
    fs::permissions(path, fs::perms::all);
    REQUIRE(write_private_file(path, "new"));
    ::umask(mask);
    CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(content_of(path) == "new");
    CHECK(files_in(folder) == 1);
}

TEST_CASE("a link at the path is replaced, not followed", "[private-file]") {
    const Folder folder;
    std::ofstream(folder.path / "target") << "mine";
    fs::create_symlink(folder.path / "target", folder.path / "link");
    REQUIRE(write_private_file(folder.path / "link", "new"));
    CHECK(content_of(folder.path / "target") == "mine");
    CHECK_FALSE(fs::is_symlink(folder.path / "link"));
}

TEST_CASE("a failure leaves nothing behind", "[private-file]") {
    const Folder folder;
    fs::create_directory(folder.path / "taken");
    std::ofstream(folder.path / "taken" / "x") << "x";
    const auto written = write_private_file(folder.path / "taken", "new");
    REQUIRE_FALSE(written);
    CHECK(written.error().code == kInvalidArgument);
    CHECK(written.error().context.find((folder.path / "taken").string()) != std::string::npos);
    CHECK(files_in(folder) == 1);

    const auto nowhere = write_private_file(folder.path / "no" / "x", "new");
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().code == kFileNotFound);
}
