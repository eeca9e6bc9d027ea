// The system's trust on a root folder of the test's own, with tools that only write down how they
// were called.
#include "service/system_trust.h"

#include "stores/crypto.h"
#include "stores/my_entry_files.h"
#include "tests/contract/store_under_test.h"
#include "tests/service/state_folder_world.h"
#include "tests/stores/file_store.h"
#include "tests/support/temporary_folder.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>
#include <sys/stat.h>

namespace ae::service {
namespace {

using namespace test;
namespace fs = std::filesystem;

using Names = std::set<std::string>;

constexpr const char* kDebian = "usr/sbin/update-ca-certificates";
constexpr const char* kFedora = "usr/bin/update-ca-trust";
constexpr const char* kP11Kit = "usr/bin/trust";
constexpr const char* kDebianFolder = "usr/local/share/ca-certificates";
constexpr const char* kSuseFolder = "etc/pki/trust/anchors";
constexpr const char* kFedoraFolder = "etc/pki/ca-trust/source/anchors";

class Host {
  public:
    // A tool that writes its arguments to the file "calls" of the root.
    void install(const std::string& tool, const std::string& more = {}) const {
        fs::create_directories((root_ / tool).parent_path());
        write_text(root_ / tool, "#!/bin/sh\necho \"${0##*/} $*\" >> " +
                                     (root_ / "calls").string() + "\n" + more);
        REQUIRE(::chmod((root_ / tool).c_str(), 0755) == 0);
    }
    [[nodiscard]] std::vector<Remark> publish(const std::vector<Bytes>& anchors) const {
        return publish_trust(
            {.root = root_.string(), .state_dir = (temporary_.path() / "state").string()}, anchors,
            *crypto_);
    }
    // What there is to say when nothing but the change itself is worth a word.
    void publish_quietly(const std::vector<Bytes>& anchors) const {
        for (const Remark& said : publish(anchors)) {
            CAPTURE(said.text);
            CHECK(said.level == engine::EventLevel::information);
        }
    }
    [[nodiscard]] std::string calls() const {
        std::string text = fs::exists(root_ / "calls") ? read_text(root_ / "calls") : "";
        fs::remove(root_ / "calls");
        return text;
    }
    [[nodiscard]] Names files(const std::string& folder) const {
        Names names;
        if (fs::exists(root_ / folder)) {
            for (const auto& entry : fs::directory_iterator(root_ / folder)) {
                names.insert(entry.path().filename().string());
            }
        }
        return names;
    }
    [[nodiscard]] fs::path path(const std::string& below) const { return root_ / below; }
    [[nodiscard]] fs::path state(const std::string& name) const {
        return temporary_.path() / "state" / "machine" / name;
    }
    [[nodiscard]] std::string name_of(const Bytes& certificate) const {
        return "aeclient-" + stores::thumbprint(*crypto_, certificate) + ".crt";
    }

  private:
    TemporaryFolder temporary_{};
    fs::path root_ = temporary_.path() / "root";
    std::unique_ptr<engine::Crypto> crypto_ = stores::make_crypto();
};

struct Authorities {
    TemporaryFolder folder{};
    FileStore store{(folder.path() / "store").string()};
    std::unique_ptr<engine::PrivateKey> key = must(store.keys().create(p256()));
    Bytes first = self_signed(*key, "Corp Root CA");
    Bytes second = self_signed(*key, "Corp Root CA 2");
};

}  // namespace

TEST_CASE("Debian's tool gets each certificate as a file of our name", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian);
    host.install(kP11Kit);  // Debian has it as well: the first tool of the list decides
    host.publish_quietly({cas.first, cas.second});
    CHECK(host.files(kDebianFolder) == Names{host.name_of(cas.first), host.name_of(cas.second)});
    CHECK(read_text(host.path(kDebianFolder) / host.name_of(cas.first)) ==
          stores::certificates_to_pem({cas.first}));
    struct stat facts {};
    REQUIRE(::stat((host.path(kDebianFolder) / host.name_of(cas.first)).c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777U) == 0644);
    CHECK(host.calls() == "update-ca-certificates \n");
    AND_THEN("the same once more does nothing") {
        CHECK(host.publish({cas.first, cas.second}).empty());
        CHECK(host.calls().empty());
    }
    AND_THEN("what leaves the replica leaves the system") {
        host.publish_quietly({cas.second});
        CHECK(host.files(kDebianFolder) == Names{host.name_of(cas.second)});
        CHECK(host.calls() == "update-ca-certificates \n");
    }
    AND_THEN("without the setting all of it goes, once") {
        host.publish_quietly({});
        CHECK(host.files(kDebianFolder).empty());
        CHECK(host.calls() == "update-ca-certificates \n");
        CHECK(host.publish({}).empty());
        CHECK(host.calls().empty());
    }
    AND_THEN("a file of ours that was damaged is written anew") {
        write_text(host.path(kDebianFolder) / host.name_of(cas.first), "garbage");
        host.publish_quietly({cas.first, cas.second});
        CHECK(read_text(host.path(kDebianFolder) / host.name_of(cas.first)) ==
              stores::certificates_to_pem({cas.first}));
        CHECK(host.calls() == "update-ca-certificates \n");
    }
}

