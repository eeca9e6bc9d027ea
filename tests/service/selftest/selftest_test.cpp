// Each verdict of `aeclient selftest`, with parts of which one is broken.
#include "tests/service/selftest/selftest_world.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace ae;
using namespace ae::service;
using namespace ae::test;

TEST_CASE("on a host where everything works every check is OK, and nothing is left", "[selftest]") {
    World world;
    world.parts.ca = kCa;
    const auto findings = world.run();
    std::vector<std::string> ids;
    for (const SelftestFinding& one : findings) {
        INFO(one.id << ": " << one.sentence);
        CHECK(one.verdict == Verdict::ok);
        CHECK(one.remedy.empty());
        ids.push_back(one.id);
    }
    CHECK(ids == std::vector<std::string>{"crypto.digest",
                                          "policy",
                                          "stores",
                                          "keys.software-key-storage.rsa",
                                          "keys.software-key-storage.p256",
                                          "keys.software-key-storage.p384",
                                          "keys.software-key-storage.p521",
                                          "store.rsa.request",
                                          "store.rsa.install",
                                          "store.rsa.read",
                                          "store.rsa.archive",
                                          "store.rsa.remove",
                                          "store.ec.request",
                                          "store.ec.install",
                                          "store.ec.read",
                                          "store.ec.archive",
                                          "store.ec.remove",
                                          "store.clean",
                                          "member",
                                          "directory.locate",
                                          "directory.account",
                                          "directory.replica",
                                          "ca.ping",
                                          "events.store",
                                          "control"});
    CHECK(passed(findings));
    CHECK(world.disk.empty());
    CHECK(world.disk.made == 6);
    CHECK(world.pinged == std::vector{kCa});
}

TEST_CASE("the findings say what was seen", "[selftest]") {
    World world;
    CHECK(says(world.finding("policy"), "0x7 from HKLM\\Software\\Policies"));
    CHECK(says(world.finding("member"), "WS1$ of corp.example.test"));
    CHECK(says(world.finding("directory.locate"), "dc1.corp.example.test (127.0.0.2)"));
    CHECK(says(world.finding("directory.locate"), "Lab-Site"));
    CHECK(says(world.finding("directory.account"), "CN=WS1,CN=Computers"));
    CHECK(says(world.finding("directory.replica"), "35 templates, 2 enrollment services"));
    CHECK(says(world.finding("control"), "process 812, idle"));
}

TEST_CASE("one wrong digest is found", "[selftest]") {
    World world;
    using engine::HashAlgorithm;
    for (const auto& [wrong, name] : {std::pair{HashAlgorithm::sha1, "SHA-1"},
                                      {HashAlgorithm::sha256, "SHA-256"},
                                      {HashAlgorithm::sha384, "SHA-384"},
                                      {HashAlgorithm::sha512, "SHA-512"}}) {
        world.crypto.wrong = wrong;
        CHECK(world.verdict("crypto.digest") == Verdict::fail);
        CHECK(says(world.finding("crypto.digest"), std::string(name) + " gives"));
    }
}

TEST_CASE("policy: absent and disabled are worth a note, unreadable is a failure", "[selftest]") {
    World world;
    world.parts.policy = [] { return engine::AutoenrollPolicy{}; };
    CHECK(world.verdict("policy") == Verdict::note);
    world.parts.policy = [] { return engine::AutoenrollPolicy{0x8000, "here"}; };
    CHECK(world.verdict("policy") == Verdict::note);
    world.parts.policy = answer<engine::AutoenrollPolicy>(kAccessDenied);
    const SelftestFinding finding = world.finding("policy");
    CHECK(finding.verdict == Verdict::fail);
    CHECK(finding.code == kAccessDenied);
    CHECK_FALSE(finding.remedy.empty());
}

TEST_CASE("no member of a domain: the directory and the CA are not asked", "[selftest]") {
    World world;
    world.parts.ca = kCa;
    world.parts.member = []() -> Result<MemberParts> { return fail(kNotDomainJoined, "keytab"); };
    CHECK(world.verdict("member") == Verdict::fail);
    for (const char* id :
         {"directory.locate", "directory.account", "directory.replica", "ca.ping"}) {
        CHECK(world.verdict(id) == Verdict::skip);
    }
    CHECK(world.pinged.empty());
    CHECK(world.verdict("control") == Verdict::ok);
}

TEST_CASE("the directory's steps fail one by one", "[selftest]") {
    World world;
    SECTION("no controller") {
        world.controller = fail(kNoSuchDomain, "no answer");
        world.read_account = fail(kNoSuchDomain, "no answer");
        CHECK(world.verdict("directory.locate") == Verdict::fail);
        CHECK(world.verdict("directory.account") == Verdict::fail);
        CHECK(world.verdict("directory.replica") == Verdict::skip);
    }
    SECTION("the bind is refused") {
        world.read_account = fail(kLogonFailure, "bind");
        CHECK(world.verdict("directory.locate") == Verdict::ok);
        CHECK(world.finding("directory.account").code == kLogonFailure);
        CHECK(world.verdict("directory.replica") == Verdict::skip);
    }
    SECTION("the replica cannot be read") {
        world.read_replica = fail(kReadFault, "search");
        CHECK(world.verdict("directory.account") == Verdict::ok);
        CHECK(world.verdict("directory.replica") == Verdict::fail);
    }
    SECTION("a container is cut off") {
        world.read_replica->nt_auth.complete = false;
        world.read_replica->nt_auth.problem = "the server stopped";
        CHECK(world.verdict("directory.replica") == Verdict::fail);
        CHECK(says(world.finding("directory.replica"), "the server stopped"));
    }
    SECTION("a forest without a CA is worth a note") {
        world.read_replica->services.clear();
        CHECK(world.verdict("directory.replica") == Verdict::note);
    }
    SECTION("no site is said") {
        world.controller->client_site.clear();
        CHECK(says(world.finding("directory.locate"), "no site"));
    }
}

