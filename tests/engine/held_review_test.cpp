#include "engine/held_review.h"

#include "tests/support/builders.h"

#include <functional>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Seconds kSecond{1};

Decision with_held(const Template& t, std::vector<HeldCertificate> my, std::uint32_t policy = 7) {
    Snapshot world = world_of({t});
    world.my = std::move(my);
    world.policy = policy_of(policy);
    return decision(t.name, world);
}

template <class Change>
HeldCertificate spoilt(const Template& t, Change change) {
    HeldCertificate h = held(t);
    change(h);
    return h;
}

TEST_CASE("renewal begins at 80 % of the lifetime or with the overlap, whichever is later",
          "[requirements][Q12]") {
    struct Row {
        Seconds lifetime;
        Seconds overlap;
        Seconds begins;
    };
    const Row row = GENERATE(values<Row>({
        {365 * kDay, 42 * kDay, 323 * kDay},
        {56 * kDay, 42 * kDay, Seconds(56 * 86400 - 56 * 86400 / 5)},  // 44.8 d
        {1 * kDay, hours(4), hours(20)},
        {2 * kDay, 42 * kDay, Seconds(138240)},  // 38.4 h
        {365 * kDay, Seconds(0), 365 * kDay},
    }));
    CertificateFacts facts;
    facts.not_before = kNow;
    facts.not_after = kNow + row.lifetime;
    CHECK(renew_at(facts, row.overlap) == kNow + row.begins);
}

TEST_CASE("a CA shortened the life: the certificate's own dates count, not the template's",
          "[requirements][Q12][Q3]") {
    Template t = autoenrolled("T");  // 365 days, overlap 42 days
    const auto aged = [&](Seconds age) {
        return with_held(t, {spoilt(t,
                                    [&](HeldCertificate& h) {
                                        h.facts.not_before = kNow - age;
                                        h.facts.not_after = h.facts.not_before + 50 * kDay;
                                    })})
            .verdict;
    };
    CHECK(aged(40 * kDay - kSecond) == Verdict::held);
    CHECK(aged(40 * kDay) == Verdict::renew);
    t.validity = Seconds(0);
    CHECK(aged(40 * kDay) == Verdict::renew);
}

TEST_CASE("a valid certificate outside its renewal window is enough", "[requirements][D1]") {
    const Template t = autoenrolled("T");
    const Decision decided = with_held(t, {held(t)});
    CHECK(decided.verdict == Verdict::held);
    CHECK(decided.rule == "D1");
    CHECK_THAT(decided.fact, Catch::Contains("is valid until 2027-08-13T12:00:00Z; renewal begins "
                                             "at 2027-07-02T12:00:00Z"));
}

TEST_CASE("the renewal window opens to the second", "[requirements][Q3]") {
    const Template t = autoenrolled("T");
    // 365 days, overlap 42 days: the window opens 323 days after notBefore.
    const auto aged = [&](Seconds age) {
        return spoilt(t, [&](HeldCertificate& h) {
            h.facts.not_before = kNow - age;
            h.facts.not_after = h.facts.not_before + 365 * kDay;
        });
    };
    CHECK(with_held(t, {aged(323 * kDay - kSecond)}).verdict == Verdict::held);
    const Decision due = with_held(t, {aged(323 * kDay)});
    CHECK(due.verdict == Verdict::renew);
    CHECK(due.rule == "Q3");
    CHECK_THAT(due.fact, Catch::Contains("is to be renewed since 2026-11-21T12:00:00Z, it is "
                                         "valid until 2027-01-02T12:00:00Z; allow object ACE 2"));
}

