#include "service/control/control_words.h"
#include "service/status_parts.h"
#include "tests/service/status_fixture.h"

#include <functional>

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using namespace std::chrono_literals;
using engine::Outcome;

using Spoil = std::function<void(ContextStatus&)>;

ContextStatus spoilt(const Spoil& spoil) {
    ContextStatus status = healthy();
    spoil(status);
    return status;
}

Health state_after(const Spoil& spoil) { return health_of(spoilt(spoil)).health; }

engine::Memory memory_of(engine::Refusal refusal) {
    engine::Memory memory;
    memory.refusals = {std::move(refusal)};
    return memory;
}

}  // namespace

TEST_CASE("a machine of which nothing is wrong is healthy and has nothing to say", "[status]") {
    const HealthReport report = health_of(healthy());
    CHECK(report.health == Health::healthy);
    CHECK(report.reasons.empty());
}

TEST_CASE("the states are the exit codes that docs/service.md promises", "[status][exit-codes]") {
    const std::vector<std::pair<Health, std::string>> table = {
        {Health::healthy, "healthy"},         {Health::attention, "attention"},
        {Health::failing, "failing"},         {Health::disabled, "disabled"},
        {Health::not_running, "not running"}, {Health::never_ran, "never ran"}};
    for (std::size_t code = 0; code < table.size(); ++code) {
        CHECK(static_cast<std::size_t>(table[code].first) == code);
        CHECK(to_string(table[code].first) == table[code].second);
    }
}

