// What a selftest does to stores and keys, and that it leaves nothing there.
#include "service/selftest/key_trial.h"
#include "service/selftest/trial.h"
#include "service/selftest/trial_certificate.h"
#include "service/selftest/trial_folder.h"
#include "tests/service/selftest/selftest_world.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::service;
using namespace ae::test;

TEST_CASE("stores that do not open fail, and what needs them is skipped with that reason",
          "[selftest]") {
    World world;
    world.parts.stores = answer<std::unique_ptr<stores::ContextStores>>(kAccessDenied);
    CHECK(world.verdict("stores") == Verdict::fail);
    world.parts.trial_stores = answer<std::unique_ptr<stores::ContextStores>>(kBusy);
    CHECK(world.verdict("trial") == Verdict::fail);
    for (const char* id : {"keys", "store"}) {
        CHECK(world.verdict(id) == Verdict::skip);
        CHECK(says(world.finding(id), "needs trial"));
    }
    CHECK(world.verdict("member") == Verdict::ok);
}

TEST_CASE("each promise of the key store that is broken is found", "[selftest]") {
    World world;
    const auto fault = GENERATE(as<std::string>(), "create", "sign", "signs as another",
                                "opens another", "erase", "keeps keys");
    world.disk.faults = {fault};
    INFO(fault);
    CHECK(world.verdict("keys.software-key-storage.rsa") == Verdict::fail);
}

TEST_CASE("one kind of key that is missing fails alone", "[selftest]") {
    World world;
    world.disk.faults = {"no curves"};
    CHECK(world.verdict("keys.software-key-storage.rsa") == Verdict::ok);
    CHECK(world.verdict("keys.software-key-storage.p256") == Verdict::fail);
    CHECK(world.verdict("store.rsa.remove") == Verdict::ok);
    CHECK(world.verdict("store.ec.request") == Verdict::fail);
    CHECK(world.finding("keys.software-key-storage.p256").code == kNotSupported);
}

TEST_CASE("keys are tried in each provider, in the kinds that it has", "[selftest]") {
    World world;
    world.disk.providers = {"Microsoft Enhanced RSA and AES Cryptographic Provider",
                            "Microsoft Platform Crypto Provider",
                            "Microsoft Smart Card Key Storage Provider"};
    std::vector<std::string> ids;
    for (const SelftestFinding& one : world.run()) {
        if (one.id.starts_with("keys.")) {
            ids.push_back(one.id + ' ' + std::string(to_string(one.verdict)));
        }
    }
    CHECK(ids == std::vector<std::string>{
                     "keys.enhanced-rsa-and-aes.rsa OK", "keys.platform-crypto.rsa OK",
                     "keys.platform-crypto.p256 OK", "keys.smart-card-key-storage.rsa SKIP"});
    world.disk.providers.clear();
    CHECK(world.verdict("keys") == Verdict::fail);
}

TEST_CASE("a host without a TPM is worth a note, another failure of its provider is one",
          "[selftest]") {
    World world;
    world.disk.providers = {"Microsoft Platform Crypto Provider"};
    for (const std::uint32_t absent : {0x80090030U, 0x80090035U, 0x80280000U, 0x8028400FU}) {
        world.disk.chip_error = hresult(absent);
        CHECK(world.verdict("keys.platform-crypto.rsa") == Verdict::note);
        CHECK(world.verdict("keys.platform-crypto.p256") == Verdict::note);
    }
    for (const std::uint32_t broken : {0x80090029U, 0x80270000U, 0x80290000U, 0x80070005U}) {
        world.disk.chip_error = hresult(broken);
        CHECK(world.verdict("keys.platform-crypto.rsa") == Verdict::fail);
    }
}

TEST_CASE("short names of providers hold letters, digits and dashes", "[selftest]") {
    CHECK(short_name_of("Microsoft Software Key Storage Provider") == "software-key-storage");
    CHECK(short_name_of("Microsoft Base Cryptographic Provider v1.0") == "base-v1-0");
    CHECK(short_name_of("Contoso \"HSM\" CSP") == "contoso-hsm-csp");
}