TEST_CASE("states of the newest certificate that ask for a new one",
          "[requirements][Q2][Q4][Q5][Q10][Q14]") {
    const Template t = autoenrolled("T");
    struct Row {
        const char* rule;
        std::function<void(HeldCertificate&)> change;
        const char* fact;
    };
    const Row row = GENERATE(values<Row>({
        {"Q2",
         [](HeldCertificate& h) {
             h.facts.not_before = kNow - 365 * kDay;
             h.facts.not_after = kNow - kSecond;
         },
         "expired at 2026-11-21T11:59:59Z"},
        {"Q4",
         [](HeldCertificate& h) {
             h.chain = {ChainState::revoked, "key compromise", {}};
         },
         "is revoked: key compromise"},
        {"Q5",
         [](HeldCertificate& h) {
             h.key = KeyState::gone;
             h.key_detail = "key.pem is missing";
         },
         "has lost its key: key.pem is missing"},
        {"Q10", [](HeldCertificate& h) { h.facts.not_before = kNow + minutes(10) + kSecond; },
         "is not valid before 2026-11-21T12:10:01Z"},
        {"Q14",
         [](HeldCertificate& h) {
             h.chain = {ChainState::untrusted, "no root", {}};
         },
         "does not chain to a trusted root: no root"},
    }));
    const Decision decided = with_held(t, {spoilt(t, row.change)});
    CHECK(decided.verdict == Verdict::enroll);
    CHECK(decided.rule == row.rule);
    CHECK_THAT(decided.fact, Catch::Contains(row.fact));
}

TEST_CASE("the last second of a certificate still counts", "[requirements][Q2]") {
    Template t = autoenrolled("T");
    t.overlap = Seconds(0);
    const auto ending = [&](Time end) {
        return with_held(t, {spoilt(t, [&](HeldCertificate& h) { h.facts.not_after = end; })}).rule;
    };
    CHECK(ending(kNow - kSecond) == "Q2");
    CHECK(ending(kNow) == "Q3");
    CHECK(ending(kNow + kSecond) == "D1");
}

TEST_CASE("a certificate of the next ten minutes counts", "[requirements][Q10]") {
    const Template t = autoenrolled("T");
    const Decision decided = with_held(
        t, {spoilt(t, [](HeldCertificate& h) { h.facts.not_before = kNow + minutes(10); })});
    CHECK(decided.verdict == Verdict::held);
}

TEST_CASE("a key that cannot be tested now asks for nothing", "[requirements][Q5]") {
    const Template t = autoenrolled("T");
    const Decision decided = with_held(t, {spoilt(t, [](HeldCertificate& h) {
                                           h.key = KeyState::unknown;
                                           h.key_detail = "NTE_SILENT_CONTEXT (0x80090022)";
                                       })});
    CHECK(decided.verdict == Verdict::held);
    CHECK_THAT(decided.fact, Catch::Contains("0x80090022"));
}

TEST_CASE("all certificate holders are to reenroll: a renewal while the old one is valid",
          "[requirements][Q6]") {
    const Template t = autoenrolled("T");
    const auto major = [&](std::uint32_t version) {
        return spoilt(
            t, [&](HeldCertificate& h) { h.facts.template_reference->major_version = version; });
    };
    const Decision behind = with_held(t, {major(99)});
    CHECK(behind.verdict == Verdict::renew);
    CHECK(behind.rule == "Q6");
    CHECK_THAT(behind.fact, Catch::Contains("has major version 99, the template has 100"));
    CHECK(with_held(t, {major(100)}).verdict == Verdict::held);
    CHECK(with_held(t, {major(101)}).verdict == Verdict::held);
    // Before the window of Q3, and before a name that differs.
    const HeldCertificate all = changed(major(99), [](HeldCertificate& h) {
        h.facts.not_after = kNow + kDay;
        h.facts.dns_names.clear();
    });
    CHECK(with_held(t, {all}).rule == "Q6");
    // An expired one cannot sign a renewal.
    const HeldCertificate expired =
        changed(major(99), [](HeldCertificate& h) { h.facts.not_after = kNow - kSecond; });
    CHECK(with_held(t, {expired}).verdict == Verdict::enroll);
    CHECK(with_held(t, {expired}).rule == "Q2");
}

TEST_CASE("a certificate that names its template without a version is never behind",
          "[requirements][Q6]") {
    const Template t = autoenrolled("T");
    CHECK(with_held(t, {spoilt(t,
                               [](HeldCertificate& h) {
                                   h.facts.template_reference = TemplateReference{{}, "T", 0, 0};
                               })})
              .verdict == Verdict::held);
}

