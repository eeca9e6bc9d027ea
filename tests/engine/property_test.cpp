// Properties that hold for any forest: small random ones, with fixed seeds.
#include "engine/base/text.h"
#include "tests/support/pulse_world.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;
using std::chrono::hours;

constexpr unsigned kForests = 150;
constexpr const char* kNames[] = {"A", "B", "C", "D", "E", "F", "G"};

class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    Snapshot forest() {
        std::vector<Template> templates;
        const std::size_t count = 1 + below(std::size(kNames));
        for (std::size_t i = 0; i < count; ++i) {
            templates.push_back(one_template(kNames[i]));
        }
        Snapshot world = world_of(templates);
        world.seed = random_();
        world.policy = policy_of(pick<std::uint32_t>({0, 1, 2, 4, 6, 7, 7, 7, 0x8007}));
        world.force = one_in(5);
        offer(world, {service(1, names(templates)), service(2, names(templates))});
        for (CaTrust& ca : world.ca_trust) {
            ca.chain.state = one_in(6) ? ChainState::untrusted : ChainState::valid;
        }
        for (const Template& t : templates) {
            fill(world, t);
        }
        return world;
    }

  private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <class T>
    T pick(std::vector<T> values) {
        return values[below(values.size())];
    }
    std::vector<std::string> names(const std::vector<Template>& templates) {
        std::vector<std::string> list;
        for (const Template& t : templates) {
            if (!one_in(5)) {
                list.push_back(t.name);
            }
        }
        return list;
    }

    Template one_template(const std::string& name) {
        Template t = autoenrolled(name);
        for (const char* other : kNames) {
            if (one_in(5)) {
                t.supersedes.emplace_back(other);
            }
        }
        if (one_in(6)) {
            t.security_descriptor = SecurityBuilder()
                                        .allow(kAuthenticatedUsers, kReadRights)
                                        .allow_object(kDomainComputers, kEnroll)
                                        .bytes();
        }
        t.enrollment_flags |= pick<std::uint32_t>({0, 0, 0x10, 0x40, 0x100, 0x400, 0x40000});
        t.name_flags = pick<std::uint32_t>({0x8000000, 0x8000000, 0, 0x1, 0x9, 0x10008});
        t.ra_signatures = pick<std::uint32_t>({0, 0, 0, 0, 1, 2});
        t.schema_version = pick<std::uint32_t>({2, 2, 2, 1});
        t.fault = one_in(12) ? "odd" : "";
        return t;
    }

    HeldCertificate certificate(const Template& t) {
        HeldCertificate h = held(t);
        h.thumbprint = to_hex(fake_digest(as_bytes(std::to_string(random_())))) + "00";
        h.facts.der = Bytes(as_bytes(h.thumbprint).begin(), as_bytes(h.thumbprint).end());
        h.facts.not_after = kNow + pick<Seconds>({300 * kDay, 300 * kDay, kDay, -kDay});
        h.facts.not_before = h.facts.not_after - 365 * kDay;
        h.facts.template_reference->major_version = pick<std::uint32_t>({100, 100, 99});
        h.facts.key_usage = {pick<std::uint8_t>({0x80, 0xA0})};
        h.facts.subject_der = {pick<std::uint8_t>({1, 2})};
        h.key =
            pick<KeyState>({KeyState::usable, KeyState::usable, KeyState::unknown, KeyState::gone});
        h.chain.state = pick<ChainState>({ChainState::valid, ChainState::valid, ChainState::valid,
                                          ChainState::revoked, ChainState::untrusted});
        return h;
    }

    void fill(Snapshot& world, const Template& t) {
        for (std::size_t i = below(4); i > 0; --i) {
            world.my.push_back(certificate(t));
        }
        if (one_in(4)) {
            const HeldCertificate one = certificate(t);
            world.published.push_back({one.facts, one.thumbprint, one.chain});
        }
        if (one_in(4)) {
            PendingRequest request = pending_since(t, kNow - pick<Seconds>({kDay, 61 * kDay}));
            request.key_reference = "request for " + t.name;
            if (one_in(3)) {
                request.request_id.reset();
            }
            world.pending.push_back(request);
        }
        if (one_in(6)) {
            world.memory.issued.assign(
                2, {t.name, pick<std::string>({"Q1", "Q3", "Q2"}), kNow - hours(1), 365 * kDay});
        }
    }

    std::mt19937 random_;
};