TEST_CASE("a certificate's way ends at the first step that fails", "[selftest]") {
    struct Row {
        const char* fault;
        const char* fails;
        std::vector<const char*> skipped;
    };
    const auto row = GENERATE(values<Row>(
        {{"save",
          "store.rsa.request",
          {"store.rsa.install", "store.rsa.read", "store.rsa.archive", "store.rsa.remove"}},
         {"forgets the CA", "store.rsa.request", {"store.rsa.install"}},
         {"install",
          "store.rsa.install",
          {"store.rsa.read", "store.rsa.archive", "store.rsa.remove"}},
         {"loses the key", "store.rsa.read", {"store.rsa.archive", "store.rsa.remove"}},
         {"forgets the template", "store.rsa.read", {"store.rsa.archive", "store.rsa.remove"}},
         {"archive", "store.rsa.archive", {"store.rsa.remove"}},
         {"lists archived", "store.rsa.archive", {"store.rsa.remove"}},
         {"remove", "store.rsa.remove", {}}}));
    INFO(row.fault);
    World world;
    world.disk.faults = {row.fault};
    CHECK(world.verdict(row.fails) == Verdict::fail);
    for (const char* id : row.skipped) {
        CHECK(world.verdict(id) == Verdict::skip);
    }
    AND_THEN("nothing is left behind all the same") {
        world.disk.faults.clear();
        world.disk.my.clear();  // what remove() itself would not remove
        world.run();
        CHECK(world.disk.requests.empty());
        CHECK(world.disk.my.empty());
    }
}

TEST_CASE("nothing of the trial is left, whichever step failed", "[selftest]") {
    const auto fault =
        GENERATE(as<std::string>(), "sign", "opens another", "save", "install", "loses the key",
                 "forgets the template", "archive", "lists archived");
    World world;
    world.disk.faults = {fault};
    INFO(fault);
    world.run();
    CHECK(world.disk.empty());
}

TEST_CASE("what cannot be removed is said, and the next trial removes it", "[selftest]") {
    World world;
    world.disk.faults = {"remove", "archive"};
    const SelftestFinding finding = world.finding("store.clean");
    CHECK(finding.verdict == Verdict::fail);
    CHECK(finding.code == kWriteFault);
    REQUIRE(world.disk.my.size() == 2);
    for (auto& [thumbprint, entry] : world.disk.my) {
        entry.archived = false;
    }
    world.disk.faults.clear();
    world.run();
    CHECK(world.disk.empty());
}

TEST_CASE("a trial that was killed is tidied up by the next, and nobody else's entries are touched",
          "[selftest]") {
    Disk disk;
    disk.keys = {{"left", engine::KeyAlgorithm::rsa}, {"other", engine::KeyAlgorithm::rsa}};
    disk.requests["left"] = {.key_reference = "left", .template_name = kTrialTemplate};
    disk.requests["other"] = {.key_reference = "other", .template_name = "CorpMachine"};
    {
        MemoryKeys keys(disk);
        auto key = keys.open_pending("other");
        REQUIRE(key);
        disk.my["held"] = {.certificate = make_certificate({.subject = kTrialName,
                                                            .subject_key = fake_public_key("x"),
                                                            .issuer_key = fake_public_key("y"),
                                                            .not_before = kNow,
                                                            .not_after = kNow}),
                           .key = "other",
                           .template_name = "CorpMachine"};
        const Trial trial(std::make_unique<MemoryStores>(disk));
        CHECK(disk.requests.size() == 1);
    }
    CHECK(disk.keys.size() == 1);
    CHECK(disk.keys.contains("other"));
    CHECK(disk.requests.contains("other"));
    CHECK(disk.my.contains("held"));  // another authority's word for that name
}

TEST_CASE("a trial's folder is private and goes with all that is in it", "[selftest]") {
    namespace fs = std::filesystem;
    fs::path path;
    {
        const auto folder = TrialFolder::make();
        REQUIRE(folder);
        path = folder->path();
        CHECK(fs::is_directory(path));
        fs::create_directory(path / "sub");
        std::ofstream(path / "sub" / "file") << "x";
        const auto other = TrialFolder::make();
        REQUIRE(other);
        CHECK(other->path() != path);
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a trial's certificate is its key's own, for a day", "[selftest]") {
    FakeKey key("k", engine::KeyAlgorithm::rsa);
    const auto made = trial_certificate(key, kNow);
    REQUIRE(made);
    const auto facts = engine::parse_certificate(*made);
    REQUIRE(facts);
    CHECK(is_of_a_trial(*facts));
    CHECK(equal(facts->public_key_info, key.public_key_info()));
    CHECK(facts->not_before == kNow - std::chrono::hours(1));
    CHECK(facts->not_after == kNow + std::chrono::hours(23));
    CHECK(facts->extended_key_usages.size() == 1);
    key.broken = true;
    CHECK_FALSE(trial_certificate(key, kNow));
}
