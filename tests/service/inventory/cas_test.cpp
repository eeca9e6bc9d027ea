#include "service/inventory/cas.h"

#include "engine/base/hresult_table.h"
#include "tests/support/builders.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace ae::test;

const Sha1 kSha1 = [](ByteView) { return std::string(40, 'a'); };

Preview two_cas() {
    Preview preview;
    preview.world = world_of({autoenrolled("CorpMachine")});
    offer(preview.world, {test::service(1, {"CorpMachine"}), test::service(2, {})});
    preview.world.site = "Lab-Site";
    preview.world.services[0].sites = {"Elsewhere"};
    preview.world.services[1].sites = {"lab-site"};
    preview.replica.nt_auth.certificates = {ca_certificate("Corp Issuing CA 2")};
    preview.plan = make_plan(preview.world);
    return preview;
}

CaProbe silent(const engine::CaRef& ca) {
    return {.ca = ca,
            .steps = {{.what = "resolve ca2", .answer = "10.0.0.2"},
                      {.what = "TCP 135", .problem = Error{kTimeout, "connect", ""}}},
            .failed_at = CaStep::mapper};
}

}  // namespace

TEST_CASE("the CA of the own site comes first", "[cas][choice-4]") {
    const CaListing listing = list_cas(two_cas(), kSha1);
    REQUIRE(listing.cas.size() == 2);
    CHECK(listing.cas[0].service.ref().config() == kCa2);
    CHECK(listing.cas[0].site == SiteMatch::own);
    CHECK(listing.cas[1].site == SiteMatch::other);
}

TEST_CASE("a CA is listed with trust, certificate, NTAuth and the right to enroll", "[cas][S12]") {
    Preview preview = two_cas();
    preview.world.ca_trust[0].chain = {engine::ChainState::untrusted, "no root of it is known"};
    preview.world.services[0].security_descriptor =
        SecurityBuilder().allow_object(kStranger, kEnroll).bytes();
    const CaListing listing = list_cas(preview, kSha1);
    CHECK(listing.cas[0].trusted);
    CHECK(listing.cas[0].enroll.granted);
    REQUIRE(listing.cas[0].certificates.size() == 1);
    CHECK(listing.cas[0].certificates[0].in_nt_auth);
    CHECK_FALSE(listing.cas[1].trusted);
    CHECK_FALSE(listing.cas[1].enroll.granted);
    CHECK_FALSE(listing.cas[1].certificates[0].in_nt_auth);
    CHECK(cas_as_text(listing).find("no root of it is known") != std::string::npos);
}

TEST_CASE("a CA that was asked and does not answer is exit code 2; one that was not asked is not",
          "[cas]") {
    CaListing listing = list_cas(two_cas(), kSha1);
    CHECK(exit_code(listing) == 0);
    listing.cas[0].probe = silent(listing.cas[0].service.ref());
    CHECK(exit_code(listing) == 2);
    const auto json = nlohmann::json::parse(cas_as_json(listing)).at("cas");
    CHECK(json.at(0).at("probe").at("failed_at") == "mapper");
    CHECK(json.at(0).at("probe").at("steps").at(1).at("failure").at("code") == "0x800705B4");
    CHECK(json.at(1).at("probe").is_null());
    CHECK(nlohmann::json::parse(cas_as_json(listing)).at("offline").is_null());
    CHECK(cas_as_text(listing).find("no: TCP 135") != std::string::npos);
}

TEST_CASE("what the CA says of itself is told beside the directory's word, without its escapes",
          "[cas]") {
    CaListing listing = list_cas(two_cas(), kSha1);
    listing.cas[0].identity = ca::CaIdentity{.name = "Corp\x1b[2J CA", .version = "6.3"};
    CHECK(nlohmann::json::parse(cas_as_json(listing)).at("cas").at(0).at("identity").at("name") ==
          "Corp\x1b[2J CA");
    CHECK(cas_as_text(listing).find('\x1b') == std::string::npos);
    listing.cas[0].identity = fail(kAccessDenied, "ask");
    CHECK(nlohmann::json::parse(cas_as_json(listing))
              .at("cas")
              .at(0)
              .at("identity")
              .at("failure")
              .at("code") == "0x80070005");
}

}  // namespace ae::service