TEST_CASE("each thing that can be wrong has its state, and a sentence that says what to do",
          "[status]") {
    struct Case {
        Health state;
        const char* sentence;
        std::string remedy;
        Spoil spoil;
    };
    const std::vector<Case> cases = {
        {Health::disabled, "AEPolicy is not set", "set it to 7",
         [](ContextStatus& s) { s.policy = {}; }},
        {Health::disabled, "AEPolicy 0 from /etc", "set it to 7 there",
         [](ContextStatus& s) { s.policy.bits = 0; }},
        {Health::disabled, "AEPolicy 0x8007 from /etc", "set it to 7 there",
         [](ContextStatus& s) { s.policy.bits = 0x8007; }},
        {Health::disabled, "AEPolicy 8 from /etc", "set it to 7 there",
         [](ContextStatus& s) { s.policy.bits = 8; }},
        {Health::not_running, "The service does not run", std::string(kControlWords.start_machine),
         [](ContextStatus& s) { s.host.reset(); }},
        {Health::not_running, "The service does not run", std::string(kControlWords.start_user),
         [](ContextStatus& s) {
             s.scope = engine::Scope::user;
             s.host.reset();
         }},
        {Health::attention, "seems to run and did not tell", "0x800705B4",
         [](ContextStatus& s) {
             s.host.reset();
             s.host_problem = "ask the service: ERROR_TIMEOUT (0x800705B4)";
         }},
        {Health::failing, "The policy cannot be read", "10.reg line 3",
         [](ContextStatus& s) { s.policy_problem = "10.reg line 3: AEPolicy is REG_SZ"; }},
        {Health::failing, "The last run (timer, 2026-11-21T11:29:00Z) failed: no CA", "(and 1 more",
         [](ContextStatus& s) {
             s.record.last->outcome = Outcome::failed;
             s.record.failures = {"no CA", "no disk"};
         }},
        {Health::failing, "ended without a report", "journalctl -t aeclient",
         [](ContextStatus& s) { s.record.last->outcome = Outcome::crashed; }},
        {Health::failing, "Certificate a9993e36 of template CorpMachine expired at",
         "aeclient plan", [](ContextStatus& s) { s.held = {held_for("CorpMachine", kNow - 1s)}; }},
        {Health::never_ran, "No run has ended yet", "aeclient pulse",
         [](ContextStatus& s) { s.record = {}; }},
        {Health::never_ran, "No run has ended yet", "aeclient pulse --user",
         [](ContextStatus& s) {
             s.scope = engine::Scope::user;
             s.record = {};
         }},
        {Health::attention, "What the last runs did is not known", "run.json",
         [](ContextStatus& s) {
             s.record = {};
             s.record_problem = "run.json: its version is not 1";
         }},
        {Health::attention, "No domain controller could be asked in the last run;", "connect to",
         [](ContextStatus& s) {
             s.record.last->outcome = Outcome::unreachable;
             s.record.last->unreachable_in_a_row = 1;
         }},
        {Health::attention, "No domain controller could be asked in the last 2 runs;", "connect to",
         [](ContextStatus& s) {
             s.record.last->outcome = Outcome::unreachable;
             s.record.last->unreachable_in_a_row = 2;
         }},
        {Health::attention, "was stopped before its end", "aeclient pulse",
         [](ContextStatus& s) { s.record.last->outcome = Outcome::stopped; }},
        {Health::attention, "A renewal that was due did not come about", "aeclient plan",
         [](ContextStatus& s) { s.record.last->at_risk = kNow + 30 * kDay; }},
        {Health::attention, "a9993e36 of template CorpMachine expires at", "aeclient plan",
         [](ContextStatus& s) { s.held = {held_for("CorpMachine", kNow + 10 * kDay)}; }},
        {Health::attention, "has lost its private key", "aeclient plan",
         [](ContextStatus& s) { s.held[0].key = engine::KeyState::gone; }},
        {Health::attention, "Request 12 for template CorpWeb waits at ca1", "issued or denied",
         [](ContextStatus& s) { s.pending = {request_since(kNow - 4 * kDay)}; }},
        {Health::attention, ", answer unknown; the CA may have issued", "aeclient plan",
         [](ContextStatus& s) {
             s.pending = {request_since(kNow - 4 * kDay)};
             s.pending[0].request_id.reset();
         }},
        {Health::attention, "does not answer since 2026-11-21T11:00:00Z", "port 135",
         [](ContextStatus& s) {
             s.cas = {{kCa1, 3, kNow - 1h, {}}};
         }},
        {Health::attention, "refuses template CorpWeb: denied", "the CA's own log",
         [](ContextStatus& s) {
             s.cas = {{kCa1, 3, {}, {"template CorpWeb: denied once"}}};
         }},
        {Health::attention, "Somebody has to agree before a certificate is requested of A, B",
         "aeclient enroll --interactive",
         [](ContextStatus& s) {
             s.record.needs_user = {"A", "B"};
         }},
        {Health::attention, "an entry of the store was left out", "left out",
         [](ContextStatus& s) { s.warnings = {"an entry of the store was left out"}; }},
    };
    for (const Case& one : cases) {
        CAPTURE(one.sentence);
        const HealthReport report = health_of(spoilt(one.spoil));
        CHECK(report.health == one.state);
        REQUIRE(report.reasons.size() == 1);
        CHECK_THAT(report.reasons[0], Catch::Contains(one.sentence) && Catch::Contains(one.remedy));
    }
}

TEST_CASE("what is not wrong stays healthy", "[status]") {
    const std::vector<Spoil> harmless = {
        [](ContextStatus& s) { s.held.clear(); },
        [](ContextStatus& s) { s.held = {held_for("", kNow - kDay)}; },  // not ours
        [](ContextStatus& s) { s.held[0].key = engine::KeyState::unknown; },
        [](ContextStatus& s) {
            s.pending = {request_since(kNow - 90 * kDay)};
            s.pending[0].request_id.reset();
            s.pending[0].ca.clear();  // its answer is brought by hand
        },
        [](ContextStatus& s) {
            s.cas = {{kCa1, 900, {}, {}}};
        },  // long ago
        [](ContextStatus& s) { s.record.last->outcome = Outcome::disabled; },
        [](ContextStatus& s) { s.policy.bits = 1; },
        [](ContextStatus& s) { s.policy.bits = 2; },
        [](ContextStatus& s) { s.policy.bits = 4; },
        [](ContextStatus& s) { s.host->next.reset(); },
    };
    for (const Spoil& one : harmless) {
        CHECK(state_after(one) == Health::healthy);
    }
}

