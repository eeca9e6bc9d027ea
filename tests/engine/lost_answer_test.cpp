// Rules W7, W10, N11: what became of a request whose answer was lost.
#include "engine/lost_answer.h"

#include "tests/support/pulse_world.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using Numbers = std::vector<std::string>;

constexpr Seconds kSecond{1};

PendingRequest unanswered(const Template& of, Time submitted = kNow - kDay) {
    PendingRequest entry = pending_since(of, submitted);
    entry.request_id.reset();
    return entry;
}

PublishedCertificate published(const Template& of, const std::string& key,
                               const std::string& thumbprint) {
    PublishedCertificate one;
    one.facts = held(of).facts;
    one.facts.public_key_info = fake_public_key(key);
    one.thumbprint = thumbprint;
    return one;
}

TEST_CASE("which published certificates may be the answer", "[lost-answer][W10]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t, autoenrolled("Other")});
    world.published = {published(t, "ours", "aa")};
    PendingRequest entry = unanswered(t);
    const auto found = [&] { return possible_answers(entry, world).size(); };
    CHECK(found() == 1);
    SECTION("the template's name compares without case") {
        entry.template_name = "t";
        CHECK(found() == 1);
    }
    SECTION("of another template") {
        world.published = {published(world.templates[1], "ours", "aa")};
        CHECK(found() == 0);
    }
    SECTION("of no template of the forest") {
        world.published = {published(autoenrolled("Gone"), "ours", "aa")};
        CHECK(found() == 0);
    }
    SECTION("until its last second") {
        world.published[0].facts.not_after = kNow + kSecond;
        CHECK(found() == 1);
        world.published[0].facts.not_after = kNow;
        CHECK(found() == 0);
    }
    SECTION("what MY holds is nobody's lost answer") {
        world.my = {held(t)};
        world.my[0].thumbprint = "aa";
        CHECK(found() == 0);
    }
    SECTION("a renewal with the same key: newer than what it replaces") {
        world.my = {held(t)};
        entry.predecessor = world.my[0].thumbprint;
        CHECK(found() == 0);
        world.published[0].facts.not_before += kSecond;
        CHECK(found() == 1);
    }
    SECTION("a renewal of what is gone: nothing tells an older one from the answer") {
        entry.predecessor = "gone";
        CHECK(found() == 0);
    }
}

TEST_CASE("the newest certificate for the entry's key is the answer", "[lost-answer][W10]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    const PendingRequest entry = unanswered(t);
    const Bytes key = fake_public_key("ours");
    CHECK(find_answer(entry, key, world) == nullptr);
    world.published = {published(t, "another", "aa")};
    CHECK(find_answer(entry, key, world) == nullptr);
    world.published = {published(t, "another", "aa"), published(t, "ours", "bb"),
                       published(t, "ours", "cc"), published(t, "ours", "dd")};
    world.published[2].facts.not_before += kDay;
    REQUIRE(find_answer(entry, key, world) != nullptr);
    CHECK(find_answer(entry, key, world)->thumbprint == "cc");
}

TEST_CASE("the CA of an answer is known by its name", "[lost-answer][W10]") {
    const Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    offer(world, {service(1, {"T"}), service(2, {"T"})});
    PendingRequest entry = unanswered(t);
    const auto issuer = [&](const std::string& name) {
        const auto facts = parse_certificate(make_certificate({.issuer = name,
                                                               .subject_key = fake_public_key("k"),
                                                               .issuer_key = ca_key(name),
                                                               .not_before = kNow,
                                                               .not_after = kNow + kDay}));
        const EnrollmentService* ca = issuer_of(*facts, entry, world);
        return ca == nullptr ? "none" : ca->ref().config();
    };
    CHECK(issuer("Corp Issuing CA 1") == kCa1);
    // An earlier attempt with the same key went there.
    CHECK(issuer("Corp Issuing CA 2") == kCa2);
    CHECK(issuer("Corp Issuing CA 3") == "none");
    SECTION("two services with one certificate: the one that was asked") {
        world.services[1].certificates = world.services[0].certificates;
        CHECK(issuer("Corp Issuing CA 1") == kCa1);
        entry.ca = world.services[1].ref();
        CHECK(issuer("Corp Issuing CA 1") == kCa2);
    }
    SECTION("what is no certificate names nobody") {
        world.services[0].certificates = {Bytes{1, 2, 3}};
        CHECK(issuer("Corp Issuing CA 1") == "none");
    }
}

