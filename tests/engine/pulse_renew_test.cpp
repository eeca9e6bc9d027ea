// Renewals: rules Q3, Q6, E6, X1, W6, W7, Q15 in a pulse.
#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Numbers = std::vector<std::string>;

// One template, and a certificate of it whose window is open.
struct Renewing : PulseWorld {
    HeldCertificate old{};

    explicit Renewing(const Template& t = autoenrolled("CorpMachine")) : PulseWorld({t}) {
        old = hold(changed(held(t), [](HeldCertificate& h) {
            h.facts.not_after = kNow + 40 * kDay;
            h.facts.not_before = h.facts.not_after - 365 * kDay;
        }));
        AutoenrollPolicy silent = policy_of(7);
        silent.warn_percent = 1;
        policy.answer = silent;
    }
    [[nodiscard]] std::string name() const { return old.thumbprint.substr(0, 8); }
};

Template same_key() {
    return changed(autoenrolled("CorpMachine"),
                   [](Template& t) { t.private_key_flags = private_key_flag::kSameKeyRenewal; });
}

TEST_CASE(
    "a predecessor whose key only agrees on keys cannot sign: a new request, and the rest of a "
    "renewal",
    "[pulse][Q3][WCCE 2.2.2.6.5]") {
    Renewing world;
    world.keys.held_keys_sign = false;
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.predecessors.empty());
    CHECK(world.store.archived == std::vector<std::string>{world.old.thumbprint});
    CHECK_THAT(report.decisions.at(0).fact, Catch::Contains("does not sign; asked anew instead"));
}

TEST_CASE("a certificate is renewed and its predecessor archived", "[pulse][Q3][X1]") {
    Renewing world;
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].replaced == world.old.thumbprint);
    CHECK(report.enrolled[0].request_id == 17);
    CHECK(world.ca.predecessors == std::vector<Bytes>{world.old.facts.der});
    CHECK(world.store.installed.at(0).predecessor == world.old.thumbprint);
    CHECK(world.ca.authorities_used.empty());
    CHECK(world.keys.requests.size() == 1);
    CHECK(world.keys.reused.empty());
    CHECK(world.store.archived == std::vector<std::string>{world.old.thumbprint});
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 20", "CE 10", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 10"), Catch::EndsWith(": " + world.name() + " archived."));
    REQUIRE(report.decisions.size() == 2);
    CHECK(report.decisions[0].verdict == Verdict::issued);
    CHECK(report.decisions[0].rule == "Q3");
    CHECK(report.decisions[0].remedy.empty());
    CHECK(report.decisions[1].verdict == Verdict::archived);
    CHECK(report.decisions[1].fact == "renewed or enrolled anew");
    REQUIRE(world.memory.memory.issued.size() == 1);
    CHECK(world.memory.memory.issued[0].reason == "Q3");

    CHECK(world.pulse().decisions.at(0).verdict == Verdict::held);
    CHECK(world.ca.asked.empty());
}

TEST_CASE("flag 0x400 deletes a predecessor that only signed", "[pulse][X1]") {
    Template t = autoenrolled("CorpMachine");
    t.enrollment_flags |= enrollment_flag::kRemoveInvalidCertificate;
    Renewing world(t);
    world.store.my[0].facts.key_usage = {0x80};
    const PulseReport report = world.pulse();
    CHECK(world.store.removed == std::vector<std::string>{world.old.thumbprint});
    CHECK(world.store.archived.empty());
    CHECK_THAT(world.event("CE 10"), Catch::EndsWith(": " + world.name() + " deleted."));
    CHECK(report.decisions.at(1).verdict == Verdict::removed);
}

TEST_CASE("a renewal with the same key makes no new one", "[pulse][Q3][X4]") {
    Renewing world(same_key());
    // What reuse() hands out belongs to REQUEST; the certificate is for the same key.
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.keys.reused == std::vector<std::string>{world.old.thumbprint});
    CHECK(world.keys.requests.empty());
    CHECK(world.store.installed.at(0).key_reference == "key of " + world.old.thumbprint);
}

TEST_CASE("a same-key renewal whose key cannot be had asks no CA", "[pulse][Q3]") {
    Renewing world(same_key());
    world.keys.held.clear();
    const PulseReport report = world.pulse();
    CHECK_FALSE(report.ok());
    CHECK(world.ca.asked.empty());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 45", "AE 5", "AE 3"});
    CHECK_THAT(report.failures.at(0).sentence(),
               Catch::StartsWith("machine pulse: renew CorpMachine: open the key that signs"));
}

