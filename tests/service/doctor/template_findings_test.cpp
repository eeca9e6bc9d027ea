// HAV2, RGT5, RGT7, CAS5: what no scenario can show.
#include "tests/service/doctor/examined.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using Complaints = std::vector<std::string>;

constexpr std::string_view kGroup = "S-1-5-21-1-2-3-2001";
constexpr const char* kClientAuthentication = "1.3.6.1.5.5.7.3.2";

// Only members of kGroup may enroll; the directory says that the machine is one.
engine::Snapshot granted_by_group() {
    engine::Template wanted = autoenrolled("CorpMachine");
    wanted.security_descriptor = SecurityBuilder()
                                     .allow_object(kGroup, kEnroll)
                                     .allow_object(kGroup, kAutoenroll)
                                     .allow(kAuthenticatedUsers, kReadRights)
                                     .bytes();
    engine::Snapshot world = world_of({wanted});
    world.account.sids.push_back(sid(kGroup));
    std::ranges::sort(world.account.sids);
    return world;
}

std::vector<Sid> without(std::vector<Sid> sids, std::string_view one) {
    std::erase(sids, sid(one));
    return sids;
}

}  // namespace

TEST_CASE("a group that is newer than the tickets is named, and it is the only complaint",
          "[doctor][RGT5]") {
    engine::Snapshot world = granted_by_group();
    world.memory.refusals = {{"CorpMachine", "100.0", world.services.front().ref(),
                              hresult(0x80094012), 1, kNow - kDay}};
    Examination seen = examined(world);
    seen.view->session = without(world.account.sids, kGroup);
    Diagnosis diagnosis = diagnose(seen);
    // Not "the next run requests one", nor "may have certificates of it".
    CHECK(complaints_of(diagnosis) == Complaints{"RGT5 WARN CorpMachine"});
    CHECK(std::ranges::none_of(diagnosis.findings, [](const Finding& one) {
        return one.subject == "CorpMachine" && (one.id == "RGT4" || one.id == "HAV1");
    }));
    CHECK(the(diagnosis, "RGT5").sentence.find(std::string(kGroup)) != std::string::npos);
    CHECK(exit_code(diagnosis) == 1);

    seen.template_name = "CorpMachine";
    diagnosis = diagnose(seen);
    CHECK(the(diagnosis, "RGT5").verdict == FindingVerdict::fail);
    CHECK(diagnosis.answer == "CorpMachine cannot be requested: RGT5");
}

TEST_CASE("tickets with the group, or another group that grants the same, are no complaint",
          "[doctor][RGT5]") {
    engine::Snapshot world = granted_by_group();
    Examination seen = examined(world);
    seen.view->session = world.account.sids;
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine"});

    seen = examined([&] {
        engine::Snapshot both = world_of({autoenrolled("CorpMachine")});  // by Domain Computers
        both.account.sids.push_back(sid(kGroup));
        std::ranges::sort(both.account.sids);
        return both;
    }());
    seen.view->session = without(seen.view->world.account.sids, kGroup);
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine"});
}

TEST_CASE("tickets that cannot be read say nothing", "[doctor][RGT5]") {
    Examination seen = examined(granted_by_group());
    seen.view->session = ae::fail(hresult(0x8009030E), "no tickets");
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine"});
}

TEST_CASE("a template that lets enroll by hand alone is noted, a denied right is a warning",
          "[doctor][RGT4]") {
    engine::Template wanted = autoenrolled("Workstation");
    SecurityBuilder by_hand;
    by_hand.allow_object(kDomainComputers, kEnroll).allow(kAuthenticatedUsers, kReadRights);
    wanted.security_descriptor = by_hand.bytes();
    Examination seen = examined(world_of({wanted}));
    CHECK(complaints_about(seen) == Complaints{"RGT4 NOTE Workstation"});
    CHECK(exit_code(diagnose(seen)) == 0);
    seen.template_name = "Workstation";
    CHECK(complaints_about(seen) == Complaints{"RGT4 FAIL Workstation"});

    wanted.security_descriptor = SecurityBuilder()
                                     .deny_object(kDomainComputers, kAutoenroll)
                                     .allow_object(kDomainComputers, kEnroll)
                                     .allow(kAuthenticatedUsers, kReadRights)
                                     .bytes();
    CHECK(complaints_about(examined(world_of({wanted}))) == Complaints{"RGT4 WARN Workstation"});
}

TEST_CASE("a user template that a machine asks for is of the other kind, whatever its rights",
          "[doctor][RGT3][E4]") {
    engine::Template wanted = autoenrolled("CorpUser");
    wanted.general_flags &= ~engine::general_flag::kMachineType;
    wanted.security_descriptor = SecurityBuilder().allow(kAuthenticatedUsers, kReadRights).bytes();
    Examination seen = examined(world_of({wanted}));
    CHECK(complaints_about(seen).empty());  // not meant for it
    seen.template_name = "CorpUser";
    const Diagnosis diagnosis = diagnose(seen);
    CHECK(complaints_of(diagnosis) == Complaints{"RGT3 FAIL CorpUser"});
    CHECK(diagnosis.answer == "CorpUser is not for this account: E4");
    CHECK(the(diagnosis, "RGT3").remedy.find("grant") == std::string::npos);
}

