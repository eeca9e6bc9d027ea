// REF, PND4, INS1, INS2, INS6, MAP: what the CA said, and what came of it.
#include "tests/service/doctor/examined.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace test;
using Complaints = std::vector<std::string>;
using engine::EventId;

constexpr const char* kClientAuthentication = "1.3.6.1.5.5.7.3.2";
constexpr const char* kServerAuthentication = "1.3.6.1.5.5.7.3.1";

engine::Snapshot refused_with(std::uint32_t code) {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.memory.refusals = {
        {"CorpMachine", "100.0", world.services.front().ref(), hresult(code), 1, kNow - kDay}};
    return world;
}

StoredEvent event(EventId id, const std::string& request, const std::string& sentence = "",
                  Time when = kNow - kDay) {
    return {when, engine::make_event(id, {"machine", "CorpMachine", kCa1, request, sentence})};
}

engine::Snapshot holding(std::vector<std::string> usages, std::size_t templates = 1) {
    std::vector<engine::Template> all;
    for (std::size_t i = 0; i < templates; ++i) {
        all.push_back(autoenrolled("Corp" + std::to_string(i)));
        all.back().extended_key_usages = usages;
    }
    engine::Snapshot world = world_of(all);
    for (const engine::Template& one : all) {
        world.my.push_back(held(one));
        world.my.back().facts.extended_key_usages = usages;
        world.my.back().facts.sid = world.account.object_sid;
    }
    return world;
}

}  // namespace

TEST_CASE("each code with which a CA refuses has its diagnosis", "[doctor][REF]") {
    const std::vector<std::pair<std::uint32_t, std::string>> rows = {
        {0x80094012, "REF1"},  {0x80094011, "REF2"},  {0x80094800, "REF3"},  {0x80094807, "REF4"},
        {0x80094811, "REF5"},  {0x8009480D, "REF6"},  {0x8009480E, "REF6"},  {0x8009480F, "REF6"},
        {0x80094812, "REF6"},  {0x80094809, "REF7"},  {0x8009480A, "REF7"},  {0x8009480B, "REF7"},
        {0x8009480C, "REF7"},  {0x80094814, "REF8"},  {0x80094014, "REF9"},  {0x80094804, "REF10"},
        {0x80094810, "REF10"}, {0x8009481A, "REF10"}, {0x80094001, "REF11"},  // no row of its own
    };
    for (const auto& [code, id] : rows) {
        INFO(id << ' ' << std::hex << code);
        const Diagnosis diagnosis = diagnose(examined(refused_with(code)));
        CHECK(complaints_of(diagnosis) ==
              Complaints{"HAV1 NOTE CorpMachine", id + " WARN CorpMachine"});
        CHECK(the(diagnosis, id).codes == std::vector{hresult(code)});
        CHECK_FALSE(the(diagnosis, id).remedy.empty());
        CHECK(the(diagnosis, id).sentence.find('{') == std::string::npos);
    }
}

TEST_CASE("a refusal is a FAIL while nobody asks again", "[doctor][REF]") {
    engine::Snapshot world = refused_with(0x80094800);
    CHECK(complaints_about(examined(world)) ==
          Complaints{"HAV1 NOTE CorpMachine", "REF3 WARN CorpMachine"});
    world.memory.refusals.front().count = 3;
    world.memory.refusals.front().last = kNow - std::chrono::hours(1);  // back-off: 24 hours
    CHECK(complaints_about(examined(world)) == Complaints{"REF3 FAIL CorpMachine"});
}

TEST_CASE("the request to look up at the CA comes out of the events", "[doctor][REF9]") {
    Examination seen = examined(refused_with(0x80094014));
    CHECK(the(diagnose(seen), "REF9").sentence ==
          "A certificate manager denied request (number unknown) for CorpMachine.");
    seen.events = {event(EventId::ce_pending_denied, "11", "", kNow - 2 * kDay),
                   event(EventId::ce_pending_denied, "12")};
    CHECK(the(diagnose(seen), "REF9").sentence ==
          "A certificate manager denied request 12 for CorpMachine.");
}

TEST_CASE("a refusal is history once nothing is needed, or the template was edited",
          "[doctor][REF]") {
    engine::Snapshot world = refused_with(0x80094800);
    world.my = {held(world.templates.front())};
    CHECK(complaints_about(examined(world)).empty());
    world = refused_with(0x80094800);
    world.templates.front().major_version = 101;
    CHECK(complaints_about(examined(world)) == Complaints{"HAV1 NOTE CorpMachine"});
}