// All of a plan as text: two plans are the same when it is.
std::string text_of(const Decision& one) {
    return std::string(to_string(one.about)) + '|' + one.template_name + '|' + one.subject + '|' +
           std::string(to_string(one.verdict)) + '|' + one.rule + '|' + one.fact + '|' +
           one.remedy + '|' +
           std::to_string(one.event ? static_cast<std::uint32_t>(*one.event) : 0) + '|' +
           std::to_string(one.failure ? value_of(*one.failure) : 0);
}
std::string text_of(const Action& one) {
    std::string text = std::string(to_string(one.kind)) + '|' + std::to_string(one.decision) + '|' +
                       one.template_name + '|' + one.thumbprint + '|' + one.key_reference + '|' +
                       one.reason + '|' + one.signer;
    for (const CaRef& ca : one.cas) {
        text += '|' + ca.config();
    }
    for (const Disposal& disposal : one.afterwards) {
        text += '|' + std::string(to_string(disposal.kind)) + disposal.thumbprint + disposal.why;
    }
    return text;
}
std::string text_of(const Plan& plan) {
    std::vector<std::string> lines;
    for (const Decision& one : plan.decisions) {
        lines.push_back(text_of(one));
    }
    for (const Action& one : plan.actions) {
        lines.push_back(text_of(one));
    }
    return join(lines, "\n");
}

std::map<std::string, std::string> decisions_by_subject(const Plan& plan) {
    std::map<std::string, std::string> found;
    for (const Decision& one : plan.decisions) {
        found[std::string(to_string(one.about)) + one.template_name + one.subject] = text_of(one);
    }
    return found;
}

TEST_CASE("the same snapshot planned twice gives the same plan", "[property][plan]") {
    for (unsigned seed = 0; seed < kForests; ++seed) {
        INFO("seed " << seed);
        const Snapshot world = Generator(seed).forest();
        const Snapshot copy = world;
        CHECK(text_of(make_plan(world)) == text_of(make_plan(copy)));
    }
}

TEST_CASE("no template, managed certificate or request is without exactly one decision",
          "[property][plan]") {
    for (unsigned seed = 0; seed < kForests; ++seed) {
        INFO("seed " << seed);
        const Snapshot world = Generator(seed).forest();
        const Plan plan = make_plan(world);
        REQUIRE(plan.decisions.size() ==
                world.templates.size() + world.my.size() + world.pending.size());
        CHECK(decisions_by_subject(plan).size() == plan.decisions.size());
        for (std::size_t i = 0; i < plan.decisions.size(); ++i) {
            const Decision& one = plan.decisions[i];
            CHECK_FALSE(one.rule.empty());
            CHECK_FALSE(one.fact.empty());
            if (i < world.templates.size()) {
                CHECK(one.template_name == world.templates[i].name);
            } else if (i < world.templates.size() + world.my.size()) {
                CHECK(one.subject == world.my[i - world.templates.size()].thumbprint);
            }
        }
    }
}

TEST_CASE("a plan is sound: actions follow decisions, nothing is asked or disposed of twice",
          "[property][plan]") {
    for (unsigned seed = 0; seed < kForests; ++seed) {
        INFO("seed " << seed);
        const Snapshot world = Generator(seed).forest();
        const Plan plan = make_plan(world);
        std::set<std::string> disposed;
        std::size_t requests = 0;
        for (const Action& one : plan.actions) {
            INFO(text_of(one));
            const bool asks = one.kind == ActionKind::enroll || one.kind == ActionKind::renew;
            if (one.kind != ActionKind::warn && one.kind != ActionKind::unpublish) {
                REQUIRE(one.decision < plan.decisions.size());
                CHECK(plan.decisions[one.decision].template_name == one.template_name);
            }
            if (asks) {
                ++requests;
                CHECK_FALSE(one.cas.empty());
                const Verdict verdict = plan.decisions[one.decision].verdict;
                CHECK((verdict == Verdict::enroll || verdict == Verdict::renew));
            }
            if (one.kind == ActionKind::archive || one.kind == ActionKind::remove) {
                CHECK(disposed.insert(one.thumbprint).second);
            }
            for (const Disposal& disposal : one.afterwards) {
                if (disposal.kind != ActionKind::unpublish) {
                    CHECK_FALSE(disposed.contains(disposal.thumbprint));
                }
            }
        }
        if (world.policy.bits == 0U) {
            CHECK(requests == 0);
        }
        if (world.policy.disabled()) {
            CHECK(plan.actions.empty());
        }
    }
}