TEST_CASE("a copy of a template that differs from the directory's is noted", "[doctor][RGT7]") {
    Examination seen = examined(world_of({autoenrolled("CorpMachine")}));
    engine::Template kept = seen.view->world.templates.front();
    seen.kept_templates = {kept};
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine"});
    kept.minor_version = 9;
    seen.kept_templates = {kept};
    const Diagnosis diagnosis = diagnose(seen);
    CHECK(the(diagnosis, "RGT7").sentence ==
          "This host's copy of CorpMachine is v100.9, the directory has v100.0.");
}

TEST_CASE("a display name is told apart from the name, and a slip is helped with",
          "[doctor][RGT1]") {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.templates.front().display_name = "Corp Machine of all";
    Examination seen = examined(world);
    seen.template_name = "Corp Machine of all";
    CHECK(the(diagnose(seen), "RGT1").evidence.front() ==
          "\"Corp Machine of all\" is the display name of the template CorpMachine.");
    seen.template_name = "CorpMachien";
    CHECK(the(diagnose(seen), "RGT1").evidence.front().ends_with("did you mean CorpMachine?"));
    seen.template_name = oid_of("CorpMachine");
    CHECK(diagnose(seen).answer == "CorpMachine will be requested at the next run");
}

TEST_CASE("archived certificates are counted for their template, a pile of them is explained",
          "[doctor][HAV2][INS4]") {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine"), autoenrolled("CorpWeb")});
    world.my = {held(world.templates[0]), held(world.templates[1])};
    const engine::CertificateFacts old = world.my.front().facts;
    Examination seen = examined(world);
    CHECK(complaints_about(seen).empty());
    seen.archived = std::vector<engine::CertificateFacts>(5, old);
    CHECK(complaints_about(seen) == Complaints{"HAV2 NOTE CorpMachine"});
    seen.archived->push_back(old);
    CHECK(complaints_about(seen) == Complaints{"HAV2 NOTE CorpMachine", "INS4 NOTE CorpMachine"});
}

TEST_CASE("a CA that is not in NTAuth issues nothing that works for logon", "[doctor][CAS5]") {
    engine::Template wanted = autoenrolled("CorpMachine");
    wanted.extended_key_usages = {kClientAuthentication};
    Examination seen = examined(world_of({wanted}));
    engine::TrustSet& nt_auth = seen.view->replica.nt_auth;
    nt_auth.complete = true;
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine", "CAS5 WARN " + kCa1});
    nt_auth.certificates = {ca_certificate("Corp Issuing CA 1")};
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine"});
    nt_auth = {};  // it could not be read: nobody knows
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine"});
}

TEST_CASE("a chain that the directory completes is told apart from one that it does not",
          "[doctor][CAS2]") {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.ca_trust.front().chain = {engine::ChainState::untrusted, "no root", {}};
    Examination seen = examined(world);
    CHECK(the(diagnose(seen), "CAS2").sentence ==
          "The chain of " + kCa1 + " ends at CN=Corp Root CA, which is not in the trusted roots.");
    seen.view->replica.roots.certificates = {root_certificate()};
    CHECK(the(diagnose(seen), "CAS2").sentence ==
          "The chain of " + kCa1 + " is not trusted, though the directory has its root.");
    seen.view->trust = {{.store = engine::TrustStore::root, .added = 1}};
    CHECK(the(diagnose(seen), "CAS2").sentence ==
          "The chain of " + kCa1 +
              " ends at CN=Corp Root CA, which is not in the trusted roots; the directory has it, "
              "the replica is stale.");
}

TEST_CASE("one of two CAs that is not trusted is a warning, both are a failure", "[doctor][CAS2]") {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine")});
    offer(world, {test::service(1, {"CorpMachine"}), test::service(2, {"CorpMachine"})});
    world.ca_trust[1].chain.state = engine::ChainState::untrusted;
    CHECK(complaints_about(examined(world)) ==
          Complaints{"HAV1 NOTE CorpMachine", "CAS2 WARN " + kCa2});
    world.ca_trust[0].chain.state = engine::ChainState::untrusted;
    CHECK(complaints_about(examined(world)) ==
          Complaints{"CAS2 FAIL " + kCa1, "CAS2 FAIL " + kCa2});
}

TEST_CASE("--ca leaves the other CAs out, and one that does not exist is said", "[doctor][CAS1]") {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine")});
    offer(world, {test::service(1, {"CorpMachine"}), test::service(2, {"CorpMachine"})});
    world.ca_trust[1].chain.state = engine::ChainState::untrusted;
    Examination seen = examined(world);
    seen.ca = "CA1.corp.example.test\\Corp Issuing CA 1";
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine"});
    seen.ca = "ca9.corp.example.test\\Nobody";
    CHECK(complaints_about(seen) ==
          Complaints{"HAV1 NOTE CorpMachine", "CAS1 FAIL ca9.corp.example.test\\Nobody"});
}

}  // namespace ae::service
