#include "engine/ca_choice.h"

#include "engine/base/hresult_table.h"
#include "tests/support/builders.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

SidSet account() { return SidSet(machine_account().sids); }

std::vector<std::string> names(const std::vector<const EnrollmentService*>& services) {
    std::vector<std::string> list;
    for (const EnrollmentService* one : services) {
        list.push_back(one->dns_host.substr(0, one->dns_host.find('.')));
    }
    return list;
}

std::vector<EnrollmentService> five() {
    std::vector<EnrollmentService> services;
    for (int i = 1; i <= 5; ++i) {
        services.push_back(service(i, {"T"}));
    }
    return services;
}

// The order that a host of `site` sees.
std::vector<const EnrollmentService*> order(std::vector<const EnrollmentService*> services,
                                            const std::string& template_name,
                                            const std::string& site, std::uint64_t seed) {
    Snapshot world;
    world.now = kNow;
    world.site = site;
    world.seed = seed;
    return order_of_cas(std::move(services), template_name, world);
}

std::vector<const EnrollmentService*> pointers(const std::vector<EnrollmentService>& services) {
    std::vector<const EnrollmentService*> list;
    for (const EnrollmentService& one : services) {
        list.push_back(&one);
    }
    return list;
}

TEST_CASE("a CA offers a template when it lists the name, in any case", "[ca][E10]") {
    const std::vector<EnrollmentService> services = {service(1, {"corpMACHINE"}),
                                                     service(2, {"Other"})};
    const CaOffer offer = CaOffers(services, account()).of("CorpMachine");
    CHECK(names(offer.open) == std::vector<std::string>{"ca1"});
    CHECK(offer.closed.empty());
    const CaOffer nobody = CaOffers(services, account()).of("Unlisted");
    CHECK(nobody.open.empty());
    CHECK(nobody.closed.empty());
}

TEST_CASE("a CA that lists a template twice is asked once", "[ca][E10]") {
    const std::vector<EnrollmentService> services = {service(1, {"T", "Other", "t", "T"})};
    CHECK(names(CaOffers(services, account()).of("T").open) == std::vector<std::string>{"ca1"});
}

TEST_CASE("a CA that lists the template and is of no use is named with the reason",
          "[ca][E10][S12]") {
    std::vector<EnrollmentService> services = {service(1, {"T"}), service(2, {"T"}),
                                               service(3, {"T"})};
    services[0].dns_host.clear();
    services[1].certificates.clear();
    services[2].security_descriptor =
        SecurityBuilder().deny_object(kDomainComputers, kEnroll).bytes();
    const CaOffer offer = CaOffers(services, account()).of("T");
    CHECK(offer.open.empty());
    CHECK(offer.closed == std::vector<std::string>{
                              "Corp Issuing CA 1: it has no dNSHostName",
                              "ca2.corp.example.test\\Corp Issuing CA 2: it has no cACertificate",
                              "ca3.corp.example.test\\Corp Issuing CA 3: deny object ACE 1 for "
                              "S-1-5-21-1-2-3-515 denies Enroll"});
    REQUIRE(offer.refusing.size() == 1);  // the others are defects, whoever asks
    CHECK(offer.refusing.front().service == &services[2]);
    CHECK(offer.refusing.front().reason ==
          "deny object ACE 1 for S-1-5-21-1-2-3-515 denies Enroll");
}

TEST_CASE("a CA whose security cannot be read decides for itself", "[ca][S12]") {
    std::vector<EnrollmentService> services = {service(1, {"T"}), service(2, {"T"})};
    services[0].security_descriptor.reset();
    services[1].security_descriptor = Bytes{1, 2, 3};
    CHECK(CaOffers(services, account()).of("T").open.size() == 2);
}

TEST_CASE("CAs of the own site come first, the others after", "[ca][choice]") {
    std::vector<EnrollmentService> services = five();
    services[1].sites = {"Paris", "BERLIN"};
    services[3].sites = {"berlin"};
    services[4].sites = {"Rome"};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        auto found = names(order(pointers(services), "T", "Berlin", seed));
        REQUIRE(found.size() == 5);
        std::sort(found.begin(), found.begin() + 2);
        CHECK(found[0] == "ca2");
        CHECK(found[1] == "ca4");
    }
}

TEST_CASE("without a known site all CAs are one group", "[ca][choice]") {
    std::vector<EnrollmentService> services = five();
    services[4].sites = {""};
    std::set<std::string> first;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        first.insert(names(order(pointers(services), "T", "", seed)).front());
    }
    CHECK(first.size() == 5);
}

TEST_CASE("the order differs per template and per seed, and is otherwise fixed", "[ca][choice]") {
    const std::vector<EnrollmentService> services = five();
    std::set<std::vector<std::string>> per_template;
    for (const char* name : {"A", "B", "C", "D", "E", "F"}) {
        per_template.insert(names(order(pointers(services), name, "", 42)));
    }
    CHECK(per_template.size() > 1);
    std::set<std::vector<std::string>> per_seed;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        per_seed.insert(names(order(pointers(services), "A", "", seed)));
    }
    CHECK(per_seed.size() > 1);

    auto turned = pointers(services);
    std::reverse(turned.begin(), turned.end());
    CHECK(order(turned, "a", "", 42) == order(pointers(services), "A", "", 42));
}