TEST_CASE("a denied same-key renewal keeps the live key", "[pulse][X4]") {
    Renewing world(same_key());
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x80094012);
    world.keys.erase_error = Error{kBusy, "a certificate uses it", {}};
    const PulseReport report = world.pulse();
    CHECK(report.failures.size() == 1);  // the denial alone: a busy key is no orphan
    CHECK(world.store.requests.empty());
    CHECK(world.store.my.size() == 1);
    CHECK(world.store.archived.empty());
}

TEST_CASE("a renewal that fails says so with the events of renewals", "[pulse][next-ca]") {
    Renewing world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::unreachable();
    world.ca.authorities[kCa2] = PulseWorld::answers(Disposition::denied, 0x80094012);
    const PulseReport report = world.pulse();
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 18", "CE 18", "CE 16", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 16"), Catch::Contains(kCa2) && Catch::Contains("request 17") &&
                                         Catch::Contains("0x80094012"));
    CHECK(report.decisions.at(0).verdict == Verdict::failed);
    CHECK(report.decisions.at(1).verdict == Verdict::renew);  // nothing became of it
    CHECK(world.store.archived.empty());
    CHECK(world.store.my.size() == 1);
    CHECK(world.keys.keys.empty());
    CHECK_THAT(report.failures.at(0).sentence(),
               Catch::StartsWith("machine pulse: renew CorpMachine: submit to " + kCa2));
}

TEST_CASE("a renewal that has to be approved remembers what it replaces", "[pulse][Q3][N1]") {
    Renewing world;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::pending, 0);
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 22", "AE 5", "AE 3"});
    REQUIRE(world.store.requests.size() == 1);
    CHECK(world.store.requests[0].predecessor == world.old.thumbprint);
    CHECK(world.store.requests[0].request_id == 17);
    CHECK(report.decisions.at(0).verdict == Verdict::pending);
    CHECK_FALSE(report.decisions.at(0).remedy.empty());
    CHECK(world.store.archived.empty());

    // The next pulse fetches it: only now the old one goes.
    world.ca.pending[kCa1] = [&](const Bytes&) {
        return world.issues(1)(fake_public_key("key 1"));
    };
    const PulseReport second = world.pulse();
    CHECK(second.ok());
    REQUIRE(second.enrolled.size() == 1);
    CHECK(second.enrolled[0].replaced == world.old.thumbprint);
    CHECK(world.store.archived == std::vector<std::string>{world.old.thumbprint});
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 14", "CE 10", "AE 5", "AE 3"});
}

TEST_CASE("a lost answer to a renewal: no second CA, nothing archived, the key stays",
          "[pulse][W7]") {
    Renewing world;
    world.with_two_cas();
    world.ca.authorities[kCa1] = PulseWorld::unreachable(0x800706BE);
    const PulseReport report = world.pulse();
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 16", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 16"), Catch::Contains("request unknown"));
    CHECK(world.store.archived.empty());
    CHECK(world.keys.keys.contains("key 1"));
    REQUIRE(world.store.requests.size() == 1);
    CHECK_FALSE(world.store.requests[0].request_id);
    CHECK(world.store.requests[0].predecessor == world.old.thumbprint);
    CHECK(report.failures.size() == 1);

    world.ca.authorities[kCa1] = world.issues(1);
    CHECK(world.pulse().ok());
    CHECK(world.keys.requests.size() == 1);
    CHECK(world.store.archived == std::vector<std::string>{world.old.thumbprint});
}

TEST_CASE("an answer that cannot be installed archives nothing", "[pulse][X1][W6]") {
    Renewing world;
    world.store.install_error = Error{kDiskFull, "write cert.pem", {}};
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.store.archived.empty());
    CHECK(world.store.my.size() == 1);
}

