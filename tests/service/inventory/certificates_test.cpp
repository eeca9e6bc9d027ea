#include "service/inventory/certificates.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace ae::test;

const TextOf kNowhere = [](const std::string&) { return std::string(); };

Preview preview_with(engine::Snapshot world) {
    Preview preview;
    preview.plan = make_plan(world);
    preview.world = std::move(world);
    return preview;
}

engine::Snapshot world_with_one(const engine::Template& of) {
    engine::Snapshot world = world_of({of});
    world.my = {held(of)};
    return world;
}

ListedCertificate only(const engine::Snapshot& world) {
    const auto all = certificates_of(preview_with(world), kNowhere);
    REQUIRE(all.size() == 1);
    return all.front();
}

}  // namespace

TEST_CASE("a managed certificate is listed with its template, renewal date and the plan's decision",
          "[certs][Q12]") {
    const engine::Snapshot world = world_with_one(autoenrolled("CorpMachine"));
    const ListedCertificate one = only(world);
    CHECK(one.managed);
    CHECK(one.template_name == "CorpMachine");
    REQUIRE(one.renewal);
    REQUIRE(one.renewal->date);
    CHECK(one.renewal->date->begins == world.my[0].facts.not_after - 42 * kDay);
    CHECK(one.renewal->reason == "the template renews 42 days before the end");
    REQUIRE(one.decision);
    CHECK(one.decision->verdict == about_certificate(world.my[0], world).verdict);
}

TEST_CASE("the reason says when 80 % of the lifetime decides, and not the template's period",
          "[certs][Q12]") {
    engine::Template wanted = autoenrolled("CorpMachine");
    const auto reason_with = [&](Seconds overlap) {
        wanted.overlap = overlap;
        return only(world_with_one(wanted)).renewal->reason;
    };
    CHECK(reason_with(73 * kDay) == "the template renews 73 days before the end");  // 20 % of 365
    CHECK(reason_with(74 * kDay) ==
          "80 % of the lifetime are over; the template's 74 days before the end are more than the "
          "rest");
}

TEST_CASE("a certificate that is never renewed by itself says why", "[certs][Q13]") {
    engine::Template wanted = autoenrolled("CorpMachine");
    engine::Snapshot world = world_with_one(wanted);
    SECTION("AEPolicy") {
        world.policy = policy_of(1);
        CHECK(only(world).renewal->reason == "AEPolicy does not allow renewal");
    }
    SECTION("the template") {
        world.templates[0].enrollment_flags |= engine::enrollment_flag::kSkipAutoRenewal;
        CHECK(only(world).renewal->reason == "the template excludes automatic renewal");
    }
    SECTION("it is nobody's") {
        world.my[0].facts.template_reference.reset();
        const ListedCertificate one = only(world);
        CHECK_FALSE(one.managed);
        CHECK(one.renewal->reason == "it is of no template of this forest, so nobody manages it");
    }
    SECTION("it has expired") {
        world.my[0].facts.not_after = world.now - Seconds(1);
        CHECK(only(world).renewal->reason == "it is not valid, so it is replaced, not renewed");
    }
    CHECK_FALSE(only(world).renewal->date);
}

TEST_CASE("the SID in a certificate is compared with the account's", "[certs][KB5014754]") {
    engine::Snapshot world = world_with_one(autoenrolled("CorpMachine"));
    CHECK(only(world).binding == SidBinding::none);
    world.my[0].facts.sid = sid(kMachine);
    CHECK(only(world).binding == SidBinding::own);
    world.my[0].facts.sid = sid(kStranger);
    CHECK(only(world).binding == SidBinding::other);
    CHECK(certificates_of(world.my, kNowhere, kNowhere).front().binding == SidBinding::unknown);
}

TEST_CASE("without the directory the store's own note names the template", "[certs]") {
    const engine::Template wanted = autoenrolled("CorpMachine");
    const auto named =
        certificates_of({held(wanted)}, kNowhere, [](const std::string&) { return "CorpMachine"; });
    CHECK(named.front().template_name == "CorpMachine");
    CHECK_FALSE(named.front().renewal);
    CHECK(certificates_of({held(wanted)}, kNowhere, kNowhere).front().template_name == wanted.oid);
}