TEST_CASE("what people read about it", "[lost-answer][W7]") {
    const PendingRequest entry = unanswered(autoenrolled("T"));
    CHECK(unanswered_text(entry) == "sent to " + kCa1 + " at 2026-11-20T12:00:00Z, answer unknown");
    CHECK(surplus_text(entry) ==
          "the answer of " + kCa1 +
              " to the request of 2026-11-20T12:00:00Z was lost: it may have issued one "
              "certificate that nobody holds");
}

TEST_CASE("what a pulse does with an entry whose answer was lost", "[lost-answer][W7][W10][N11]") {
    const Template t = autoenrolled("T");
    struct Row {
        const char* what;
        std::function<void(Snapshot&)> change;
        Verdict verdict;
        const char* rule;
        const char* fact;
        std::vector<std::string> actions;
    };
    const auto publish = [](Snapshot& world) {
        world.published = {published(world.templates[0], "ours", "aa")};
    };
    const auto age = [](Snapshot& world, Seconds more) {
        world.pending[0].submitted = kNow - 60 * kDay - more;
    };
    const Row row = GENERATE_COPY(values<Row>({
        {"nothing is published",
         [](Snapshot&) {},
         Verdict::left_alone,
         "W7",
         "at 2026-11-20T12:00:00Z, answer unknown; its key is used again",
         {}},
        {"something is",
         publish,
         Verdict::retrieve,
         "W10",
         "answer unknown; its key is compared with 1 certificate(s) that the directory publishes",
         {"retrieve pending-key"}},
        {"under any bit of AEPolicy",
         [&](Snapshot& world) {
             publish(world);
             world.policy = policy_of(4);
         },
         Verdict::retrieve,
         "W10",
         "answer unknown",
         {"retrieve pending-key"}},
        {"and under none",
         [&](Snapshot& world) {
             publish(world);
             world.policy = policy_of(0);
         },
         Verdict::left_alone,
         "W7",
         "answer unknown",
         {}},
        {"60 days old",
         [&](Snapshot& world) { age(world, {}); },
         Verdict::left_alone,
         "W7",
         "answer unknown",
         {}},
        {"older",
         [&](Snapshot& world) { age(world, kSecond); },
         Verdict::forget,
         "N11",
         "answer unknown, older than 60 days, and the directory publishes nothing for it",
         {"forget pending-key"}},
        {"older, and something is published: it is looked at before it is dropped",
         [&](Snapshot& world) {
             publish(world);
             age(world, kSecond);
         },
         Verdict::retrieve,
         "W10",
         "answer unknown",
         {"retrieve pending-key"}},
        {"older, and nobody knows what is published",
         [&](Snapshot& world) {
             world.account.user_certificates_problem = "insufficient rights";
             age(world, kSecond);
         },
         Verdict::left_alone,
         "W7",
         "userCertificate, where it might stand, cannot be read: insufficient rights",
         {}},
        {"autoenrollment is disabled",
         [&](Snapshot& world) {
             publish(world);
             world.policy = policy_of(0x8000);
         },
         Verdict::left_alone,
         "A1",
         "disabled",
         {}},
    }));
    INFO(row.what);
    Snapshot world = world_of({t});
    world.my = {held(t)};
    world.pending = {unanswered(t)};
    row.change(world);
    const Plan plan = plan_requests(world);
    CHECK(actions_of(plan) == row.actions);
    REQUIRE(plan.decisions.size() == 1);
    CHECK(plan.decisions[0].verdict == row.verdict);
    CHECK(plan.decisions[0].rule == row.rule);
    CHECK_THAT(plan.decisions[0].fact, Catch::Contains(row.fact));
    if (row.verdict == Verdict::retrieve) {
        CHECK(plan.actions[0].cas.empty());  // no CA is asked
    }
}

// The answer of the last pulse was lost; what the CA issued may stand in userCertificate.
struct Lost : PulseWorld {
    PendingRequest entry{};

    explicit Lost(Template t = autoenrolled("CorpMachine")) : PulseWorld({std::move(t)}) {
        entry = unanswered(replica().templates[0]);
        store.requests = {entry};
        keys.keys["pending-key"] = KeyAlgorithm::rsa;
    }
    void publish(const std::string& key = "pending-key", int ca_number = 1) {
        CertificateSpec spec = leaf_spec(ca_number, fake_public_key(key));
        spec.not_before -= std::chrono::hours(1);
        directory.account->value().user_certificates = {make_certificate(spec)};
    }
    [[nodiscard]] static Decision request(const PulseReport& report) {
        for (const Decision& one : report.decisions) {
            if (one.about == About::request) {
                return one;
            }
        }
        return {};
    }
};

