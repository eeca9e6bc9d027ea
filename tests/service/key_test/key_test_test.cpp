// `aeclient key-test`: what it finds of a provider, and that nothing stays.
#include "service/key_test/key_test.h"

#include "tests/service/selftest/memory_stores.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace ae;
using namespace ae::service;
using namespace ae::test;

namespace {

const std::string kProvider = "Microsoft Software Key Storage Provider";

// A clock that moves by a millisecond whenever somebody looks.
struct World {
    Disk disk{};
    FakeCrypto crypto{};
    Ticks now{};
    std::stop_source stop{};
    std::optional<int> stop_after{};

    KeyTest run(const stores::KnownProvider& provider = {kProvider, "software", done()}) {
        Trial trial(std::make_unique<MemoryStores>(disk));
        if (stop_after == 0) {
            stop.request_stop();
        }
        return run_key_test({.trial = trial,
                             .crypto = crypto,
                             .clock = [this] { return look(); },
                             .stop = stop.get_token()},
                            provider);
    }
    // While the last of `stop_after` kinds is made, somebody interrupts.
    Ticks look() {
        if (disk.made == stop_after) {
            stop.request_stop();
        }
        return now += std::chrono::milliseconds(1);
    }
};

const KeyTrial& trial_of(const KeyTest& test, const std::string& kind) {
    const auto at = std::ranges::find(test.trials, kind, &KeyTrial::kind);
    REQUIRE(at != test.trials.end());
    return *at;
}

}  // namespace

TEST_CASE("a provider that keeps its promises works, and nothing stays", "[key-test]") {
    World world;
    const KeyTest test = world.run();
    CHECK(passed(test));
    REQUIRE(test.trials.size() == 6);
    const KeyTrial& rsa = trial_of(test, "RSA 2048");
    CHECK(rsa.signatures == std::vector<std::string>{"SHA256", "SHA384", "SHA512", "SHA1",
                                                     "PSS SHA256", "PSS SHA384", "PSS SHA512"});
    CHECK(trial_of(test, "ECDSA P-384").signatures ==
          std::vector<std::string>{"SHA256", "SHA384", "SHA512", "SHA1"});
    for (const auto span : {rsa.make, rsa.sign, rsa.open, rsa.erase}) {
        CHECK(span == std::chrono::milliseconds(1));
    }
    CHECK(world.disk.made == 6);
    CHECK(world.disk.empty());
}

TEST_CASE("a kind that the provider does not make is an answer", "[key-test][E8]") {
    World world;
    world.disk.faults = {"no curves"};
    const KeyTest test = world.run();
    CHECK(passed(test));
    CHECK(trial_of(test, "ECDSA P-256").refused());
    CHECK_FALSE(trial_of(test, "RSA 4096").error);
    const std::string text = key_test_as_text(test);
    CHECK(text.find("not offered") != std::string::npos);
    CHECK(text.find("The provider works.") != std::string::npos);
}

TEST_CASE("a provider that makes no kind of key, or one that does not work, does not work",
          "[key-test]") {
    World world;
    const auto fault = GENERATE(as<std::string>(), "create", "sign", "signs as another",
                                "opens another", "erase", "keeps keys");
    world.disk.faults = {fault};
    INFO(fault);
    const KeyTest test = world.run();
    CHECK_FALSE(passed(test));
    CHECK(key_test_as_text(test).find("does not work") != std::string::npos);
    const auto json = nlohmann::json::parse(key_test_as_json(test));
    CHECK(json["works"] == false);
    CHECK(json["keys"][0]["state"] == (fault == "create" ? "not offered" : "failed"));
    CHECK_FALSE(json["keys"][0]["why"].get<std::string>().empty());
}

TEST_CASE("a provider that does not answer is asked for no key, and says why", "[key-test][E8]") {
    World world;
    const stores::KnownProvider away{"Acme", "pkcs11:token=HSM", fail(kNotSupported, "no token")};
    const KeyTest test = world.run(away);
    CHECK_FALSE(passed(test));
    CHECK(world.disk.made == 0);
    CHECK(key_test_as_text(test).find("does not answer: no token") != std::string::npos);
    const auto json = nlohmann::json::parse(key_test_as_json(test));
    CHECK(json["answers"] == false);
    CHECK(json["code"] == "0x80070032");
    CHECK(json["keys"].empty());
}

TEST_CASE("an interrupt ends the trial after the kind that is under way, and nothing is proven",
          "[key-test]") {
    World world;
    const auto kinds = GENERATE(0, 1, 5);
    INFO(kinds);
    world.stop_after = kinds;
    const KeyTest test = world.run();
    CHECK(std::ssize(test.trials) == kinds);
    CHECK(std::ranges::none_of(test.trials,
                               [](const KeyTrial& one) { return one.error.has_value(); }));
    CHECK(test.stopped);
    CHECK_FALSE(passed(test));
    const std::string text = key_test_as_text(test);
    CHECK(text.find("The test was stopped") != std::string::npos);
    CHECK(text.find("The provider") == std::string::npos);
    const auto json = nlohmann::json::parse(key_test_as_json(test));
    CHECK(json["stopped"] == true);
    CHECK(json["works"] == false);
    CHECK(world.disk.empty());
}

TEST_CASE("an interrupt after the last kind takes nothing from a test that is complete",
          "[key-test]") {
    World world;
    world.stop_after = 6;
    const KeyTest test = world.run();
    CHECK_FALSE(test.stopped);
    CHECK(passed(test));
    CHECK(nlohmann::json::parse(key_test_as_json(test))["stopped"] == false);
}

TEST_CASE("without a provider all are listed, with the reason why one does not answer",
          "[key-test]") {
    const std::vector<stores::KnownProvider> all{
        {kProvider, "software", done()},
        {"Acme\x1b[2J", "tpm", fail(kNotSupported, "this machine has no TPM")}};
    const std::string text = providers_as_text(all);
    CHECK(text.find("yes") != std::string::npos);
    CHECK(text.find("no: this machine has no TPM") != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    const auto json = nlohmann::json::parse(providers_as_json(all));
    REQUIRE(json["providers"].size() == 2);
    CHECK(json["providers"][0]["answers"] == true);
    CHECK(json["providers"][1]["answers"] == false);
    CHECK(json["providers"][1]["place"] == "tpm");
}

TEST_CASE("the system's own software provider is known here", "[key-test]") {
    const auto all = stores::known_providers({});
    const auto found = std::ranges::find(all, kProvider, &stores::KnownProvider::name);
    REQUIRE(found != all.end());
    CHECK(found->answers);
}