TEST_CASE("a machine's certificate names it as the directory does", "[requirements][Q7]") {
    const Template t = autoenrolled("T");
    const auto named_so = [&](std::vector<std::string> dns, std::vector<std::string> common) {
        return spoilt(t, [&](HeldCertificate& h) {
            h.facts.dns_names = dns;
            h.facts.common_names = common;
        });
    };
    const Decision other = with_held(t, {named_so({"old.corp.example.test"}, {"old"})});
    CHECK(other.verdict == Verdict::enroll);
    CHECK(other.rule == "Q7");
    CHECK_THAT(other.fact,
               Catch::Contains("does not name ws1.corp.example.test, as the directory has it"));
    CHECK(with_held(t, {named_so({}, {})}).rule == "Q7");
    CHECK(with_held(t, {named_so({"x", "WS1.corp.example.TEST"}, {})}).verdict == Verdict::held);
    CHECK(with_held(t, {named_so({"x"}, {"y", "ws1.corp.example.test"})}).verdict == Verdict::held);
}

TEST_CASE("the name counts only where the template puts the machine's own name in",
          "[requirements][Q7]") {
    Template t = autoenrolled("T");
    Snapshot world = world_of({t});
    world.my = {spoilt(t, [](HeldCertificate& h) { h.facts.dns_names = {"other"}; })};
    const auto rule_with = [&](std::uint32_t flags) {
        world.templates[0].name_flags = flags;
        return decision("T", world).rule;
    };
    CHECK(rule_with(name_flag::kAltNameDns) == "Q7");
    CHECK(rule_with(name_flag::kSubjectDnsAsCn) == "Q7");
    CHECK(rule_with(0) == "D1");  // the template carries no DNS name
    CHECK(rule_with(0x2000000) == "D1");
    world.templates[0].name_flags = name_flag::kAltNameDns;
    world.account.dns_host_name.clear();  // the directory holds none
    CHECK(decision("T", world).rule == "D1");
    world.account = machine_account();
    world.account.scope = Scope::user;
    world.templates[0].general_flags = 0;
    CHECK(decision("T", world).rule == "D1");
}

TEST_CASE("a shorter key or another provider asks for nothing", "[requirements][Q8]") {
    Template t = autoenrolled("T");
    const HeldCertificate old = held(t);
    t.minimal_key_size = 4096;
    t.providers = {{1, "Microsoft Enhanced Cryptographic Provider v1.0"}};
    CHECK(with_held(t, {old}).verdict == Verdict::held);
}

TEST_CASE("the review's reason is what the brake compares", "[requirements][B1]") {
    const Template t = autoenrolled("T");
    const auto reason = [&](std::vector<HeldCertificate> my) {
        HeldOfTemplate group;
        for (const HeldCertificate& one : my) {
            group.push_back(&one);
        }
        return review_held(t, group, machine_account(), kNow).reason;
    };
    CHECK(reason({}) == "Q1");
    CHECK(reason({held(t)}).empty());
    CHECK_THAT(reason({spoilt(t, [](HeldCertificate& h) { h.facts.not_after = kNow + kDay; })}),
               Catch::StartsWith("Q3"));
    CHECK(reason({spoilt(t, [](HeldCertificate& h) { h.facts.not_after = kNow - kSecond; })}) ==
          "Q2");
    // Another version of the template and another name are other reasons.
    CHECK(reason({spoilt(t, [](HeldCertificate& h) {
              h.facts.template_reference->major_version = 1;
          })}) == "Q6 100");
    CHECK(reason({spoilt(t, [](HeldCertificate& h) { h.facts.dns_names.clear(); })}) ==
          "Q7 ws1.corp.example.test");
}

TEST_CASE("the most final condition of a certificate comes first",
          "[requirements][Q14][Q2][Q4][Q5][Q10]") {
    const auto with = [](auto change) {
        return condition_of(changed(held(autoenrolled("T")), change), kNow);
    };
    const auto all = [](HeldCertificate& h) {
        h.chain.state = ChainState::revoked;
        h.facts.not_after = kNow - kSecond;
        h.facts.not_before = kNow + kDay;
        h.key = KeyState::gone;
    };
    const auto after = [&](auto repair) {
        return with([&](HeldCertificate& h) {
            all(h);
            repair(h);
        });
    };
    CHECK(with(all) == Condition::revoked);
    CHECK(after([](HeldCertificate& h) { h.chain.state = ChainState::untrusted; }) ==
          Condition::expired);
    CHECK(after([](HeldCertificate& h) {
              h.chain.state = ChainState::untrusted;
              h.facts.not_after = kNow;
          }) == Condition::not_yet_valid);
    CHECK(after([](HeldCertificate& h) {
              h.chain.state = ChainState::untrusted;
              h.facts.not_after = kNow;
              h.facts.not_before = kNow + minutes(10);
          }) == Condition::key_gone);
    for (const ChainState state :
         {ChainState::untrusted, ChainState::expired, ChainState::malformed}) {
        CHECK(with([&](HeldCertificate& h) { h.chain.state = state; }) == Condition::untrusted);
    }
    CHECK(with([](HeldCertificate& h) { h.key = KeyState::unknown; }) == Condition::valid);
    // Missing revocation data keeps a certificate valid.
    CHECK(with([](HeldCertificate& h) { h.chain.revocation_problem = hresult(0x80092013); }) ==
          Condition::valid);
}

