// What this context says of a template or a certificate, and how it is printed.
#include "service/explain/explain_report.h"
#include "tests/support/builders.h"

#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace test;
using engine::RuleOutcome;
using engine::Verdict;

Preview preview_of_world(engine::Snapshot world) {
    engine::Gathered gathered;
    gathered.world = std::move(world);
    return preview_of(std::move(gathered));
}

// The real thing is SHA-1; here the octets stand for themselves.
std::string fake_sha1(ByteView der) { return to_hex(fake_digest(der)); }

TEST_CASE("a template is found by its name, whatever the case", "[explain][template]") {
    const Preview preview = preview_of_world(world_of({autoenrolled("CorpMachine")}));
    const auto answer = explain_template_of(preview, "corpmachine");
    REQUIRE(answer);
    CHECK(answer->name == "CorpMachine");
    CHECK(answer->decision.verdict == Verdict::enroll);
    CHECK(explain_template_of(preview, answer->oid)->name == "CorpMachine");
    CHECK_FALSE(explain_template_of(preview, "CorpMachin"));
}

TEST_CASE("a template is told with its certificates, requests and successors",
          "[explain][template]") {
    const engine::Template old = autoenrolled("Old");
    engine::Snapshot world = world_of({old, autoenrolled("New", {"Old"})});
    world.my = {held(old)};
    world.pending = {pending_since(old, kNow - kDay)};
    const auto answer = explain_template_of(preview_of_world(world), "Old");
    REQUIRE(answer);
    CHECK(answer->parts.size() == 2);
    CHECK(answer->requests ==
          std::vector<std::string>{"request 17 at " + kCa1 + ", submitted 2026-11-20T12:00:00Z"});
    CHECK(answer->superseded_by == std::vector<std::string>{"New"});
}

// The deciding rule of the trail and the decision of the plan are one, in every scenario.
bool agrees(const engine::RuleTrail& trail, const engine::Decision& decision) {
    const engine::RuleStep* ended = nullptr;
    for (const engine::RuleStep& step : trail) {
        const bool ends =
            step.outcome == RuleOutcome::failed || step.outcome == RuleOutcome::settled;
        ended = ends ? &step : ended;
    }
    // A renewal goes on where a new certificate may not be had (A3); Q11 and Q15 sum up.
    if (decision.verdict == Verdict::renew || decision.verdict == Verdict::enroll ||
        decision.rule == "Q11" || decision.rule == "Q15") {
        return decision.rule == "Q11" || decision.rule == "Q15" || decision.rule == "A3" ||
               ended == nullptr;
    }
    if (ended == nullptr) {
        return false;
    }
    return ended->rule == decision.rule ||
           (ended->rule == "F1" && decision.fact.find(ended->fact) != std::string::npos);
}

TEST_CASE("in every scenario the trail ends where the plan decided", "[explain][template]") {
    std::size_t templates = 0;
    for (const auto& folder : std::filesystem::directory_iterator(AE_SCENARIOS)) {
        if (!std::filesystem::exists(folder.path() / "story.md")) {
            continue;
        }
        const auto captured = read_capture(folder.path().string(), engine::Abilities{});
        REQUIRE(captured);
        const Preview preview = preview_of(*captured);
        for (const engine::Template& one : preview.world.templates) {
            const auto answer = explain_template_of(preview, one.name);
            REQUIRE(answer);
            INFO(folder.path().filename().string()
                 << ": " << one.name << " " << answer->decision.rule << " "
                 << answer->decision.fact);
            INFO(explanation_as_text({.of_template = answer}, Style()));
            CHECK(agrees(answer->trail, answer->decision));
            ++templates;
        }
    }
    CHECK(templates > 100);
}

TEST_CASE("a managed certificate of MY is told with renewal, key, chain and both decisions",
          "[explain][certificate]") {
    const engine::Template wanted = autoenrolled("CorpMachine");
    engine::Snapshot world = world_of({wanted});
    world.my = {held(wanted)};
    world.my[0].facts.sid = world.account.object_sid;
    const auto answer =
        explain_certificate(preview_of_world(world), world.my[0].thumbprint, fake_sha1);
    REQUIRE(answer);
    CHECK(answer->store == "MY");
    CHECK(answer->template_name == "CorpMachine");
    CHECK(answer->key == engine::KeyState::usable);
    REQUIRE(answer->renewal);
    CHECK(answer->mapping == Mapping::this_account);
    REQUIRE(answer->template_decision);
    CHECK(answer->template_decision->rule == "D1");
    CHECK(answer->decision);
}