TEST_CASE("encryption keys are never deleted", "[property][X1]") {
    for (unsigned seed = 0; seed < kForests; ++seed) {
        const Snapshot world = Generator(seed).forest();
        for (const Action& one : make_plan(world).actions) {
            std::vector<Disposal> all = one.afterwards;
            all.push_back({one.kind, one.thumbprint, {}});
            for (const Disposal& disposal : all) {
                if (disposal.kind != ActionKind::remove) {
                    continue;
                }
                const auto held =
                    std::ranges::find(world.my, disposal.thumbprint, &HeldCertificate::thumbprint);
                REQUIRE(held != world.my.end());
                CHECK((held->facts.key_usage.front() & 0x38) == 0);
            }
        }
    }
}

TEST_CASE("an unrelated template never changes another's decision", "[property][plan]") {
    for (unsigned seed = 0; seed < kForests; ++seed) {
        INFO("seed " << seed);
        Snapshot world = Generator(seed).forest();
        const auto before = decisions_by_subject(make_plan(world));
        const Template unrelated = autoenrolled("Unrelated");
        const auto place = static_cast<std::ptrdiff_t>(seed % (world.templates.size() + 1));
        world.templates.insert(world.templates.begin() + place, unrelated);
        world.services[seed % 2].templates.push_back("Unrelated");
        world.my.push_back(held(unrelated));
        world.my.back().key = KeyState::unknown;  // it signs for no other (E6)
        auto after = decisions_by_subject(make_plan(world));
        CHECK(after.size() == before.size() + 2);
        for (const auto& [subject, decision] : before) {
            CHECK(after[subject] == decision);
        }
    }
}

TEST_CASE("superseding is independent of the order of templates, certificates and requests",
          "[property][supersede]") {
    for (unsigned seed = 0; seed < kForests; ++seed) {
        INFO("seed " << seed);
        Snapshot world = Generator(seed).forest();
        const auto before = decisions_by_subject(make_plan(world));
        std::mt19937 random(seed);
        std::shuffle(world.templates.begin(), world.templates.end(), random);
        std::shuffle(world.my.begin(), world.my.end(), random);
        std::shuffle(world.published.begin(), world.published.end(), random);
        std::shuffle(world.services.begin(), world.services.end(), random);
        const auto after = decisions_by_subject(make_plan(world));
        CHECK(after.size() == before.size());
        for (const auto& [subject, decision] : before) {
            if (subject.starts_with("template")) {
                CHECK(after.at(subject).substr(0, decision.find("; offered by")) ==
                      decision.substr(0, decision.find("; offered by")));
            }
        }
    }
}

TEST_CASE("no rule looks at a distinguished name", "[property][C4]") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        Snapshot world = Generator(seed).forest();
        const std::string before = text_of(make_plan(world));
        world.account.distinguished_name = "CN=WS1,OU=Clients,DC=child,DC=corp,DC=example,DC=test";
        world.account.domain_dns = "child.corp.example.test";
        CHECK(text_of(make_plan(world)) == before);
    }
}

TEST_CASE("a pulse after a fully successful pulse plans nothing", "[property][pulse]") {
    for (unsigned seed = 0; seed < 60; ++seed) {
        INFO("seed " << seed);
        const Snapshot forest = Generator(seed).forest();
        PulseWorld world(forest.templates);
        for (Template& t : world.replica().templates) {
            t.fault.clear();
        }
        for (const HeldCertificate& one : forest.my) {
            world.hold(one);
            world.chains.answers[one.facts.der] = one.chain;
        }
        world.options.seed = forest.seed;
        if (!world.pulse().ok()) {
            continue;  // a lineage or a name may be braked; not what is asked here
        }
        const std::size_t disposed = world.store.archived.size() + world.store.removed.size();
        const PulseReport second = world.pulse();
        CHECK(second.ok());
        CHECK(world.ca.asked.empty());
        CHECK(second.enrolled.empty());
        CHECK(world.store.archived.size() + world.store.removed.size() == disposed);
        CHECK(world.numbers().front() == "AE 2");
    }
}

}  // namespace
}  // namespace ae::engine