TEST_CASE("a request that could not be fetched says so until somebody answers", "[doctor][PND4]") {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine")});
    world.pending = {pending_since(world.templates.front(), kNow - 3 * kDay)};
    Examination seen = examined(world);
    CHECK(complaints_about(seen) == Complaints{"PND1 NOTE CorpMachine"});
    seen.events = {event(EventId::ce_retrieve_failed, "17", "no answer")};
    CHECK(complaints_about(seen) == Complaints{"PND1 NOTE CorpMachine", "PND4 WARN CorpMachine"});
    seen.events.push_back(event(EventId::ce_still_pending, "17", "", kNow));
    CHECK(complaints_about(seen) == Complaints{"PND1 NOTE CorpMachine"});
    seen.events = {event(EventId::ce_retrieve_failed, "16", "another request")};
    CHECK(complaints_about(seen) == Complaints{"PND1 NOTE CorpMachine"});
}

TEST_CASE("a certificate that was issued and not believed names the check", "[doctor][INS1]") {
    Examination seen = examined(world_of({autoenrolled("CorpMachine")}));
    seen.events = {event(EventId::ce_not_installed, "17", "check I5: it is for another key")};
    const Diagnosis diagnosis = diagnose(seen);
    CHECK(complaints_of(diagnosis) == Complaints{"HAV1 NOTE CorpMachine", "INS1 FAIL CorpMachine"});
    CHECK(the(diagnosis, "INS1").sentence ==
          "A certificate of CorpMachine was issued and not installed: check I5: it is for another "
          "key.");
    seen.events.push_back(event(EventId::ce_enrolled, "18", "", kNow));
    CHECK(complaints_about(seen) == Complaints{"HAV1 NOTE CorpMachine"});
}

TEST_CASE("a renewal that the CA does not take is told apart from a refusal", "[doctor][INS2]") {
    for (const std::uint32_t code : {0x8009400EU, 0x80094816U}) {
        CHECK(complaints_about(examined(refused_with(code))) ==
              Complaints{"HAV1 NOTE CorpMachine", "INS2 FAIL CorpMachine"});
    }
}

TEST_CASE("two templates of one purpose are noted, unless one supersedes the other",
          "[doctor][INS6]") {
    CHECK(complaints_about(examined(holding({kServerAuthentication}, 2))) ==
          Complaints{"INS6 NOTE Corp0"});
    CHECK(complaints_about(examined(holding({kServerAuthentication}, 1))).empty());
    engine::Snapshot world = holding({kServerAuthentication}, 2);
    world.templates[0].supersedes = {"Corp1"};
    CHECK(complaints_about(examined(world)).empty());
}

TEST_CASE("a certificate of clients without the account's SID is not strongly mapped",
          "[doctor][MAP1]") {
    engine::Snapshot world = holding({kClientAuthentication});
    CHECK(complaints_about(examined(world)).empty());
    world.my.front().facts.sid.reset();
    const std::string& thumbprint = world.my.front().thumbprint;
    CHECK(complaints_about(examined(world)) == Complaints{"MAP1 WARN " + thumbprint});
    world.templates.front().enrollment_flags |= 0x80000;  // the administrator wants none
    CHECK(complaints_about(examined(world)) == Complaints{"MAP1 NOTE " + thumbprint});
}

TEST_CASE("another account's SID maps to another account", "[doctor][MAP2]") {
    engine::Snapshot world = holding({kClientAuthentication});
    world.my.front().facts.sid = sid(kStranger);
    CHECK(complaints_about(examined(world)) ==
          Complaints{"MAP2 FAIL " + world.my.front().thumbprint});
}

TEST_CASE("two certificates of clients from one CA are ambiguous", "[doctor][MAP3]") {
    engine::Snapshot world = holding({kClientAuthentication}, 2);
    CHECK(complaints_about(examined(world)) == Complaints{"MAP3 WARN"});
    world.my.front().facts.issuer_der = {1};  // of another CA: a server's list tells them apart
    CHECK(complaints_about(examined(world)).empty());
}

TEST_CASE("what authenticates no client is not audited", "[doctor][MAP1]") {
    engine::Snapshot world = holding({kServerAuthentication});
    world.my.front().facts.sid.reset();
    CHECK(complaints_about(examined(world)).empty());
    world = holding({kClientAuthentication});
    world.my.front().facts.sid.reset();
    world.my.front().key = engine::KeyState::gone;  // it authenticates nobody any more
    CHECK(complaints_about(examined(world)) == Complaints{"HAV7 WARN Corp0"});
}

}  // namespace ae::service