TEST_CASE("a newer minor version alone asks for nothing", "[requirements][Q9]") {
    Template t = autoenrolled("T");
    t.minor_version = 50;
    CHECK(with_held(t, {held(t)}).verdict == Verdict::held);
}

TEST_CASE("SKIP_AUTO_RENEWAL takes away renewal and version, not the need for any",
          "[requirements][Q13]") {
    Template t = autoenrolled("T");
    t.enrollment_flags |= enrollment_flag::kSkipAutoRenewal;
    const auto in_window = [](HeldCertificate& h) { h.facts.not_after = kNow + 1 * kDay; };
    const auto behind = [](HeldCertificate& h) { h.facts.template_reference->major_version = 1; };
    CHECK(with_held(t, {spoilt(t, in_window)}).rule == "Q13");
    CHECK(with_held(t, {spoilt(t, behind)}).verdict == Verdict::held);
    CHECK(with_held(t, {}).rule == "Q1");
    CHECK(with_held(t, {spoilt(t, [](HeldCertificate& h) { h.facts.not_after = kNow - kSecond; })})
              .rule == "Q2");
}

TEST_CASE("of several valid certificates the newest decides", "[requirements][Q15]") {
    const Template t = autoenrolled("T");
    const HeldCertificate older = spoilt(t, [](HeldCertificate& h) {
        h.thumbprint = "01d0000000";
        h.facts.not_before = kNow - 350 * kDay;
        h.facts.not_after = kNow + 15 * kDay;
    });
    CHECK(with_held(t, {older, held(t)}).verdict == Verdict::held);
    CHECK(with_held(t, {held(t), older}).verdict == Verdict::held);

    // Newer, but useless: the older one still stands, and its window is open.
    const HeldCertificate lost = spoilt(t, [](HeldCertificate& h) { h.key = KeyState::gone; });
    const Decision decided = with_held(t, {lost, older});
    CHECK(decided.rule == "Q3");
    CHECK_THAT(decided.fact, Catch::StartsWith("certificate 01d00000 "));

    // Both useless: the newest says why.
    const HeldCertificate expired = spoilt(t, [](HeldCertificate& h) {
        h.facts.not_before = kNow - 400 * kDay;
        h.facts.not_after = kNow - 35 * kDay;
    });
    CHECK(with_held(t, {expired, lost}).rule == "Q5");
}

TEST_CASE("a certificate is managed when its extension maps to the template",
          "[requirements][managed]") {
    const Template t = autoenrolled("CorpMachine");
    const auto mapped = [&](std::optional<TemplateReference> reference) {
        return with_held(t, {spoilt(t,
                                    [&](HeldCertificate& h) {
                                        h.facts.template_reference = std::move(reference);
                                    })})
            .verdict;
    };
    CHECK(mapped(TemplateReference{t.oid, "", 100, 0}) == Verdict::held);
    CHECK(mapped(TemplateReference{"", "corpMACHINE", 0, 0}) == Verdict::held);
    CHECK(mapped(TemplateReference{"", "Other", 0, 0}) == Verdict::enroll);
    CHECK(mapped(TemplateReference{"1.2.3", "CorpMachine", 100, 0}) == Verdict::enroll);
    CHECK(mapped(std::nullopt) == Verdict::enroll);
}

TEST_CASE("a certificate whose template is out of reach is named", "[requirements][Q11]") {
    Template t = autoenrolled("T");
    t.enrollment_flags = 0;
    const Decision decided = with_held(t, {held(t)});
    CHECK(decided.verdict == Verdict::not_autoenrollable);
    CHECK_THAT(decided.fact, Catch::Contains("; its certificate ") &&
                                 Catch::EndsWith(" is valid until 2027-08-13T12:00:00Z"));
}

}  // namespace
}  // namespace ae::engine