TEST_CASE("the state is the one that explains most; the other reasons follow in that order",
          "[status]") {
    // Each line adds what explains more than the line before.
    const std::vector<std::pair<Health, Spoil>> ladder = {
        {Health::attention, [](ContextStatus& s) { s.pending = {request_since(kNow - 9 * kDay)}; }},
        {Health::never_ran, [](ContextStatus& s) { s.record = {}; }},
        {Health::failing,
         [](ContextStatus& s) { s.held = {held_for("CorpMachine", kNow - kDay)}; }},
        {Health::not_running, [](ContextStatus& s) { s.host.reset(); }},
        {Health::disabled, [](ContextStatus& s) { s.policy.bits = 0x8000; }},
    };
    ContextStatus status = healthy();
    std::vector<std::string> reasons;
    for (const auto& [state, spoil] : ladder) {
        spoil(status);
        const HealthReport report = health_of(status);
        CHECK(report.health == state);
        REQUIRE(report.reasons.size() == reasons.size() + 1);
        CHECK(std::vector(report.reasons.begin() + 1, report.reasons.end()) == reasons);
        reasons = report.reasons;
    }
}

TEST_CASE("a certificate needs attention when a tenth of its life is left", "[status][X3]") {
    // Its life is 365 days: 36 days and 12 hours are left exactly, or a second more.
    const Time edge = kNow + 36 * kDay + 12h;
    CHECK(state_after([&](ContextStatus& s) { s.held = {held_for("T", edge)}; }) ==
          Health::attention);
    CHECK(state_after([&](ContextStatus& s) { s.held = {held_for("T", edge + 1s)}; }) ==
          Health::healthy);
    // The policy's own share.
    const auto with_share = [&](std::uint32_t percent, Time expires) {
        return state_after([&](ContextStatus& s) {
            s.policy.warn_percent = percent;
            s.held = {held_for("T", expires)};
        });
    };
    CHECK(with_share(9, edge) == Health::healthy);
    CHECK(with_share(0, kNow + 1s) == Health::healthy);
    CHECK(with_share(100, kNow + 365 * kDay) == Health::attention);
}

TEST_CASE("a certificate is good until its last second", "[status][Q4]") {
    CHECK(state_after([](ContextStatus& s) { s.held = {held_for("T", kNow)}; }) ==
          Health::attention);
    CHECK(state_after([](ContextStatus& s) { s.held = {held_for("T", kNow - 1s)}; }) ==
          Health::failing);
}

TEST_CASE("an old certificate does not count when a newer one stands in for it", "[status]") {
    const auto with_newer = [](const std::function<void(HeldStatus&)>& change) {
        return state_after([&](ContextStatus& s) {
            HeldStatus newer = held_for("CorpMachine");
            change(newer);
            s.held = {held_for("CORPMACHINE", kNow - kDay), newer};
        });
    };
    CHECK(with_newer([](HeldStatus&) {}) == Health::healthy);
    CHECK(with_newer([](HeldStatus& one) { one.template_name = "CorpWeb"; }) == Health::failing);
    CHECK(with_newer([](HeldStatus& one) { one.subject = "CN=other"; }) == Health::failing);
    CHECK(with_newer([](HeldStatus& one) { one.key = engine::KeyState::gone; }) == Health::failing);
    CHECK(with_newer([](HeldStatus& one) { one.key = engine::KeyState::unknown; }) ==
          Health::healthy);
    CHECK(with_newer([](HeldStatus& one) { one = held_for("CorpMachine", kNow - 1s); }) ==
          Health::failing);
}

TEST_CASE("a request may wait three days", "[status]") {
    const auto after = [](Seconds age) {
        return state_after([&](ContextStatus& s) { s.pending = {request_since(kNow - age)}; });
    };
    CHECK(after(kPatience) == Health::healthy);
    CHECK(after(kPatience + 1s) == Health::attention);
    CHECK(after(-1h) == Health::healthy);  // the clock was set back
}