TEST_CASE("the CA is asked only when one is named", "[selftest]") {
    World world;
    CHECK(world.verdict("ca.ping") == Verdict::skip);
    CHECK(world.pinged.empty());
    world.parts.ca = kCa;
    world.ping = fail(kServerUnavailable, "ping");
    const SelftestFinding finding = world.finding("ca.ping");
    CHECK(finding.verdict == Verdict::fail);
    CHECK(finding.code == kServerUnavailable);
    CHECK_FALSE(finding.remedy.empty());
}

TEST_CASE("an event has to be found again as it was written", "[selftest]") {
    World world;
    SECTION("it is not written") {
        world.parts.write_events = [](const std::vector<StoredEvent>&) -> Done {
            return fail(kDiskFull, "append");
        };
        CHECK(world.finding("events.store").code == kDiskFull);
    }
    SECTION("it is not read") {
        world.parts.read_events = answer<std::vector<StoredEvent>>(kReadFault);
        CHECK(world.finding("events.store").code == kReadFault);
    }
    SECTION("it is not there") {
        world.parts.read_events = [] { return Result<std::vector<StoredEvent>>(); };
        CHECK(world.verdict("events.store") == Verdict::fail);
    }
    SECTION("an older one is not taken for it") {
        world.run();
        world.parts.write_events = [](const std::vector<StoredEvent>&) { return done(); };
        CHECK(world.verdict("events.store") == Verdict::fail);
    }
}

TEST_CASE("the system's log is tried where it can be read", "[selftest]") {
    World world;
    CHECK(std::ranges::none_of(
        world.run(), [](const SelftestFinding& one) { return one.id == "events.system-log"; }));
    std::string told;
    world.parts.system_log = [&](const std::string& words) {
        told = words;
        return done();
    };
    CHECK(world.verdict("events.system-log") == Verdict::ok);
    CHECK(told.starts_with("selftest "));
    world.parts.system_log = [](const std::string&) -> Done { return fail(kFileNotFound, "log"); };
    CHECK(world.verdict("events.system-log") == Verdict::fail);
}

TEST_CASE("no service is worth a note, one that cannot be asked is a failure", "[selftest]") {
    World world;
    world.parts.host_status = answer<HostStatus>(kServiceNotActive);
    CHECK(world.verdict("control") == Verdict::note);
    world.parts.host_status = answer<HostStatus>(kAccessDenied);
    CHECK(world.verdict("control") == Verdict::fail);
}

TEST_CASE("what a host is known to lack is skipped with the reason, when it fails", "[selftest]") {
    World world;
    world.disk.faults = {"no curves"};
    world.parts.gaps = {{"keys.software-key-storage", "Wine keeps no such key"},
                        {"control", "never used"}};
    CHECK(world.verdict("keys.software-key-storage.rsa") == Verdict::ok);
    const SelftestFinding finding = world.finding("keys.software-key-storage.p256");
    CHECK(finding.verdict == Verdict::skip);
    CHECK(says(finding, "Wine keeps no such key"));
    CHECK(says(finding, "0x80070032"));
    CHECK(world.verdict("control") == Verdict::ok);
    AND_THEN("a gap is that check's and its parts' alone") {
        world.parts.gaps = {{"keys.software", "never used"}};
        CHECK(world.verdict("keys.software-key-storage.p256") == Verdict::fail);
    }
}

TEST_CASE("told to stop, it stops between checks and says so", "[selftest]") {
    World world;
    std::stop_source stop;
    world.parts.stop = stop.get_token();
    world.parts.policy = [&stop] {
        stop.request_stop();
        return engine::AutoenrollPolicy{7, "here"};
    };
    const auto findings = world.run();
    REQUIRE(findings.size() == 3);
    CHECK(findings.back().id == "stopped");
    CHECK(world.disk.made == 0);
}

TEST_CASE("the report: a table for people, JSON for scripts", "[selftest]") {
    const std::vector<SelftestFinding> findings{
        {"policy", Verdict::ok, "AEPolicy 0x7", {}, {}},
        {"ca.ping", Verdict::fail, "nobody\x1b answers", kServerUnavailable, "Start it"}};
    CHECK_FALSE(passed(findings));
    CHECK(selftest_as_text(findings) == "aeclient " AE_VERSION
                                        " selftest\n\n"
                                        "CHECK    VERDICT  WHAT WAS SEEN\n"
                                        "policy   OK       AEPolicy 0x7\n"
                                        "ca.ping  FAIL     nobody\\x1b answers\n"
                                        "                  -> Start it\n\n"
                                        "1 OK, 1 FAIL, 0 SKIP, 0 NOTE\n");
    const auto json = nlohmann::json::parse(selftest_as_json(findings));
    CHECK(json.at("schema") == 1);
    CHECK(json.at("version") == AE_VERSION);
    CHECK(json.at("ok") == false);
    CHECK(json.at("checks").at(0) == nlohmann::json({{"id", "policy"},
                                                     {"verdict", "OK"},
                                                     {"sentence", "AEPolicy 0x7"},
                                                     {"code", nullptr},
                                                     {"remedy", ""}}));
    CHECK(json.at("checks").at(1).at("code") == "0x800706BA");
    for (const auto& [verdict, passes] : {std::pair{Verdict::ok, true},
                                          {Verdict::note, true},
                                          {Verdict::skip, true},
                                          {Verdict::fail, false}}) {
        CHECK(passed({{"x", verdict, "", {}, {}}}) == passes);
    }
}
