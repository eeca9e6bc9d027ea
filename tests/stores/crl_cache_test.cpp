// What the cache of revocation lists keeps, for how long and how much of it.
#include "engine/base/hresult_table.h"
#include "stores/crl_cache_folder.h"
#include "stores/crypto.h"

#include <map>

#include <catch2/catch.hpp>

namespace ae::stores {
namespace {

constexpr Time kNow{Seconds{1'800'000'000}};
constexpr Seconds kHour{3600};
const std::string kUrl = "http://pki.corp.example.test/ca.crl";
const Bytes kList{0x30, 0x01, 0x02};

// A folder in memory that outlives the caches of several runs.
struct Disk {
    std::map<std::string, Bytes, std::less<>> files{};
    std::map<std::string, std::size_t, std::less<>> sizes{};  // instead of a large file's own
    std::size_t writes = 0;
    bool broken = false;
};

class DiskFolder final : public CacheFolder {
  public:
    explicit DiskFolder(Disk& disk) : disk_(disk) {}

    Result<std::vector<std::string>> names() override {
        std::vector<std::string> all;
        for (const auto& [name, content] : disk_.files) {
            all.push_back(name);
        }
        return all;
    }
    Result<std::optional<std::size_t>> size_of(std::string_view name) override {
        const auto size = disk_.sizes.find(name);
        const auto file = disk_.files.find(name);
        return size != disk_.sizes.end()   ? std::optional(size->second)
               : file != disk_.files.end() ? std::optional(file->second.size())
                                           : std::nullopt;
    }
    Result<std::optional<Bytes>> read(std::string_view name, std::size_t) override {
        const auto file = disk_.files.find(name);
        return file == disk_.files.end() ? std::nullopt : std::optional(file->second);
    }
    Done publish(std::string_view name, ByteView content) override {
        if (disk_.broken) {
            return fail(kDiskFull, "cannot write");
        }
        ++disk_.writes;
        disk_.files[std::string(name)] = {content.begin(), content.end()};
        return done();
    }
    Done remove(std::string_view name) override {
        disk_.files.erase(std::string(name));
        return done();
    }

  private:
    Disk& disk_;
};

struct Run {
    explicit Run(Disk& disk, StoreUse use = StoreUse::change)
        : cache(make_crl_cache(std::make_unique<DiskFolder>(disk), use, *crypto,
                               [this](std::string_view text) { said.emplace_back(text); })) {}
    std::vector<std::string> said{};
    std::unique_ptr<engine::Crypto> crypto = make_crypto();
    std::unique_ptr<CrlCache> cache;
};

std::string url_of(int number) { return kUrl + "?" + std::to_string(number); }

TEST_CASE("a list is found by its URL in later runs", "[crl-cache]") {
    Disk disk;
    Run(disk).cache->keep(kUrl, kList, kNow + kHour);
    Run later(disk);
    CHECK(later.cache->find(kUrl) == kList);
    CHECK_FALSE(later.cache->find(kUrl + "x"));
    // The name is enough to know how long it is of use.
    REQUIRE(disk.files.size() == 1);
    CHECK(disk.files.begin()->first.ends_with(".1800003600.crl"));
}

TEST_CASE("a list is found however old it is: what it has revoked stays so", "[crl-cache]") {
    Disk disk;
    Run(disk).cache->keep(kUrl, kList, Time{Seconds{1}});
    CHECK(Run(disk).cache->find(kUrl) == kList);
}

TEST_CASE("a newer list takes the place of the older", "[crl-cache]") {
    Disk disk;
    const Bytes newer{0x30, 0x02, 0x05, 0x00};
    Run run(disk);
    run.cache->keep(kUrl, kList, kNow + kHour);
    run.cache->keep(kUrl, newer, kNow + 2 * kHour);
    CHECK(run.cache->find(kUrl) == newer);
    CHECK(disk.files.size() == 1);
    // The same time, another content.
    run.cache->keep(kUrl, kList, kNow + 2 * kHour);
    CHECK(Run(disk).cache->find(kUrl) == kList);
}

TEST_CASE("the same list again is not written", "[crl-cache]") {
    Disk disk;
    Run(disk).cache->keep(kUrl, kList, kNow + kHour);
    Run(disk).cache->keep(kUrl, kList, kNow + kHour);
    CHECK(disk.writes == 1);
}

TEST_CASE("a crash between two lists of one URL leaves the later one", "[crl-cache]") {
    Disk disk;
    Run(disk).cache->keep(kUrl, kList, kNow + kHour);
    const std::string old = disk.files.begin()->first;
    Run(disk).cache->keep(kUrl, Bytes{1}, kNow + 2 * kHour);
    disk.files[old] = kList;
    CHECK(Run(disk).cache->find(kUrl) == Bytes{1});
    CHECK(disk.files.size() == 1);
}

TEST_CASE("the 65th list costs the one that ends first", "[crl-cache]") {
    Disk disk;
    Run run(disk);
    for (int i = 0; i < 64; ++i) {
        run.cache->keep(url_of(i), kList, kNow + kHour * (i == 40 ? 1 : 2 + i));
    }
    CHECK(disk.files.size() == 64);
    run.cache->keep(kUrl, kList, kNow);  // ends before all others, and is the newest
    CHECK(disk.files.size() == 64);
    CHECK(run.cache->find(kUrl));
    CHECK_FALSE(run.cache->find(url_of(40)));
    CHECK(run.cache->find(url_of(0)));
}

TEST_CASE("64 MiB are kept and one octet more is not", "[crl-cache]") {
    const bool over = GENERATE(false, true);
    Disk disk;
    for (int i = 0; i < 8; ++i) {
        Run(disk).cache->keep(url_of(i), kList, kNow + kHour * (1 + i));
    }
    for (const auto& [name, content] : disk.files) {
        disk.sizes[name] = 8 * 1024 * 1024;
    }
    disk.sizes.begin()->second -= over ? 2 : 3;
    Run(disk).cache->keep(kUrl, kList, kNow + 20 * kHour);
    CHECK(disk.files.size() == (over ? 8 : 9));
}

TEST_CASE("a list of 10 MiB is kept and a larger one is not", "[crl-cache]") {
    Disk disk;
    Run run(disk);
    run.cache->keep(url_of(1), Bytes(kLargestList, 1), kNow + kHour);
    run.cache->keep(url_of(2), Bytes(kLargestList + 1, 1), kNow + kHour);
    CHECK(run.cache->find(url_of(1)));
    CHECK_FALSE(run.cache->find(url_of(2)));
}

TEST_CASE("whoever only looks changes nothing", "[crl-cache]") {
    Disk disk;
    Run(disk).cache->keep(kUrl, kList, kNow + kHour);
    Run look(disk, StoreUse::look);
    look.cache->keep(kUrl, Bytes{1}, kNow + 2 * kHour);
    look.cache->keep(url_of(1), kList, kNow + kHour);
    CHECK(look.cache->find(kUrl) == kList);
    CHECK(disk.writes == 1);
    CHECK(disk.files.size() == 1);
}

TEST_CASE("a disk that takes nothing is told of once and costs only the cache", "[crl-cache]") {
    Disk disk;
    disk.broken = true;
    Run run(disk);
    run.cache->keep(url_of(1), kList, kNow + kHour);
    run.cache->keep(url_of(2), kList, kNow + kHour);
    CHECK_FALSE(run.cache->find(url_of(1)));
    REQUIRE(run.said.size() == 1);
    CHECK(run.said[0].find("0x80070070") != std::string::npos);
}

TEST_CASE("a full disk leaves the list that was known, in this run and in later ones",
          "[crl-cache]") {
    const Seconds later = GENERATE(kHour, 2 * kHour);  // under the same name, and under another
    Disk disk;
    Run(disk).cache->keep(kUrl, kList, kNow + kHour);
    disk.broken = true;
    Run run(disk);
    run.cache->keep(kUrl, Bytes{1}, kNow + later);
    CHECK(run.said.size() == 1);
    CHECK(run.cache->find(kUrl) == kList);
    CHECK(Run(disk).cache->find(kUrl) == kList);
    CHECK(disk.files.size() == 1);
}

TEST_CASE("a full disk costs no other list its place", "[crl-cache]") {
    Disk disk;
    Run run(disk);
    for (int i = 0; i < 64; ++i) {
        run.cache->keep(url_of(i), kList, kNow + kHour);
    }
    disk.broken = true;
    run.cache->keep(kUrl, kList, kNow + 2 * kHour);
    CHECK(disk.files.size() == 64);
}

TEST_CASE("what a crash left half-written goes, but not by whoever only looks", "[crl-cache]") {
    Disk disk;
    disk.files[".tmp-0123"] = kList;
    CHECK_FALSE(Run(disk, StoreUse::look).cache->find(kUrl));
    CHECK(disk.files.size() == 1);
    CHECK_FALSE(Run(disk).cache->find(kUrl));
    CHECK(disk.files.empty());
}

TEST_CASE("files of other names are left alone", "[crl-cache]") {
    Disk disk;
    const std::string digits(40, 'a');
    for (const std::string& name : {std::string("readme"), digits + ".crl", digits + ".x.crl",
                                    digits + ".99999999999999999999.crl",
                                    std::string(40, 'A') + ".1.crl", digits + "-1.crl"}) {
        disk.files[name] = kList;
    }
    Run run(disk);
    run.cache->keep(kUrl, kList, kNow + kHour);
    CHECK(disk.files.size() == 7);
}

}  // namespace
}  // namespace ae::stores
