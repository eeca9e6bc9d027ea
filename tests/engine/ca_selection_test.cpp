#include "engine/ca_selection.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;

constexpr Seconds kSecond{1};

// ca1 stands in the host's site and is asked first.
struct Selection {
    Template wanted = autoenrolled("T");
    Snapshot world = world_of({wanted});

    Selection() {
        offer(world, {service(1, {"T"}), service(2, {"T"})});
        world.services[0].sites = {"Berlin"};
        world.site = "Berlin";
    }
    [[nodiscard]] CaSelection select(Need need = Need::enroll) const {
        return CaSelector(world).select(wanted, {&world.services[0], &world.services[1]}, need);
    }
    void refuse(std::size_t service, unsigned count, Seconds ago) {
        world.memory.refusals.push_back({.template_name = "T",
                                         .template_version = "100.0",
                                         .ca = world.services[service].ref(),
                                         .code = hresult(0x80094012),
                                         .count = count,
                                         .last = kNow - ago});
    }
};

std::vector<std::string> configs(const CaSelection& selection) {
    std::vector<std::string> list;
    for (const CaRef& one : selection.cas) {
        list.push_back(one.config());
    }
    return list;
}
using Names = std::vector<std::string>;

TEST_CASE("trusted CAs in order, own site first", "[ca][choice]") {
    const CaSelection selection = Selection().select();
    CHECK(configs(selection) == Names{kCa1, kCa2});
    CHECK_FALSE(selection.obstacle);
}

TEST_CASE("a CA whose chain does not hold is skipped", "[ca][choice][choice 2][choice 3]") {
    Selection s;
    s.world.ca_trust[0].chain = {ChainState::untrusted, "no root", {}};
    CHECK(configs(s.select()) == Names{kCa2});
    s.world.ca_trust.erase(s.world.ca_trust.begin());
    CHECK(configs(s.select()) == Names{kCa2});
    // Offline, or no CRL named: believed (0x80092013, 0x80092012).
    s.world.ca_trust[0].chain.revocation_problem = hresult(0x80092013);
    CHECK(configs(s.select()) == Names{kCa2});
}

TEST_CASE("no CA is trusted: why, by which rule, and what helps",
          "[ca][choice][choice 2][choice 3]") {
    struct Row {
        ChainStatus first;
        ChainStatus second;
        const char* rule;
        const char* why;
        std::uint32_t code;
        const char* remedy;
    };
    const char* const publish = "CN=Certification Authorities";
    const char* const renew = "renew the CA's certificate, or take the CA out";
    const Row row = GENERATE_COPY(values<Row>({
        {{ChainState::untrusted, "no root", {}},
         {ChainState::revoked, "by the root", {}},
         "choice 2",
         "Corp Issuing CA 1: no root; ca2.corp.example.test\\Corp Issuing CA 2: by the root",
         0x800B0109,
         publish},
        {{ChainState::revoked, "by the root", {}},
         {ChainState::expired, "too old", {}},
         "choice 2",
         "by the root; ca2.corp.example.test\\Corp Issuing CA 2: too old",
         0x800B0109,
         publish},
        {{ChainState::revoked, "by the root", {}},
         {ChainState::revoked, "too", {}},
         "choice 3",
         "Corp Issuing CA 1: by the root",
         0x800B010C,
         renew},
        {{ChainState::revoked, "by the root", hresult(0x80092013)},
         {ChainState::revoked, "too", {}},
         "choice 3",
         "Corp Issuing CA 1: by the root",
         0x800B010C,
         renew},
        {{ChainState::valid, {}, hresult(0x80092014)},
         {ChainState::revoked, "x", {}},
         "choice 3",
         "whether it is revoked cannot be told: ",
         0x800B010C,
         renew},
        {{ChainState::valid, {}, hresult(0x800B010E)},
         {ChainState::valid, {}, hresult(0x800B010E)},
         "choice 3",
         "CERT_E_REVOCATION_FAILURE",
         0x800B010E,
         "look at the revocation lists"},
    }));
    Selection s;
    s.world.ca_trust[0].chain = row.first;
    s.world.ca_trust[1].chain = row.second;
    const CaSelection selection = s.select();
    CHECK(selection.cas.empty());
    REQUIRE(selection.obstacle);
    CHECK(selection.obstacle->template_name == "T");
    CHECK(selection.obstacle->verdict == Verdict::not_trusted);
    CHECK(selection.obstacle->rule == row.rule);
    CHECK_THAT(selection.obstacle->fact,
               Catch::StartsWith("no CA that offers it is trusted: ") && Catch::Contains(row.why));
    CHECK_THAT(selection.obstacle->remedy, Catch::Contains(row.remedy));
    CHECK(selection.obstacle->event == EventId::ce_no_ca);
    CHECK(selection.obstacle->failure == hresult(row.code));
    CHECK(s.select(Need::renew).obstacle->event == EventId::ce_no_ca_for_renewal);
}