TEST_CASE("a published certificate for the key is installed, and no CA is asked", "[pulse][W10]") {
    Lost world;
    world.publish();
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.asked.empty());
    CHECK(world.ca.retrieved.empty());
    REQUIRE(world.store.installed.size() == 1);
    const NewCertificate& entry = world.store.installed[0];
    CHECK(entry.key_reference == "pending-key");
    CHECK(entry.template_name == "CorpMachine");
    CHECK(entry.template_oid == oid_of("CorpMachine"));
    CHECK(entry.ca.config() == kCa1);
    CHECK(entry.request_id == 0);  // nobody knows it
    CHECK(entry.installed == kNow);
    CHECK(entry.chain == std::vector<Bytes>{ca_certificate("Corp Issuing CA 1")});
    CHECK(world.store.requests.empty());
    CHECK(world.keys.requests.empty());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].request_id == 0);
    CHECK(world.numbers() == Numbers{"AE 2", "AE 4", "CE 19", "AE 5", "AE 3"});
    CHECK_THAT(world.event("CE 19"), Catch::Contains("request unknown") && Catch::Contains(kCa1));
    const Decision decided = Lost::request(report);
    CHECK(decided.verdict == Verdict::issued);
    CHECK(decided.rule == "W10");
    CHECK(decided.fact ==
          "found in the directory: the answer to the request of 2026-11-20T12:00:00Z was lost; "
          "issued by " +
              kCa1 + "; valid until 2027-11-21T12:00:00Z");
    CHECK(report.notes == std::vector<std::string>{"template CorpMachine: " + decided.fact});
    CHECK(report.decisions.at(0).verdict == Verdict::held);
    CHECK(report.decisions.at(0).rule == "D1");
    CHECK(world.memory.memory.issued.empty());  // the brake counts what was asked for
}

TEST_CASE("it is found although userCertificate keeps the template off the list",
          "[pulse][W10][D4]") {
    Template t = autoenrolled("CorpMachine");
    t.enrollment_flags |= enrollment_flag::kCheckUserDsCertificate;
    Lost world(t);
    world.publish();
    CHECK(world.pulse().enrolled.size() == 1);
    CHECK(world.store.requests.empty());
}

TEST_CASE("the answer of a CA that an earlier attempt went to is the answer, too", "[pulse][W10]") {
    Lost world;
    world.with_two_cas();
    world.publish("pending-key", 2);
    CHECK(world.pulse().ok());
    CHECK(world.store.installed.at(0).ca.config() == kCa2);
}

TEST_CASE("nothing published: asked anew with the same key, and the surplus is on record",
          "[pulse][W7][W10]") {
    Lost world;
    SECTION("nothing at all") {}
    SECTION("a certificate for another key") { world.publish("another"); }
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
    CHECK(world.keys.requests.empty());
    CHECK(world.store.installed.at(0).key_reference == "pending-key");
    CHECK(world.store.requests.empty());
    const std::string surplus = "the answer of " + kCa1 +
                                " to the request of 2026-11-20T12:00:00Z was lost: it may have "
                                "issued one certificate that nobody holds";
    CHECK(report.decisions.at(0).verdict == Verdict::issued);
    CHECK(report.decisions.at(0).fact ==
          "request 17 at " + kCa1 + "; valid until 2027-11-21T12:00:00Z; " + surplus);
    CHECK(report.notes == std::vector<std::string>{"template CorpMachine: " + surplus +
                                                   "; asks anew with the same key"});
    const Decision decided = Lost::request(report);
    CHECK(decided.verdict == Verdict::left_alone);
    CHECK(decided.rule == "W7");
    CHECK_THAT(decided.fact,
               Catch::StartsWith("sent to " + kCa1 + " at 2026-11-20T12:00:00Z, answer unknown; "));
}

TEST_CASE("what is published and cannot be used is named, and the CA is asked anew",
          "[pulse][W10][I7][I8]") {
    Lost world;
    world.publish();
    std::string said;
    SECTION("its chain does not hold") {
        world.chains.answers[world.directory.account->value().user_certificates[0]] = {
            ChainState::revoked, "it is revoked", {}};
        said = "cannot be used: check I7";
    }
    SECTION("its CA is none of the forest's") {
        world.publish("pending-key", 3);
        said = "is of no CA that the directory lists";
    }
    SECTION("its key cannot be opened") {
        world.keys.keys.clear();
        said = "its key cannot be opened";
    }
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(report.enrolled.size() == 1);
    CHECK(world.ca.asked == std::vector<std::string>{kCa1});
    CHECK(Lost::request(report).verdict == Verdict::left_alone);
    CHECK_THAT(Lost::request(report).fact, Catch::Contains(said));
}