TEST_CASE("a trusted certificate that cannot be read becomes a note", "[certs]") {
    std::vector<std::string> notes;
    const auto listed = certificates_of(
        {root_certificate(), Bytes{1, 2}}, [](ByteView) { return "12ab"; }, notes);
    REQUIRE(listed.size() == 1);
    CHECK(listed.front().facts.subject == "CN=Corp Root CA");
    REQUIRE(notes.size() == 1);
    CHECK(notes.front().starts_with("certificate 12ab cannot be read"));
}

TEST_CASE("the listing as JSON has the same facts as the text", "[certs]") {
    engine::Snapshot world = world_with_one(autoenrolled("CorpMachine"));
    world.my[0].facts.subject = "CN=\x1b[31mws1";
    const auto certificates = certificates_of(
        preview_with(world), [](const std::string&) { return std::string("in the file /k"); });
    const CertificateListing listing{.now = world.now, .certificates = certificates};
    const auto json = nlohmann::json::parse(listing_as_json(listing)).at("certificates").at(0);
    CHECK(json.at("template") == "CorpMachine");
    CHECK(json.at("key").at("place") == "in the file /k");
    CHECK(json.at("renewal").at("begins") == ae::to_string(certificates[0].renewal->date->begins));
    CHECK(json.at("decision").at("rule") == certificates[0].decision->rule);
    const std::string text = listing_as_text(listing);
    for (const char* fact : {"CorpMachine", "in the file /k", "42 days before the end",
                             "1 certificate in MY of the machine"}) {
        CHECK(text.find(fact) != std::string::npos);
    }
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("the title counts as people do", "[certs]") {
    const auto title_of = [](const CertificateListing& listing) {
        const std::string text = listing_as_text(listing);
        return text.substr(0, text.find(", as of"));
    };
    const auto certificates = [&](std::size_t count, ListedStore store) {
        return title_of(
            {.store = store, .now = kNow, .certificates = std::vector<ListedCertificate>(count)});
    };
    const auto requests = [&](std::size_t count) {
        const auto one = pending_since(autoenrolled("CorpMachine"), kNow);
        return title_of({.store = ListedStore::request,
                         .now = kNow,
                         .requests = std::vector<engine::PendingRequest>(count, one)});
    };
    CHECK(certificates(0, ListedStore::root) == "no certificates in Root of the machine");
    CHECK(certificates(1, ListedStore::nt_auth) == "1 certificate in NTAuth of the machine");
    CHECK(certificates(2, ListedStore::ca) == "2 certificates in CA of the machine");
    CHECK(title_of({.archived = true, .now = kNow}) ==
          "no archived certificates in MY of the machine");
    CHECK(requests(0) == "no request waits (REQUEST of the machine)");
    CHECK(requests(1) == "1 request waits (REQUEST of the machine)");
    CHECK(requests(2) == "2 requests wait (REQUEST of the machine)");
}

TEST_CASE("while a domain controller answers nothing stands in for it", "[certs]") {
    CertificateListing listing{.now = kNow};
    const auto offline = [&] {
        return nlohmann::json::parse(listing_as_json(listing)).at("offline");
    };
    CHECK(offline().is_null());
    listing.offline = Offline{.problem = "none answers"};
    CHECK(offline().at("problem") == "none answers");
}

TEST_CASE("a request whose answer was lost has no number", "[certs]") {
    engine::PendingRequest lost = pending_since(autoenrolled("CorpMachine"), kNow);
    lost.request_id.reset();
    const CertificateListing listing{
        .store = ListedStore::request, .now = kNow, .requests = {lost}};
    CHECK(nlohmann::json::parse(listing_as_json(listing))
              .at("requests")
              .at(0)
              .at("request_id")
              .is_null());
    CHECK(listing_as_text(listing).find("not known") != std::string::npos);
}

}  // namespace ae::service