TEST_CASE("a CA that nobody checked is not trusted", "[ca][choice][choice 2]") {
    Selection s;
    s.world.ca_trust.clear();
    CHECK_THAT(s.select().obstacle->fact, Catch::Contains("its certificate was not checked"));
    CHECK(s.select().obstacle->rule == "choice 2");
}

TEST_CASE("a CA that denied is left alone for its wait, to the second", "[ca][back-off]") {
    Selection s;
    s.refuse(0, 2, hours(8) - kSecond);
    CHECK(configs(s.select()) == Names{kCa2});
    s.world.memory.refusals.clear();
    s.refuse(0, 2, hours(8));
    CHECK(configs(s.select()) == Names{kCa1, kCa2});
    s.world.memory.refusals.clear();
    s.refuse(0, 1, Seconds(0));
    CHECK(configs(s.select()) == Names{kCa1, kCa2});
}

TEST_CASE("denied everywhere: until when, and what asks at once", "[ca][back-off]") {
    Selection s;
    s.refuse(0, 3, hours(1));
    s.refuse(1, 2, hours(1));
    const CaSelection selection = s.select();
    CHECK(selection.cas.empty());
    REQUIRE(selection.obstacle);
    CHECK(selection.obstacle->verdict == Verdict::waiting);
    CHECK(selection.obstacle->rule == "back-off");
    CHECK(selection.obstacle->fact ==
          kCa1 + " denied it, " + kCa2 + " denied it; asked again at 2026-11-21T19:00:00Z");
    CHECK_THAT(selection.obstacle->remedy, Catch::Contains("aeclient pulse --force"));
    CHECK_FALSE(selection.obstacle->failure);

    s.world.force = true;
    CHECK(configs(s.select()) == Names{kCa1, kCa2});
    s.world.force = false;
    s.wanted.minor_version = 1;  // an edit of the template clears it
    CHECK(configs(s.select()) == Names{kCa1, kCa2});
}

TEST_CASE("one CA denied, the other is not trusted: the wait is the answer",
          "[ca][back-off][choice]") {
    Selection s;
    s.refuse(0, 2, hours(1));
    s.world.ca_trust[1].chain = {ChainState::untrusted, "no root", {}};
    const CaSelection selection = s.select();
    REQUIRE(selection.obstacle);
    CHECK(selection.obstacle->rule == "back-off");
    CHECK(selection.obstacle->fact == kCa1 + " denied it; asked again at 2026-11-21T19:00:00Z");
}

TEST_CASE("a template's version counts both numbers", "[ca][back-off]") {
    Template t = autoenrolled("T");
    t.minor_version = 4;
    CHECK(version_of(t) == "100.4");
}

TEST_CASE("distrust and waits reach the list with the need in front", "[ca][choice][back-off]") {
    Selection s;
    s.refuse(0, 2, hours(1));
    s.refuse(1, 2, hours(1));
    CHECK_THAT(decision("T", s.world).fact,
               Catch::StartsWith("no certificate of it is in MY; " + kCa1));
    CHECK(decision("T", s.world).verdict == Verdict::waiting);
    s.world.memory.refusals.clear();
    s.world.ca_trust.clear();
    CHECK(decision("T", s.world).verdict == Verdict::not_trusted);
    CHECK_THAT(decision("T", s.world).fact,
               Catch::StartsWith("no certificate of it is in MY; no CA that offers it"));
    // A CA that lists the template and does not let the account in takes no part.
    Selection closed;
    closed.world.services[0].security_descriptor = SecurityBuilder().bytes();
    const Plan plan = make_plan(closed.world);
    REQUIRE(plan.actions.size() == 1);
    CHECK(plan.actions[0].cas == std::vector<CaRef>{closed.world.services[1].ref()});
}

}  // namespace
}  // namespace ae::engine