TEST_CASE("a found certificate that cannot be installed waits for the next pulse",
          "[pulse][W10][W6]") {
    Lost world;
    world.policy.answer = policy_of(4);
    world.publish();
    world.store.install_error = Error{kDiskFull, "write cert.pem", {}};
    const PulseReport report = world.pulse();
    CHECK_FALSE(report.ok());
    CHECK(Lost::request(report).verdict == Verdict::failed);
    CHECK(world.store.requests.size() == 1);
    CHECK(world.keys.keys.contains("pending-key"));
    CHECK(report.enrolled.empty());

    world.store.install_error.reset();
    CHECK(world.pulse().enrolled.size() == 1);
}

TEST_CASE("a renewal that is found replaces its predecessor", "[pulse][W10][X1]") {
    Lost world;
    const HeldCertificate old = world.hold(changed(held(world.replica().templates[0]), [](auto& h) {
        h.facts.not_after = kNow + 40 * kDay;
        h.facts.not_before = h.facts.not_after - 365 * kDay;
    }));
    world.store.requests[0].predecessor = old.thumbprint;
    world.publish();
    const PulseReport report = world.pulse();
    CHECK(world.ca.asked.empty());
    REQUIRE(report.enrolled.size() == 1);
    CHECK(report.enrolled[0].replaced == old.thumbprint);
    CHECK(world.store.installed.at(0).predecessor == old.thumbprint);
    CHECK(world.store.archived == std::vector<std::string>{old.thumbprint});
    CHECK_THAT(world.event("CE 20"), Catch::Contains("request unknown"));
}

TEST_CASE("too old and nothing published: the entry and its key go, and a new key is made",
          "[pulse][N11][X4]") {
    Lost world;
    world.store.requests[0].submitted = kNow - 60 * kDay - kSecond;
    SECTION("nothing at all") {}
    SECTION("nothing for its key") { world.publish("another"); }
    const PulseReport report = world.pulse();
    CHECK(report.ok());
    CHECK(Lost::request(report).verdict == Verdict::forgotten);
    CHECK(Lost::request(report).rule == "N11");
    CHECK_FALSE(world.keys.keys.contains("pending-key"));
    CHECK(world.keys.requests.size() == 1);
    CHECK(world.store.installed.at(0).key_reference == "key 1");
    CHECK(world.store.requests.empty());
}

TEST_CASE("an old entry that cannot be dropped is a failure", "[pulse][N11]") {
    Lost world;
    world.policy.answer = policy_of(4);
    world.publish("another");
    world.store.requests[0].submitted = kNow - 60 * kDay - kSecond;
    world.store.drop_error = Error{kWriteProtected, "unlink entry.json", {}};
    const PulseReport report = world.pulse();
    CHECK_FALSE(report.ok());
    CHECK(Lost::request(report).verdict == Verdict::failed);
    CHECK(world.keys.keys.contains("pending-key"));
}

TEST_CASE("an attempt that was answered leaves the entry of the one that was not", "[pulse][W7]") {
    Lost world;
    world.with_two_cas();
    for (const std::string& ca : {kCa1, kCa2}) {
        world.ca.authorities[ca] = PulseWorld::answers(Disposition::denied, 0x80094800);
    }
    CHECK_FALSE(world.pulse().ok());
    CHECK(world.ca.asked.size() == 2);
    REQUIRE(world.store.requests.size() == 1);
    CHECK(world.store.requests[0].ca == world.entry.ca);
    CHECK(world.store.requests[0].submitted == world.entry.submitted);
    CHECK(world.keys.keys.contains("pending-key"));
}

TEST_CASE("a second lost answer is the one that is spoken of from then on", "[pulse][W7]") {
    Lost world;
    world.ca.authorities[kCa1] = PulseWorld::unreachable(0x800706BE);
    CHECK_FALSE(world.pulse().ok());
    REQUIRE(world.store.requests.size() == 1);
    CHECK(world.store.requests[0].submitted == kNow);
    CHECK(world.store.requests[0].key_reference == "pending-key");
}

}  // namespace
}  // namespace ae::engine