TEST_CASE("a CA that did not answer lately is asked after those that did, in its group",
          "[ca][choice][health]") {
    std::vector<EnrollmentService> services = five();
    services[1].sites = services[3].sites = {"Berlin"};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Snapshot world;
        world.now = kNow;
        world.seed = seed;
        world.site = "Berlin";
        world.memory.outages = {{services[1].ref(), kNow - std::chrono::hours(8) + Seconds(1)},
                                {services[2].ref(), kNow}};
        const auto found = names(order_of_cas(pointers(services), "T", world));
        CHECK(found[0] == "ca4");
        CHECK(found[1] == "ca2");  // of the own site, and so before the others all the same
        CHECK(found[4] == "ca3");
        world.memory.outages = {{services[1].ref(), kNow - std::chrono::hours(8)}};
        CHECK(names(order_of_cas(pointers(services), "T", world)) ==
              names(order(pointers(services), "T", "Berlin", seed)));
    }
}

TEST_CASE("a shuffle is the same on every platform", "[ca][choice]") {
    CHECK(names(order(pointers(five()), "CorpMachine", "", 42)) ==
          std::vector<std::string>{"ca3", "ca1", "ca2", "ca5", "ca4"});
}

TEST_CASE("a CA is believed while nothing speaks against its chain",
          "[ca][choice][choice 2][choice 3]") {
    struct Row {
        ChainStatus chain;
        bool trusted;
    };
    const Row row = GENERATE(values<Row>({
        {{ChainState::valid, {}, {}}, true},
        {{ChainState::valid, {}, hresult(0x80092012)}, true},
        {{ChainState::valid, {}, hresult(0x80092013)}, true},
        {{ChainState::valid, {}, hresult(0x80092014)}, false},
        {{ChainState::valid, {}, hresult(0x80070005)}, false},
        {{ChainState::revoked, "r", {}}, false},
        {{ChainState::revoked, "r", hresult(0x80092013)}, false},
        {{ChainState::untrusted, "u", {}}, false},
        {{ChainState::expired, "e", {}}, false},
        {{ChainState::malformed, "m", {}}, false},
    }));
    INFO(static_cast<int>(row.chain.state));
    CHECK(is_trusted(row.chain) == row.trusted);
}

TEST_CASE("every order of two CAs comes up about equally often", "[ca][choice]") {
    const std::vector<EnrollmentService> services = {service(1, {"T"}), service(2, {"T"})};
    int first = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        first += names(order(pointers(services), "T", "", seed)).front() == "ca1" ? 1 : 0;
    }
    CHECK(first > 400);
    CHECK(first < 600);
}

TEST_CASE("is the next CA asked after this code?", "[ca][next-ca][WCCE:2.2.4]") {
    using enum NextCa;
    struct Row {
        std::uint32_t code;
        NextCa next;
    };
    const Row row = GENERATE(values<Row>({
        {0x800706BA, ask},  {0x800706BB, ask},  {0x800706BF, ask},  {0x800706BE, unknown},
        {0x80070005, ask},  {0x8007052E, stop}, {0x80040154, ask},  {0x80080005, ask},
        {0x80070057, ask},  {0x8007054B, stop}, {0x80070002, stop}, {0x8007000D, stop},
        {0x80091004, stop}, {0x8009200E, stop}, {0x80094001, stop}, {0x80094003, stop},
        {0x80094004, stop}, {0x80094005, ask},  {0x80094006, ask},  {0x8009400A, ask},
        {0x8009400B, ask},  {0x8009400C, stop}, {0x8009400E, stop}, {0x8009400F, ask},
        {0x80094011, ask},  {0x80094012, ask},  {0x80094013, ask},  {0x80094014, stop},
        {0x80094800, ask},  {0x80094801, stop}, {0x80094802, stop}, {0x80094804, stop},
        {0x80094810, stop}, {0x80094806, stop}, {0x80094807, ask},  {0x80094809, stop},
        {0x8009480A, stop}, {0x8009480B, stop}, {0x8009480C, stop}, {0x80094815, stop},
        {0x8009480D, stop}, {0x8009480E, stop}, {0x8009480F, stop}, {0x80094812, stop},
        {0x80094811, stop}, {0x80094813, ask},  {0x80094814, ask},  {0x80094816, stop},
        {0x80094817, stop}, {0x8009481A, stop}, {0x80095002, ask},  {0x80095003, ask},
        {0x80095004, ask},  {0x80090003, stop}, {0x80090016, stop}, {0x8009000D, stop},
        {0x80092010, ask},  {0x800B0101, ask},  {0x800B0109, ask},  {0x800B010A, ask},
        {0x800B010C, ask},  {0x800B0112, ask},  {0x800703E3, stop},  // we were told to stop
        {0x8BADF00D, ask},  // unknown: this CA's own trouble
    }));
    INFO(to_hex(hresult(row.code)));
    CHECK(next_ca(hresult(row.code)) == row.next);
}

TEST_CASE("which refusals of a renewal leave the way to a new certificate open",
          "[ca][next-ca][WCCE:2.2.4]") {
    CHECK(may_renew_anew(hresult(0x8009400E)));        // the old certificate in the request
    CHECK(may_renew_anew(hresult(0x80094816)));        // the old key was wanted
    CHECK_FALSE(may_renew_anew(hresult(0x8009400F)));  // the neighbours
    CHECK_FALSE(may_renew_anew(hresult(0x80094815)));
    CHECK_FALSE(may_renew_anew(hresult(0x80094806)));  // the caller is not the subject
    CHECK_FALSE(may_renew_anew(hresult(0x80094012)));
    CHECK_FALSE(may_renew_anew(kOk));
}

}  // namespace
}  // namespace ae::engine