TEST_CASE("Fedora's tool has its own folder", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kFedora);
    host.install(kP11Kit);
    host.publish_quietly({cas.first});
    CHECK(host.files(kFedoraFolder) == Names{host.name_of(cas.first)});
    CHECK(host.calls() == "update-ca-trust \n");
}

TEST_CASE("SUSE's tool has Debian's name and its own folder", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian);
    host.install(kP11Kit);
    fs::create_directories(host.path(kSuseFolder));
    SECTION("which alone is there") {}
    SECTION("and Debian's may be there as well") {
        fs::create_directories(host.path(kDebianFolder));
    }
    host.publish_quietly({cas.first});
    CHECK(host.files(kSuseFolder) == Names{host.name_of(cas.first)});
    CHECK(host.files(kDebianFolder).empty());
    CHECK(host.calls() == "update-ca-certificates \n");
    host.publish_quietly({});
    CHECK(host.files(kSuseFolder).empty());
}

TEST_CASE("what a crash left half-written goes, and nothing else that begins like it",
          "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian);
    const fs::path folder = host.path(kDebianFolder);
    fs::create_directories(folder / ".tmp-00112233445566aa");  // of our names, and no file
    const Names others = {".tmp-00112233445566aa", ".tmp-0123456789abcde", ".tmp-0123456789abcdefa",
                          ".tmp-0123456789ABCDEF", ".tmp-editor.swp",      "tmp-0123456789abcdef"};
    for (const std::string& name : others) {
        if (!fs::exists(folder / name)) {
            write_text(folder / name, "mine");
        }
    }
    const auto leave_half = [&] { write_text(folder / ".tmp-0123456789abcdef", "-----BEGIN"); };
    leave_half();
    host.publish_quietly({cas.first});
    Names with_ours = others;
    with_ours.insert(host.name_of(cas.first));
    CHECK(host.files(kDebianFolder) == with_ours);
    AND_THEN("also when nothing else is to be done, and after the setting was withdrawn") {
        leave_half();
        CHECK(host.publish({cas.first}).empty());
        CHECK(host.files(kDebianFolder) == with_ours);
        leave_half();
        host.publish_quietly({});
        CHECK(host.files(kDebianFolder) == others);
    }
}

TEST_CASE("p11-kit is told of each certificate, and again when it goes", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kP11Kit);
    const std::string file = (host.state("published-trust") / host.name_of(cas.first)).string();
    host.publish_quietly({cas.first});
    CHECK(host.calls() == "trust anchor --store " + file + "\n");
    CHECK(fs::exists(file));
    host.publish_quietly({});
    CHECK(host.calls() == "trust anchor --remove " + file + "\n");
    CHECK_FALSE(fs::exists(file));
}

TEST_CASE("p11-kit is told once more of what it did not take", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kP11Kit, "echo 'no configured writable location'\nexit 1\n");
    const auto said = host.publish({cas.first});
    REQUIRE(said.size() == 1);
    CHECK(said[0].level == engine::EventLevel::warning);
    CHECK_THAT(said[0].text, Catch::Contains("no configured writable location"));
    CHECK_FALSE(host.calls().empty());
    host.install(kP11Kit);
    SECTION("while it is wanted") {
        host.publish_quietly({cas.first});
        CHECK_THAT(host.calls(), Catch::StartsWith("trust anchor --store "));
        CHECK(host.publish({cas.first}).empty());
        CHECK(host.calls().empty());
    }
    SECTION("and that it is to go: it may have taken it all the same") {
        host.publish_quietly({});
        CHECK_THAT(host.calls(), Catch::StartsWith("trust anchor --remove "));
        CHECK(host.publish({}).empty());
    }
}