TEST_CASE("names from the directory reach the terminal as harmless text", "[status]") {
    const HealthReport report = health_of(spoilt([](ContextStatus& s) {
        s.pending = {{"a\x1b[2J", "ca\r\n", 12, kNow - 9 * kDay}};
        s.warnings = {"a\nb"};
    }));
    REQUIRE(report.reasons.size() == 2);
    for (const std::string& reason : report.reasons) {
        CHECK(std::ranges::none_of(reason, [](char c) { return c >= 0 && c < ' '; }));
    }
}

TEST_CASE("the health of the CAs comes from counters and from what the last runs noted",
          "[status]") {
    RunCounters counters;
    counters.ca_failures = {{kCa1, 3}};
    const engine::CaRef ca1{"ca1.corp.example.test", "Corp Issuing CA 1"};
    const engine::CaRef ca2{"ca2.corp.example.test", "Corp Issuing CA 2"};

    SECTION("nothing is noted: the counters alone") {
        const auto cas = health_of_cas(counters, {}, kNow);
        REQUIRE(cas.size() == 1);
        CHECK(cas[0].ca == kCa1);
        CHECK(cas[0].failures == 3);
        CHECK_FALSE(cas[0].silent_since);
        CHECK(cas[0].refusals.empty());
    }
    SECTION("silent for as long as the engine passes it over") {
        engine::Memory memory;
        memory.outages = {{ca2, kNow - engine::kOutageMemory + 1s}};
        CHECK(health_of_cas(counters, memory, kNow).at(1).silent_since ==
              kNow - engine::kOutageMemory + 1s);
        memory.outages = {{ca2, kNow - engine::kOutageMemory}};
        CHECK(health_of_cas(counters, memory, kNow).size() == 1);
    }
    SECTION("a refusal is history after two days") {
        engine::Refusal refusal{.template_name = "CorpWeb",
                                .ca = ca1,
                                .code = hresult(0x80094012),
                                .count = 2,
                                .last = kNow - kRefusalShown + 1s};
        const auto fresh = health_of_cas(counters, memory_of(refusal), kNow);
        REQUIRE(fresh[0].refusals.size() == 1);
        CHECK_THAT(fresh[0].refusals[0],
                   Catch::StartsWith("template CorpWeb: denied 2 times, last at "
                                     "2026-11-19T12:00:01Z with CERTSRV_E_TEMPLATE_DENIED "
                                     "(0x80094012)"));
        refusal.last = kNow - kRefusalShown;
        CHECK(health_of_cas(counters, memory_of(refusal), kNow)[0].refusals.empty());
        refusal.last = kNow;
        refusal.count = 1;
        CHECK_THAT(health_of_cas(counters, memory_of(refusal), kNow)[0].refusals[0],
                   Catch::Contains("denied once"));
    }
}

TEST_CASE("periods read as people say them", "[status]") {
    const std::vector<std::pair<Seconds, std::string>> table = {{0s, "0 s"},
                                                                {59s, "59 s"},
                                                                {60s, "1 m"},
                                                                {59min + 59s, "59 m"},
                                                                {1h, "1 h"},
                                                                {7h + 29min + 59s, "7 h 29 m"},
                                                                {24h - 1s, "23 h 59 m"},
                                                                {24h, "1 d"},
                                                                {24h + 59min, "1 d"},
                                                                {76h, "3 d 4 h"},
                                                                {-90min, "1 h 30 m"}};
    for (const auto& [period, text] : table) {
        CHECK(rough_period(period) == text);
    }
}

TEST_CASE("AEPolicy is written as administrators know it", "[status]") {
    CHECK(policy_number(0) == "0");
    CHECK(policy_number(7) == "7");
    CHECK(policy_number(0x7FFF) == "32767");
    CHECK(policy_number(0x8000) == "0x8000");
    CHECK(policy_number(0xFFFFFFFF) == "0xFFFFFFFF");
}

}  // namespace ae::service
