// Private-key archival in a pulse: the key goes to the CA that is asked, and to no other.
#include "engine/pulse.h"
#include "tests/support/pulse_world.h"
#include "tests/support/response_question.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

Bytes exchange_of(int number) {
    const std::string issuer = "Corp Issuing CA " + std::to_string(number);
    return make_certificate({.subject = issuer + "-Xchg",
                             .issuer = issuer,
                             .subject_key = fake_public_key("exchange " + std::to_string(number)),
                             .issuer_key = ca_key(issuer),
                             .not_before = kNow - kDay,
                             .not_after = kNow + 6 * kDay,
                             .usages = {"1.3.6.1.4.1.311.21.5"}});
}

Template archived() {
    Template wanted = autoenrolled("CorpArchival");
    wanted.private_key_flags |= private_key_flag::kRequireArchival;
    return wanted;
}

struct ArchivalWorld : PulseWorld {
    ArchivalWorld() : PulseWorld({archived()}) {
        options.abilities.archival = true;
        with_two_cas();
        ca.exchange.emplace(kCa1, ExchangeCertificate{exchange_of(1), {}});
        ca.exchange.emplace(kCa2, ExchangeCertificate{exchange_of(2), {}});
    }
    // Issues, and repeats the hash in an answer that it signs.
    FakeCaClient::Behaviour archives(int number, Bytes hash) {
        return [this, number, hash](const Bytes& key) -> Result<CaReply> {
            auto reply = issues(number)(key);
            reply->full = signed_answer(cmc_status::kSuccess, ca_certificate(issuer(number)),
                                        reply->certificate);
            reply->full->archived_key_hash = hash;
            return reply;
        };
    }
    static std::string issuer(int number) { return "Corp Issuing CA " + std::to_string(number); }
};

TEST_CASE("archival: the key is encrypted to the CA that is asked", "[pulse][I12][archival]") {
    ArchivalWorld world;
    world.ca.authorities[kCa1] = world.archives(1, hash_of_archived(exchange_of(1)));
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(world.ca.exchanges == std::vector<Bytes>{exchange_of(1)});
    CHECK(world.keys.requests.at(0).archival == KeyArchival::once);
}

TEST_CASE("archival: the next CA gets a request of its own for the same key",
          "[pulse][next-ca][archival]") {
    ArchivalWorld world;
    world.ca.authorities[kCa2] = world.archives(2, hash_of_archived(exchange_of(2)));
    SECTION("when the first refuses") {
        world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::failed, 0x8009400A);
        const PulseReport report = world.pulse();
        CHECK(report.enrolled.size() == 1);
        CHECK(world.ca.exchanges == std::vector<Bytes>{exchange_of(1), exchange_of(2)});
        CHECK(world.ca.asked == std::vector<std::string>{kCa1, kCa2});
    }
    SECTION("when the first has no exchange certificate") {
        world.ca.exchange.at(kCa1) = fail(hresult(0x80094004), "read property 15");
        const PulseReport report = world.pulse();
        CHECK(report.enrolled.size() == 1);
        CHECK(world.ca.asked == std::vector<std::string>{kCa2});
        CHECK_THAT(world.event("CE 17"), Catch::Contains("get its exchange certificate"));
    }
    SECTION("when the first one's exchange certificate is somebody else's") {
        world.ca.exchange.at(kCa1) = ExchangeCertificate{exchange_of(2), {}};
        const PulseReport report = world.pulse();
        CHECK(report.enrolled.size() == 1);
        CHECK(world.ca.asked == std::vector<std::string>{kCa2});
        CHECK(world.ca.exchanges == std::vector<Bytes>{exchange_of(2)});
        CHECK_THAT(world.event("CE 17"), Catch::Contains("archive the key"));
    }
    CHECK(world.keys.requests.size() == 1);
}

TEST_CASE("archival: a CA that does not say what it archived has archived nothing",
          "[pulse][I12][archival]") {
    ArchivalWorld world;
    world.ca.authorities[kCa1] = world.archives(1, {});
    const PulseReport report = world.pulse();
    CHECK(report.enrolled.empty());
    REQUIRE(report.failures.size() == 1);
    CHECK_THAT(report.failures[0].sentence(),
               Catch::Contains("check I12") && Catch::Contains("0x80095002"));
    CHECK(world.store.my.empty());
}

TEST_CASE("archival: what a later answer must repeat waits in REQUEST",
          "[pulse][I12][N1][archival]") {
    ArchivalWorld world;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::pending, 0);
    CHECK(world.pulse().ok());
    REQUIRE(world.store.requests.size() == 1);
    CHECK(world.store.requests[0].archived_key_hash == hash_of_archived(exchange_of(1)));

    const Bytes key = fake_public_key(world.store.requests[0].key_reference);
    SECTION("and the same hash comes") {
        world.ca.pending[kCa1] = [&, key](const Bytes&) {
            return world.archives(1, hash_of_archived(exchange_of(1)))(key);
        };
        const PulseReport report = world.pulse();
        CHECK(report.enrolled.size() == 1);
    }
    SECTION("and another hash comes") {
        world.ca.pending[kCa1] = [&, key](const Bytes&) {
            return world.archives(1, Bytes{1})(key);
        };
        const PulseReport report = world.pulse();
        CHECK(report.enrolled.empty());
        CHECK_THAT(report.failures.at(0).sentence(), Catch::Contains("0x80095004"));
        CHECK(world.store.requests.size() == 1);  // it may heal
    }
}

}  // namespace
}  // namespace ae::engine
