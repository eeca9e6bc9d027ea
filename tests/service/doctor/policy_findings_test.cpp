#include "tests/service/doctor/examined.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using Complaints = std::vector<std::string>;

const std::string kPolicySource =
    "/etc/aeclient/policy.d/10.reg: "
    "HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment";
const std::string kLocalSource =
    "/etc/aeclient/policy.d/10.reg: "
    "HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Cryptography\\AutoEnrollment";

// A machine that holds what it needs, under this AEPolicy.
Examination under(std::optional<std::uint32_t> bits, const std::string& source = kPolicySource) {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.my = {held(world.templates.front())};
    world.policy.bits = bits;
    world.policy.source = bits ? source : "";
    return examined(std::move(world));
}

}  // namespace

TEST_CASE("the boxes that are ticked are said in words", "[doctor][POL2]") {
    const auto findings = policy_findings(under(5));
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().verdict == FindingVerdict::ok);
    CHECK(findings.front().sentence == "Policy allows: enroll, fetch pending requests.");
    CHECK(findings.front().evidence == Complaints{"AEPolicy is 0x5, from " + kPolicySource});
}

TEST_CASE("without a box that is ticked only the replica is refreshed", "[doctor][POL2]") {
    for (const std::optional<std::uint32_t> bits :
         {std::optional<std::uint32_t>(), std::optional<std::uint32_t>(0U),
          std::optional<std::uint32_t>(0x10U)}) {
        CHECK(complaints_about(under(bits)) == Complaints{"POL2 FAIL"});
    }
}

TEST_CASE("what the guide calls 0x8000 switches all off, whatever else is ticked",
          "[doctor][POL1]") {
    const Diagnosis diagnosis = diagnose(under(0x8007));
    CHECK(complaints_of(diagnosis) == Complaints{"POL1 FAIL"});
    CHECK(the(diagnosis, "POL1").sentence == "Autoenrollment is disabled by policy (0x8007).");
}

TEST_CASE("a policy that stands for the other side only is named as that", "[doctor][POL5]") {
    Examination seen = under(std::nullopt);
    seen.other_policy = policy_of(7);
    const Diagnosis diagnosis = diagnose(seen);
    CHECK(complaints_of(diagnosis) == Complaints{"POL5 FAIL"});
    CHECK(the(diagnosis, "POL5").sentence == "Policy is set for the user side only.");
    seen.other_policy = policy_of(0x8000);
    CHECK(complaints_about(seen) == Complaints{"POL2 FAIL"});
}

TEST_CASE("what policy allows too little of is said as its bits are", "[doctor][POL3][POL4]") {
    engine::Snapshot world = world_of({autoenrolled("CorpNew"), autoenrolled("CorpDue")});
    engine::HeldCertificate due = held(world.templates.back());
    due.facts.not_after = kNow + 10 * kDay;
    world.my = {due};
    const auto said = [&](std::uint32_t bits, const std::string& id) {
        world.policy.bits = bits;
        return the(diagnose(examined(world)), id).sentence;
    };
    CHECK(said(4, "POL3") ==
          "Policy allows pending pick-up only (0x4), and CorpNew needs a new certificate.");
    CHECK(said(6, "POL3") ==
          "Policy allows renewal, clean-up, pending pick-up only (0x6), and CorpNew needs a new "
          "certificate.");
    CHECK(said(4, "POL4") ==
          "Policy allows pending pick-up only (0x4), and CorpDue needs renewal.");
    CHECK(said(1, "POL4") ==
          "Policy allows new certificates only (0x1), and CorpDue needs renewal.");
    CHECK(said(5, "POL4") ==
          "Policy allows new certificates, pending pick-up only (0x5), and CorpDue needs renewal.");
}

TEST_CASE("a certificate that nobody will renew is not the expected state", "[doctor][HAV1]") {
    for (const std::uint32_t bits : {1U, 5U}) {
        const Finding last = the(diagnose(under(bits)), "HAV1");
        CHECK(last.verdict == FindingVerdict::warn);
        CHECK(last.sentence.find("no renewal will come (AEPolicy does not allow renewal)") !=
              std::string::npos);
        CHECK(last.remedy.find("aeclient renew ") != std::string::npos);
    }
    CHECK(complaints_about(under(3)).empty());
}

TEST_CASE("a value of the local key is noted, one of group policy is not", "[doctor][POL7]") {
    CHECK(complaints_about(under(7, kLocalSource)) == Complaints{"POL7 NOTE"});
    CHECK(complaints_about(under(7, kPolicySource)).empty());
}

TEST_CASE("policy servers without this forest's directory leave nobody to ask", "[doctor][POL8]") {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.policy.directory_policies.emplace();
    world.policy.notes = {"https://cep.corp.example.test is passed over"};
    const Diagnosis diagnosis = diagnose(examined(world));
    CHECK(complaints_of(diagnosis) == Complaints{"POL8 FAIL"});
    CHECK(the(diagnosis, "POL8").evidence.back() == "https://cep.corp.example.test is passed over");
}

TEST_CASE("legacy Automatic Certificate Request Settings are noted", "[doctor][POL9]") {
    Examination seen = under(7);
    seen.group_policy.legacy_requests = true;
    CHECK(complaints_about(seen) == Complaints{"POL9 NOTE"});
}

TEST_CASE("a policy that cannot be read stops everything", "[doctor][POL2]") {
    Examination seen = under(7);
    seen.status = ContextStatus{.policy_problem = "10.reg line 3: AEPolicy is a text"};
    const Diagnosis diagnosis = diagnose(seen);
    CHECK(complaints_of(diagnosis) == Complaints{"POL2 FAIL"});
    CHECK(diagnosis.findings.back().verdict == FindingVerdict::not_checked);
}

TEST_CASE("a FAIL of the policy leaves every later stage unchecked, once, and says why",
          "[doctor][order]") {
    std::size_t unchecked = 0;
    for (const Finding& one : diagnose(under(0)).findings) {
        if (one.stage > Stage::policy) {
            ++unchecked;
            CHECK(one.verdict == FindingVerdict::not_checked);
            CHECK(one.sentence == "Not checked, because of POL2.");
        }
    }
    CHECK(unchecked == 10);
}

TEST_CASE("without a view and without a reason the directory is blamed", "[doctor][ENV2]") {
    Examination seen{.now = kNow, .captured = true};
    seen.status = ContextStatus{.policy = policy_of(7)};
    seen.view_problem = Error{hresult(0x8007054B), "find a controller", "Look at DNS."};
    const Diagnosis diagnosis = diagnose(seen);
    const Finding none = the(diagnosis, "ENV2");
    CHECK(none.verdict == FindingVerdict::fail);
    CHECK(none.remedy == "Look at DNS.");
    CHECK(diagnosis.findings.back().sentence == "Not checked, because of ENV2.");
    CHECK(exit_code(diagnosis) == 2);
}

TEST_CASE("a FAIL about one template keeps later stages silent about it, and about no other",
          "[doctor][order]") {
    engine::Snapshot world = world_of({autoenrolled("CorpDue"), autoenrolled("CorpOther")});
    world.policy = policy_of(1);
    engine::HeldCertificate due = held(world.templates.front());
    due.facts.not_after = kNow + 10 * kDay;
    world.my = {due};
    bool other = false;
    for (const Finding& one : diagnose(examined(world)).findings) {
        INFO(text_of(one));
        CHECK((one.stage <= Stage::policy || one.subject != "CorpDue"));
        other = other || one.subject == "CorpOther";
    }
    CHECK(other);
}

}  // namespace ae::service