TEST_CASE("a certificate has the names in JSON that the lists give it",
          "[explain][certificate][output]") {
    const engine::Template wanted = autoenrolled("CorpMachine");
    engine::Snapshot world = world_of({wanted});
    world.my = {held(wanted)};
    world.my[0].facts.serial = "18d9";
    world.my[0].chain = {engine::ChainState::untrusted, "no root of it is known", {}};
    const auto answer =
        explain_certificate(preview_of_world(world), world.my[0].thumbprint, fake_sha1);
    const auto json = nlohmann::json::parse(explanation_as_json({.certificate = answer}));
    CHECK(json.at("certificate").at("serial") == "18d9");
    CHECK(json.at("certificate").at("key") == "usable");
    CHECK(json.at("certificate").at("chain").at("state") == "not trusted");
    CHECK(json.at("offline").is_null());
}

TEST_CASE("every certificate that can be explained is offered by its thumbprint, once",
          "[explain][certificate]") {
    const engine::Template wanted = autoenrolled("CorpMachine");
    engine::Gathered gathered;
    gathered.world = world_of({wanted});
    gathered.world.my = {held(wanted)};
    gathered.world.published.push_back(
        {gathered.world.my[0].facts, gathered.world.my[0].thumbprint, {}});
    gathered.world.services.clear();
    gathered.replica.roots.certificates = {root_certificate()};
    const auto all = explainable_thumbprints(preview_of(std::move(gathered)), fake_sha1);
    CHECK(all.size() == 2);
    CHECK(std::ranges::count(all, fake_sha1(root_certificate())) == 1);
}

TEST_CASE("who a certificate is bound to is said", "[explain][certificate][mapping]") {
    const engine::Template wanted = autoenrolled("T");
    engine::Snapshot world = world_of({wanted});
    world.my = {held(wanted)};
    const auto mapping = [&] {
        return explain_certificate(preview_of_world(world), world.my[0].thumbprint, fake_sha1)
            ->mapping;
    };
    CHECK(mapping() == Mapping::none);
    world.my[0].facts.sid = sid(kStranger);
    CHECK(mapping() == Mapping::another_account);
}

TEST_CASE("a certificate that is not managed says why", "[explain][certificate]") {
    const engine::Template wanted = autoenrolled("T");
    engine::Snapshot world = world_of({wanted});
    world.my = {held(wanted), held(autoenrolled("Gone"))};
    world.my[0].facts.template_reference.reset();
    const auto unmanaged = [&](std::size_t at) {
        return explain_certificate(preview_of_world(world), world.my[at].thumbprint, fake_sha1)
            ->unmanaged;
    };
    CHECK(unmanaged(0) == "it names no template");
    CHECK(unmanaged(1) ==
          "it names the template " + oid_of("Gone") + ", which this directory does not have");
}

TEST_CASE("an authority's certificate is found where the directory has it",
          "[explain][certificate]") {
    engine::Gathered gathered;
    gathered.world = world_of({autoenrolled("T")});
    gathered.replica.roots.certificates = {root_certificate()};
    const Preview preview = preview_of(std::move(gathered));
    const auto root = explain_certificate(preview, fake_sha1(root_certificate()), fake_sha1);
    REQUIRE(root);
    CHECK(root->store == "Root");
    CHECK(root->facts.subject == "CN=Corp Root CA");
    CHECK_FALSE(explain_certificate(preview, std::string(40, '0'), fake_sha1));
}

TEST_CASE("foreign text reaches the terminal printable", "[explain][output]") {
    engine::Template wanted = autoenrolled("T\x1b[31m");
    const Preview preview = preview_of_world(world_of({wanted}));
    const auto answer = explain_template_of(preview, wanted.name);
    REQUIRE(answer);
    const std::string text = explanation_as_text({.of_template = answer}, Style());
    CHECK(text.find('\x1b') == std::string::npos);
    const std::string json = explanation_as_json({.asked = wanted.name, .of_template = answer});
    CHECK(json.find('\x1b') == std::string::npos);
    CHECK(nlohmann::json::parse(json)["template"]["name"] == wanted.name);
}

TEST_CASE("a code is told with what it means, what to do and who is asked next",
          "[explain][output]") {
    const std::string text = explanation_as_text(explain_word("0x80094012"), Style());
    for (const std::string part : {"CERTSRV_E_TEMPLATE_DENIED 0x80094012", "-2146877422",
                                   "Kerberos", "Grant Enroll", "is asked", "RGT4 RGT5 REF1"}) {
        INFO(part);
        CHECK(text.find(part) != std::string::npos);
    }
    const auto json = nlohmann::json::parse(explanation_as_json(explain_word("13")));
    CHECK(json["codes"][0]["symbol"] == "ERROR_INVALID_DATA");
    CHECK(json["events"][0]["source"] == "CertEnroll");
    CHECK(json["events"][0]["recorded_here"] == true);
    CHECK(json["template"].is_null());
}

}  // namespace
}  // namespace ae::service