TEST_CASE("the request carries the signature of an own certificate", "[pulse][E6]") {
    Template t = autoenrolled("CorpMachine");
    t.ra_signatures = 1;
    t.ra_application_policies = {"1.3.6.1.4.1.311.20.2.1"};
    PulseWorld world({t});
    world.options.abilities.signing = true;
    const HeldCertificate agent =
        world.hold(changed(held(autoenrolled("Agent")), [](HeldCertificate& h) {
            h.facts.extended_key_usages = {"1.3.6.1.4.1.311.20.2.1"};
        }));
    CHECK(world.pulse().ok());
    CHECK(world.ca.authorities_used == std::vector<Bytes>{agent.facts.der});
    CHECK(world.ca.predecessors.empty());
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"});

    PulseWorld lost({t});
    lost.options.abilities.signing = true;
    lost.store.my = {agent};
    CHECK_FALSE(lost.pulse().ok());
    CHECK(lost.ca.asked.empty());
    CHECK(lost.keys.requests.empty());
}

TEST_CASE("each lineage of a template is renewed in one pulse", "[pulse][Q15]") {
    Template t = autoenrolled("WebServer");
    t.name_flags = name_flag::kEnrolleeSuppliesSubject | name_flag::kOldCertificateSuppliesNames;
    PulseWorld world({t});
    for (const char* name : {"a", "b"}) {
        world.hold(changed(held(t), [&](HeldCertificate& h) {
            h.thumbprint = std::string(8, *name) + "-thumbprint";
            h.facts.der = Bytes(as_bytes(name).begin(), as_bytes(name).end());
            h.facts.subject = name;
            h.facts.subject_der = h.facts.der;
            h.facts.not_after = kNow + kDay;
        }));
    }
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 2);
    CHECK(world.ca.predecessors.size() == 2);
    CHECK(world.store.archived ==
          std::vector<std::string>{"aaaaaaaa-thumbprint", "bbbbbbbb-thumbprint"});
    CHECK(world.keys.requests.size() == 2);
    CHECK_THAT(world.event("CE 10"), Catch::EndsWith(": aaaaaaaa archived, bbbbbbbb archived."));
    CHECK(world.memory.memory.issued.size() == 2);
    CHECK(world.memory.memory.issued[0].reason != world.memory.memory.issued[1].reason);
}

// A CA that refuses renewals with `code` and issues what is asked for anew.
FakeCaClient::Behaviour no_renewals(Renewing& world, std::uint32_t code) {
    return [&world, code](const Bytes& key) {
        const bool renewal = world.ca.built_for_renewal.back();
        return renewal ? PulseWorld::answers(Disposition::denied, code, "No.")(key)
                       : world.issues(1)(key);
    };
}

TEST_CASE("a CA that does not take the renewal is asked anew, once", "[pulse][next-ca]") {
    const std::uint32_t code = GENERATE(0x8009400EU, 0x80094816U);
    Renewing world;
    world.ca.authorities[kCa1] = no_renewals(world, code);
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.built_for_renewal == std::vector<bool>{true, false});
    CHECK(world.ca.asked == std::vector<std::string>{kCa1, kCa1});
    CHECK(world.keys.requests.size() == 1);  // the same key
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].replaced == world.old.thumbprint);
    CHECK(world.store.archived == std::vector<std::string>{world.old.thumbprint});
    CHECK_THAT(report.decisions[0].fact,
               Catch::Contains("; the renewal was refused with CERTSRV_E_") &&
                   Catch::EndsWith("; asked anew instead"));
    REQUIRE(report.notes.size() == 1);
    CHECK_THAT(report.notes[0], Catch::Contains(kCa1) && Catch::Contains("(\"No.\")"));
    CHECK(world.memory.memory.refusals.empty());
}

TEST_CASE("a second refusal is final", "[pulse][next-ca][back-off]") {
    Renewing world;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x8009400E);
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked == std::vector<std::string>{kCa1, kCa1});
    CHECK(world.memory.memory.refusals.size() == 1);
}

TEST_CASE("names that only the old certificate supplies: nothing is asked anew",
          "[pulse][next-ca][E7]") {
    Renewing world(changed(autoenrolled("CorpMachine"), [](Template& t) {
        t.name_flags =
            name_flag::kEnrolleeSuppliesSubject | name_flag::kOldCertificateSuppliesNames;
    }));
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x8009400E);
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
}

TEST_CASE("a new request that is refused so is no renewal", "[pulse][next-ca]") {
    PulseWorld world;
    world.ca.authorities[kCa1] = PulseWorld::answers(Disposition::denied, 0x8009400E);
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
}

}  // namespace
}  // namespace ae::engine
