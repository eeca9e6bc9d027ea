// The cache of revocation lists on a real disk, on every platform.
#include "stores/crl_cache_folder.h"
#include "stores/crypto.h"
#include "tests/support/temporary_folder.h"

#include <catch2/catch.hpp>

namespace ae::stores {
namespace {

namespace fs = std::filesystem;

constexpr Time kNow{Seconds{1'800'000'000}};
const std::string kUrl = "ldap:///CN=Corp%20CA,CN=CDP?certificateRevocationList";
const Bytes kList{0x30, 0x01, 0x02};

struct World {
    test::TemporaryFolder folder{};
    std::unique_ptr<engine::Crypto> crypto = make_crypto();
    std::vector<std::string> said{};

    std::unique_ptr<CrlCache> open(StoreUse use = StoreUse::change) {
        return open_crl_cache({.root = (folder.path() / "store").string(),
                               .scope = engine::Scope::machine,
                               .warn = [this](std::string_view text) { said.emplace_back(text); }},
                              use, *crypto);
    }
    [[nodiscard]] fs::path cache() const { return folder.path() / "store" / "machine" / "cache"; }
    [[nodiscard]] std::vector<fs::path> files() const {
        std::vector<fs::path> all;
        for (const auto& each : fs::directory_iterator(cache())) {
            all.push_back(each.path());
        }
        return all;
    }
};

TEST_CASE("lists live below the context and outlive the run", "[crl-cache][layout]") {
    World world;
    fs::create_directories(world.cache().parent_path());
    CHECK_FALSE(world.open()->find(kUrl));
    CHECK_FALSE(fs::exists(world.cache()));  // nothing is made before something is kept
    world.open()->keep(kUrl, kList, kNow);
    INFO((world.said.empty() ? "" : world.said[0]));
    CHECK(world.said.empty());
    CHECK(world.open()->find(kUrl) == kList);
    CHECK(world.open(StoreUse::look)->find(kUrl) == kList);
    REQUIRE(world.files().size() == 1);
    CHECK(test::read_text(world.files()[0]) == std::string(as_text(kList)));
    world.open()->keep(kUrl, Bytes{1}, kNow + Seconds{1});
    CHECK(world.files().size() == 1);
    CHECK(world.open()->find(kUrl) == Bytes{1});
}

TEST_CASE("whoever only looks makes no folder", "[crl-cache][layout]") {
    World world;
    fs::create_directories(world.cache().parent_path());
    world.open(StoreUse::look)->keep(kUrl, kList, kNow);
    CHECK_FALSE(fs::exists(world.cache()));
}

}  // namespace
}  // namespace ae::stores
