#include "engine/held_review.h"

#include "tests/support/builders.h"

#include <functional>
#include <set>

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
    CHECK(due.verdict == Verdict::unavailable);
    CHECK(due.rule == "Q3");
    CHECK_THAT(due.fact, Catch::Contains("is to be renewed since 2026-11-21T12:00:00Z") &&
                             Catch::EndsWith("; this build does not renew"));
}

TEST_CASE("without the MANAGE bit nothing is renewed in advance", "[requirements][A2]") {
    const Template t = autoenrolled("T");
    const Decision decided = with_held(
        t, {spoilt(t, [](HeldCertificate& h) { h.facts.not_after = kNow + 1 * kDay; })}, 0x1);
    CHECK(decided.verdict == Verdict::policy_off);
    CHECK(decided.rule == "A2");
    CHECK_THAT(decided.fact, Catch::EndsWith("AEPolicy is 0x1, which lacks 0x2 (renew)"));
}

TEST_CASE("states of the newest certificate that ask for a new one",
          "[requirements][Q2][Q4][Q5][Q6][Q10][Q14]") {
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
             h.chain = {ChainState::revoked, "key compromise"};
         },
         "is revoked: key compromise"},
        {"Q5",
         [](HeldCertificate& h) {
             h.key = KeyState::gone;
             h.key_detail = "key.pem is missing";
         },
         "has lost its key: key.pem is missing"},
        {"Q6", [](HeldCertificate& h) { h.facts.template_reference->major_version = 99; },
         "has major version 99, the template has 100"},
        {"Q10", [](HeldCertificate& h) { h.facts.not_before = kNow + minutes(10) + kSecond; },
         "is not valid before 2026-11-21T12:10:01Z"},
        {"Q14",
         [](HeldCertificate& h) {
             h.chain = {ChainState::untrusted, "no root"};
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

TEST_CASE("what AEPolicy allows", "[requirements][A1][A2][gates]") {
    const Template t = autoenrolled("T");
    const std::vector<HeldCertificate> none;
    const std::vector<HeldCertificate> expired = {
        spoilt(t, [](HeldCertificate& h) { h.facts.not_after = kNow - kSecond; })};
    struct Row {
        std::optional<std::uint32_t> bits;
        Verdict missing;
        Verdict has_expired;
        const char* fact;
    };
    const Row row = GENERATE(values<Row>({
        {std::nullopt, Verdict::policy_off, Verdict::policy_off, "AEPolicy is absent"},
        {0x0, Verdict::policy_off, Verdict::policy_off, "AEPolicy is 0x0"},
        {0x1, Verdict::enroll, Verdict::enroll, ""},
        {0x2, Verdict::policy_off, Verdict::enroll, "AEPolicy is 0x2"},
        {0x4, Verdict::policy_off, Verdict::policy_off, "AEPolicy is 0x4"},
        {0x6, Verdict::policy_off, Verdict::enroll, "AEPolicy is 0x6"},
        {0x7, Verdict::enroll, Verdict::enroll, ""},
        {0x8000, Verdict::policy_off, Verdict::policy_off, "AEPolicy is 0x8000: disabled"},
        {0x8007, Verdict::policy_off, Verdict::policy_off, "AEPolicy is 0x8007: disabled"},
        {0xFFFF7FF0, Verdict::policy_off, Verdict::policy_off, "AEPolicy is 0xffff7ff0"},
    }));
    Snapshot world = world_of({t});
    world.policy = {row.bits, {}};
    CHECK(decision("T", world).verdict == row.missing);
    CHECK_THAT(decision("T", world).fact, Catch::Contains(row.fact));
    world.my = expired;
    CHECK(decision("T", world).verdict == row.has_expired);
}

TEST_CASE("a held certificate is held whatever the policy says", "[requirements][gates]") {
    const Template t = autoenrolled("T");
    CHECK(with_held(t, {held(t)}, 0).verdict == Verdict::held);
}

TEST_CASE("userCertificate cannot be looked at yet, so the requirement waits",
          "[requirements][D4]") {
    Template t = autoenrolled("T");
    t.enrollment_flags |= enrollment_flag::kCheckUserDsCertificate;
    CHECK(with_held(t, {}).verdict == Verdict::unavailable);
    CHECK(with_held(t, {}).rule == "D4");
    CHECK(with_held(t, {held(t)}).verdict == Verdict::held);
}

TEST_CASE("a certificate whose template is out of reach is named", "[requirements][Q11]") {
    Template t = autoenrolled("T");
    t.enrollment_flags = 0;
    const Decision decided = with_held(t, {held(t)});
    CHECK(decided.verdict == Verdict::not_autoenrollable);
    CHECK_THAT(decided.fact, Catch::Contains("; its certificate ") &&
                                 Catch::EndsWith(" is valid until 2027-08-13T12:00:00Z"));
}

TEST_CASE("every verdict has a name of its own", "[requirements]") {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(Verdict::failed); ++i) {
        names.insert(to_string(static_cast<Verdict>(i)));
    }
    CHECK(names.size() == static_cast<std::size_t>(Verdict::failed) + 1);
    CHECK(to_string(Verdict::enroll) == "wanted");
    CHECK(to_string(Verdict::no_autoenroll_right) == "no Autoenroll right");
}

}  // namespace
}  // namespace ae::engine
