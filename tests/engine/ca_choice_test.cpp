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
    const CaOffer offer = cas_offering(autoenrolled("CorpMachine"), services, account());
    CHECK(names(offer.open) == std::vector<std::string>{"ca1"});
    CHECK(offer.closed.empty());
}

TEST_CASE("a CA that lists the template and is of no use is named with the reason",
          "[ca][E10][S12]") {
    std::vector<EnrollmentService> services = {service(1, {"T"}), service(2, {"T"}),
                                               service(3, {"T"})};
    services[0].dns_host.clear();
    services[1].certificates.clear();
    services[2].security_descriptor =
        SecurityBuilder().deny_object(kDomainComputers, kEnroll).bytes();
    const CaOffer offer = cas_offering(autoenrolled("T"), services, account());
    CHECK(offer.open.empty());
    CHECK(offer.closed == std::vector<std::string>{
                              "Corp Issuing CA 1: it has no dNSHostName",
                              "ca2.corp.example.test\\Corp Issuing CA 2: it has no cACertificate",
                              "ca3.corp.example.test\\Corp Issuing CA 3: deny object ACE 1 for "
                              "S-1-5-21-1-2-3-515 denies Enroll"});
}

TEST_CASE("a CA whose security cannot be read decides for itself", "[ca][S12]") {
    std::vector<EnrollmentService> services = {service(1, {"T"}), service(2, {"T"})};
    services[0].security_descriptor.reset();
    services[1].security_descriptor = Bytes{1, 2, 3};
    CHECK(cas_offering(autoenrolled("T"), services, account()).open.size() == 2);
}

TEST_CASE("CAs of the own site come first, the others after", "[ca][choice]") {
    std::vector<EnrollmentService> services = five();
    services[1].sites = {"Paris", "BERLIN"};
    services[3].sites = {"berlin"};
    services[4].sites = {"Rome"};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        auto order = names(order_of_cas(pointers(services), "T", "Berlin", seed));
        REQUIRE(order.size() == 5);
        std::sort(order.begin(), order.begin() + 2);
        CHECK(order[0] == "ca2");
        CHECK(order[1] == "ca4");
    }
}

TEST_CASE("without a known site all CAs are one group", "[ca][choice]") {
    std::vector<EnrollmentService> services = five();
    services[4].sites = {""};
    std::set<std::string> first;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        first.insert(names(order_of_cas(pointers(services), "T", "", seed)).front());
    }
    CHECK(first.size() == 5);
}

TEST_CASE("the order differs per template and per seed, and is otherwise fixed", "[ca][choice]") {
    const std::vector<EnrollmentService> services = five();
    std::set<std::vector<std::string>> per_template;
    for (const char* name : {"A", "B", "C", "D", "E", "F"}) {
        per_template.insert(names(order_of_cas(pointers(services), name, "", 42)));
    }
    CHECK(per_template.size() > 1);
    std::set<std::vector<std::string>> per_seed;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        per_seed.insert(names(order_of_cas(pointers(services), "A", "", seed)));
    }
    CHECK(per_seed.size() > 1);

    auto turned = pointers(services);
    std::reverse(turned.begin(), turned.end());
    CHECK(order_of_cas(turned, "a", "", 42) == order_of_cas(pointers(services), "A", "", 42));
}

TEST_CASE("every order of two CAs comes up about equally often", "[ca][choice]") {
    const std::vector<EnrollmentService> services = {service(1, {"T"}), service(2, {"T"})};
    int first = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        first += names(order_of_cas(pointers(services), "T", "", seed)).front() == "ca1" ? 1 : 0;
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

}  // namespace
}  // namespace ae::engine
