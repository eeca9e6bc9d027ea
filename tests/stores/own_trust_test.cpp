// /etc/aeclient/trust.d: whose word counts, and what is no root.  Needs root.
#include "stores/own_trust.h"

#include "engine/base/hresult_table.h"
#include "tests/contract/test_certificates.h"
#include "tests/stores/scratch_key.h"
#include "tests/support/temporary_folder.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::stores {
namespace {

namespace fs = std::filesystem;

Bytes certificate_of(const std::string& subject, const std::string& issuer) {
    const auto key = test::make_scratch_key();
    return test::make_certificate({.subject = subject,
                                   .issuer = issuer,
                                   .public_key_info = test::copy(key->public_key_info()),
                                   .not_before = Time(Seconds(1'700'000'000)),
                                   .not_after = Time(Seconds(1'900'000'000)),
                                   .role = test::Role::authority},
                                  *key);
}
std::string pem(const Bytes& der) { return to_pem("CERTIFICATE", der); }

struct World {
    test::TemporaryFolder temporary{};
    fs::path folder = temporary.path() / "trust.d";
    Bytes first = certificate_of("Own Root 1", "Own Root 1");
    Bytes second = certificate_of("Own Root 2", "Own Root 2");

    World() {
        REQUIRE(fs::create_directory(folder));
        REQUIRE(::chmod(folder.c_str(), 0755) == 0);
    }
    void write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
        std::ofstream(folder / name, std::ios::binary) << text;
        REQUIRE(::chmod((folder / name).c_str(), mode) == 0);
    }
    [[nodiscard]] Result<std::vector<Bytes>> read() const { return own_roots(folder.string()); }
    void refused(Hresult code, const std::string& words) const {
        const auto roots = read();
        REQUIRE_FALSE(roots);
        INFO(roots.error().sentence());
        CHECK(roots.error().code == code);
        CHECK(roots.error().sentence().find(words) != std::string::npos);
    }
};

TEST_CASE("every root of every .pem file is taken, once", "[own-trust]") {
    World world;
    world.write("10-a.pem", "# our own\n" + pem(world.first));
    world.write("20-b.pem", pem(world.second) + pem(world.first));
    CHECK(world.read().value() == std::vector{world.first, world.second});
}

TEST_CASE("other names and hidden files are passed over", "[own-trust]") {
    World world;
    world.write("note.txt", "x", 0666);
    world.write(".hidden.pem", "x", 0666);
    CHECK(world.read().value().empty());
}

TEST_CASE("no folder is no root", "[own-trust]") {
    const World world;
    CHECK(own_roots((world.folder / "missing").string()).value().empty());
}

TEST_CASE("what others than root may write is refused aloud", "[own-trust]") {
    World world;
    world.write("a.pem", pem(world.first));
    SECTION("a file that its group may write") {
        REQUIRE(::chmod((world.folder / "a.pem").c_str(), 0664) == 0);
        world.refused(kAccessDenied, "chmod go-w " + (world.folder / "a.pem").string());
    }
    SECTION("a file of another account") {
        REQUIRE(::chown((world.folder / "a.pem").c_str(), 65534, 0) == 0);
        world.refused(kAccessDenied, "chown root:root");
    }
    SECTION("a folder that everybody may write") {
        REQUIRE(::chmod(world.folder.c_str(), 0757) == 0);
        world.refused(kAccessDenied, "chmod go-w " + world.folder.string());
    }
    SECTION("a folder of another account") {
        REQUIRE(::chown(world.folder.c_str(), 65534, 0) == 0);
        world.refused(kAccessDenied, "chown root:root " + world.folder.string());
    }
    SECTION("a link to a file") {
        fs::create_symlink(world.folder / "a.pem", world.folder / "b.pem");
        world.refused(kAccessDenied, "b.pem");
    }
    SECTION("a link to a folder") {
        fs::create_directory_symlink(world.folder, world.temporary.path() / "link");
        CHECK(own_roots((world.temporary.path() / "link").string()).error().code == kAccessDenied);
    }
    SECTION("a FIFO") {
        REQUIRE(::mkfifo((world.folder / "b.pem").c_str(), 0644) == 0);
        world.refused(kAccessDenied, "not a regular file");
    }
    SECTION("a folder by the name of a file") {
        fs::create_directory(world.folder / "b.pem");
        world.refused(kAccessDenied, "not a regular file");
    }
}

TEST_CASE("what is no root certificate is refused aloud", "[own-trust]") {
    World world;
    world.write("a.pem", pem(world.first));
    SECTION("nothing") {
        world.write("b.pem", "");
        world.refused(kInvalidData, "b.pem holds no certificate");
    }
    SECTION("half a certificate") {
        world.write("b.pem", pem(world.second).substr(0, 200));
        world.refused(kInvalidData, "broken certificate");
    }
    SECTION("octets that are none") {
        world.write("b.pem", pem(Bytes{0x30, 0x00}));
        world.refused(kInvalidData, "broken certificate");
    }
    SECTION("an issuing authority") {
        world.write("b.pem", pem(certificate_of("Issuing CA", "Own Root 1")));
        world.refused(kInvalidData, "no root");
    }
    SECTION("a good one before a broken one") {
        world.write("b.pem", pem(world.second) + "-----BEGIN CERTIFICATE-----\nAAAA\n");
        world.refused(kInvalidData, "broken certificate");
    }
    SECTION("more than 1 MiB") {
        world.write("b.pem", pem(world.second) + std::string(1024 * 1024, '#'));
        world.refused(kInvalidData, "larger than 1 MiB");
    }
}

}  // namespace
}  // namespace ae::stores