TEST_CASE("a tool that failed is run again, although no file has changed", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian, "echo 'W: /etc/ssl/certs is read-only'\nexit 1\n");
    const auto said = host.publish({cas.first});
    REQUIRE(said.size() == 1);
    CHECK(said[0].level == engine::EventLevel::warning);
    CHECK_THAT(said[0].text, Catch::Contains("the next run tries again") &&
                                 Catch::Contains("update-ca-certificates") &&
                                 Catch::Contains("is read-only"));
    host.install(kDebian);
    CHECK_FALSE(host.calls().empty());
    host.publish_quietly({cas.first});
    CHECK(host.calls() == "update-ca-certificates \n");
    CHECK(host.publish({cas.first}).empty());
    CHECK(host.calls().empty());
}

TEST_CASE("a withdrawal whose tool failed is made up for", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian);
    host.publish_quietly({cas.first});
    host.install(kDebian, "exit 1\n");
    CHECK(host.publish({}).size() == 1);
    CHECK(host.files(kDebianFolder).empty());
    host.install(kDebian);
    CHECK_FALSE(host.calls().empty());
    host.publish_quietly({});
    CHECK(host.calls() == "update-ca-certificates \n");
}

TEST_CASE("files that are not ours are never touched", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian);
    fs::create_directories(host.path(kDebianFolder));
    const std::string stranger = "aeclient-" + std::string(40, 'a') + ".crt";
    const Names others = {"corp.crt", "aeclient-.crt", "aeclient-1234.crt",
                          "aeclient-" + std::string(40, 'A') + ".crt",
                          "aeclient-" + std::string(40, 'a') + ".pem"};
    for (const std::string& name : others) {
        write_text(host.path(kDebianFolder) / name, "mine");
    }
    host.publish_quietly({cas.first});
    host.publish_quietly({});
    CHECK(host.files(kDebianFolder) == others);
    AND_THEN("one of our names with other content is left, and said") {
        write_text(host.path(kDebianFolder) / stranger, "mine");
        const auto said = host.publish({});
        REQUIRE(said.size() == 1);
        CHECK(said[0].level == engine::EventLevel::warning);
        CHECK_THAT(said[0].text, Catch::Contains(stranger));
        CHECK(read_text(host.path(kDebianFolder) / stranger) == "mine");
    }
}

TEST_CASE("a link in the folder is not followed", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian);
    host.publish_quietly({cas.first});
    const fs::path file = host.path(kDebianFolder) / host.name_of(cas.first);
    const fs::path elsewhere = host.path("elsewhere");
    fs::rename(file, elsewhere);
    fs::create_symlink(elsewhere, file);
    const std::string before = read_text(elsewhere);
    const auto said = host.publish({});
    CHECK(read_text(elsewhere) == before);
    CHECK(fs::is_symlink(file));
    CHECK(said.size() == 1);
    host.publish_quietly({cas.first});
    CHECK_FALSE(fs::is_symlink(file));
    CHECK(read_text(elsewhere) == before);
}

TEST_CASE("a folder that others can write to is refused aloud", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian);
    fs::create_directories(host.path(kDebianFolder));
    REQUIRE(::chmod(host.path(kDebianFolder).c_str(), 0777) == 0);
    CHECK(host.publish({}).empty());  // and is nobody's business while nothing is asked for
    const auto said = host.publish({cas.first});
    REQUIRE(said.size() == 1);
    CHECK(said[0].level == engine::EventLevel::warning);
    CHECK_THAT(said[0].text, Catch::Contains(kDebianFolder));
    CHECK(host.files(kDebianFolder).empty());
    CHECK(host.calls().empty());
}

TEST_CASE("a withdrawal that the folder refuses is said", "[system-trust]") {
    const Host host;
    const Authorities cas;
    host.install(kDebian);
    host.publish_quietly({cas.first});
    REQUIRE(::chmod(host.path(kDebianFolder).c_str(), 0777) == 0);
    const auto said = host.publish({});
    REQUIRE(said.size() == 1);
    CHECK_THAT(said[0].text, Catch::Contains(kDebianFolder));
    REQUIRE(::chmod(host.path(kDebianFolder).c_str(), 0755) == 0);
    host.publish_quietly({});
    CHECK(host.files(kDebianFolder).empty());
}

TEST_CASE("a host without any of the tools says so, and only when one is needed",
          "[system-trust]") {
    const Host host;
    const Authorities cas;
    CHECK(host.publish({}).empty());
    const auto said = host.publish({cas.first});
    REQUIRE(said.size() == 1);
    CHECK(said[0].level == engine::EventLevel::warning);
    CHECK_THAT(said[0].text, Catch::Contains("install the package ca-certificates"));
}

}  // namespace ae::service
