// Which CA exchange certificate a private key may be encrypted to.
#include "engine/exchange_check.h"

#include "engine/base/hresult_table.h"
#include "tests/support/builders.h"
#include "tests/support/fake_ports.h"

#include <functional>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

constexpr const char* kCaExchange = "1.3.6.1.4.1.311.21.5";
const std::string kIssuer = "Corp Issuing CA 1";

struct World {
    EnrollmentService ca = service(1, {"T"});
    Anchors anchors{{root_certificate()}, {}};
    FakeChainChecker chains{};
    FakeCrypto crypto{};
    CertificateSpec spec{.subject = kIssuer + "-Xchg",
                         .issuer = kIssuer,
                         .subject_key = fake_public_key("exchange"),
                         .issuer_key = ca_key(kIssuer),
                         .not_before = kNow - kDay,
                         .not_after = kNow + 6 * kDay,
                         .usages = {kCaExchange}};
    AskForCertificates own_certificates{};

    World() { chains.otherwise = ChainStatus{}; }

    Result<CertificateFacts> ask(Bytes octets = {}) {
        const ExchangeCertificate given{octets.empty() ? make_certificate(spec) : octets, {}};
        return check_exchange_certificate(given, {ca, anchors, kNow, own_certificates}, chains,
                                          crypto);
    }
};

TEST_CASE("a CA's exchange certificate may be used for archival",
          "[exchange][MS-WCCE:3.1.1.4.3.6]") {
    World world;
    const auto facts = world.ask();
    REQUIRE(facts);
    CHECK(facts->subject == "CN=Corp Issuing CA 1-Xchg");
    CHECK(world.chains.roots == std::vector<Bytes>{root_certificate()});
}

TEST_CASE("each fault of an exchange certificate has its own sentence and code",
          "[exchange][MS-WCCE:3.1.1.4.3.4]") {
    struct Row {
        std::function<void(World&)> spoil;
        std::uint32_t code;
        const char* sentence;
    };
    const Row row = GENERATE(values<Row>({
        {[](World& w) {
             w.spec.subject_key = der::sequence(
                 {der::sequence({der::oid("1.2.840.10045.2.1")}), der::bit_string(Bytes{4})});
         },
         0x80070032,
         "the CA exchange certificate has a key of algorithm 1.2.840.10045.2.1, not RSA"},
        {[](World& w) { w.spec.usages = {"1.3.6.1.4.1.311.21.36"}; }, 0x800B0110,
         "the CA exchange certificate is not meant for key archival"},
        {[](World& w) { w.spec.usages.clear(); }, 0x800B0110,
         "the CA exchange certificate is not meant for key archival"},
        {[](World& w) { w.spec.not_before = kNow + std::chrono::minutes(10) + Seconds(1); },
         0x800B0101, "the CA exchange certificate is not valid before 2026-11-21T12:10:01Z"},
        {[](World& w) { w.spec.not_after = kNow; }, 0x800B0101,
         "the CA exchange certificate expired at 2026-11-21T12:00:00Z"},
        {[](World& w) {
             w.chains.otherwise = ChainStatus{ChainState::untrusted, "x", {}};
         },
         0x800B0109, "the CA exchange certificate does not chain to a trusted root: x"},
        {[](World& w) {
             w.chains.otherwise = ChainStatus{ChainState::revoked, "x", {}};
         },
         0x800B010C, "the CA exchange certificate does not chain to a trusted root: x"},
        {[](World& w) {
             w.chains.otherwise = ChainStatus{ChainState::valid, "", hresult(0x80092003)};
         },
         0x80092003, "whether the CA exchange certificate is revoked cannot be told"},
        {[](World& w) { w.spec.issuer = "Corp Issuing CA 2"; }, 0x8007000D,
         "the CA exchange certificate comes from CN=Corp Issuing CA 2, and not from "
         "ca1.corp.example.test\\Corp Issuing CA 1"},
        {[](World& w) { w.spec.issuer_key = fake_public_key("impostor"); }, 0x8007000D,
         "the CA exchange certificate comes from CN=Corp Issuing CA 1, and not from "
         "ca1.corp.example.test\\Corp Issuing CA 1"},
    }));
    World world;
    row.spoil(world);
    const auto facts = world.ask();
    REQUIRE_FALSE(facts);
    CHECK(value_of(facts.error().code) == row.code);
    CHECK(facts.error().context == row.sentence);
}

TEST_CASE("octets that are no certificate are no exchange certificate", "[exchange][hostile]") {
    World world;
    const auto facts = world.ask({0x30, 0x00});
    REQUIRE_FALSE(facts);
    CHECK(facts.error().code == kInvalidData);
    CHECK_THAT(facts.error().context, Catch::StartsWith("the CA exchange certificate: "));
}

TEST_CASE("at the edge an exchange certificate may be used", "[exchange]") {
    World world;
    const auto change = GENERATE(values<std::function<void(World&)>>({
        [](World& w) { w.spec.not_before = kNow + std::chrono::minutes(10); },
        [](World& w) { w.spec.not_after = kNow + Seconds(1); },
        [](World& w) {  // no CRL to look at: believed, as the CA itself is ("choice 3")
            w.chains.otherwise = ChainStatus{ChainState::valid, "", hresult(0x80092012)};
        },
        [](World& w) {
            w.chains.otherwise = ChainStatus{ChainState::valid, "", hresult(0x80092013)};
        },
        [](World& w) { w.spec.usages.insert(w.spec.usages.begin(), "1.3.6.1.5.5.7.3.2"); },
    }));
    change(world);
    CHECK(world.ask());
}

TEST_CASE("the exchange certificate of a CA that renewed its own is accepted as its answers are",
          "[exchange][I8]") {
    World world;
    world.spec.issuer_key = fake_public_key("renewed");
    CHECK_FALSE(world.ask());
    world.own_certificates = [] {
        return std::vector<Bytes>{make_certificate({.subject = kIssuer,
                                                    .issuer = "Corp Root CA",
                                                    .subject_key = fake_public_key("renewed"),
                                                    .issuer_key = ca_key("Corp Root CA"),
                                                    .not_before = kNow - kDay,
                                                    .not_after = kNow + 4000 * kDay,
                                                    .is_ca = true,
                                                    .serial = 9})};
    };
    CHECK(world.ask());
}

}  // namespace
}  // namespace ae::engine
