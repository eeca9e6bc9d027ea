#include "service/inventory/templates.h"

#include "engine/asked.h"
#include "engine/base/hresult_table.h"
#include "tests/support/builders.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace ae::test;

Preview preview_with(engine::Snapshot world) {
    Preview preview;
    preview.plan = make_plan(world);
    preview.world = std::move(world);
    return preview;
}

engine::Template without_right(std::string name, std::string_view right) {
    engine::Template one = autoenrolled(std::move(name));
    SecurityBuilder rights;
    if (right != kEnroll) {
        rights.allow_object(kDomainComputers, kEnroll);
    }
    if (right != kAutoenroll) {
        rights.allow_object(kDomainComputers, kAutoenroll);
    }
    one.security_descriptor = rights.allow(kAuthenticatedUsers, kReadRights).bytes();
    return one;
}

TemplateListing listing_of(const engine::Snapshot& world, const std::string& ca = {},
                           ListedTemplates which = ListedTemplates::with_rights) {
    auto listing = list_templates(preview_with(world), ca, which);
    REQUIRE(listing);
    return std::move(*listing);
}

std::vector<std::string> names_of(const TemplateListing& listing) {
    std::vector<std::string> names;
    for (const ListedTemplate& one : listing.templates) {
        names.push_back(one.name);
    }
    return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("each right is told with the entry that decided it", "[templates][S]") {
    const auto listing = listing_of(world_of({without_right("CorpMachine", kAutoenroll)}));
    REQUIRE(listing.templates.size() == 1);
    const ListedTemplate& one = listing.templates.front();
    CHECK(one.read.granted);
    CHECK(one.enroll.granted);
    CHECK(one.enroll.reason.find(kDomainComputers) != std::string::npos);
    CHECK_FALSE(one.autoenroll.granted);
    CHECK(one.decision.verdict == engine::Verdict::no_autoenroll_right);
    REQUIRE(one.objection);
    CHECK(one.objection->rule == "E3");
    CHECK(one.offered_by == Names{kCa1});
}

TEST_CASE("the failing rule is told although a valid certificate is held", "[templates][E7]") {
    engine::Template wanted = autoenrolled("CorpMachine");
    wanted.name_flags = engine::name_flag::kEnrolleeSuppliesSubject;
    engine::Snapshot world = world_of({wanted});
    world.my = {held(wanted)};
    const ListedTemplate one = listing_of(world).templates.front();
    REQUIRE(one.objection);
    CHECK(one.objection->rule == "E7");
}

TEST_CASE("the failing rule is told of what is held subject by subject, too", "[templates][Q15]") {
    engine::Template wanted = autoenrolled("CorpWeb");
    wanted.name_flags = engine::name_flag::kEnrolleeSuppliesSubject |
                        engine::name_flag::kOldCertificateSuppliesNames;
    wanted.enrollment_flags = 0;
    engine::Snapshot world = world_of({wanted});
    world.my = {held(wanted)};
    const ListedTemplate one = listing_of(world).templates.front();
    REQUIRE(one.objection);
    CHECK(one.objection->rule == "E2");
}

TEST_CASE("templates without any right are counted, and listed with all", "[templates]") {
    engine::Template strange = autoenrolled("CorpStrange");
    strange.security_descriptor = SecurityBuilder().allow_object(kStranger, kEnroll).bytes();
    const engine::Snapshot world = world_of({autoenrolled("CorpMachine"), strange});
    CHECK(names_of(listing_of(world)) == Names{"CorpMachine"});
    CHECK(listing_of(world).left_out == 1);
    CHECK(names_of(listing_of(world, {}, ListedTemplates::all)) ==
          Names{"CorpMachine", "CorpStrange"});
}

TEST_CASE("of one CA only what it offers is listed, by config string or name", "[templates][E10]") {
    engine::Snapshot world = world_of({autoenrolled("CorpMachine"), autoenrolled("CorpVpn")});
    offer(world, {test::service(1, {"CorpMachine"}), test::service(2, {"corpvpn"})});
    CHECK(names_of(listing_of(world, kCa1)) == Names{"CorpMachine"});
    CHECK(names_of(listing_of(world, "CORP ISSUING CA 2")) == Names{"CorpVpn"});
}

TEST_CASE("an unknown CA is an error that names the nearest", "[templates]") {
    const auto listing = list_templates(preview_with(world_of({autoenrolled("CorpMachine")})),
                                        "Corp Isuing CA 1", ListedTemplates::all);
    REQUIRE_FALSE(listing);
    CHECK(listing.error().code == engine::kNotFound);
    CHECK(listing.error().sentence().find("did you mean Corp Issuing CA 1") != std::string::npos);
}

TEST_CASE("the template without a security descriptor says so for each right", "[templates][S1]") {
    engine::Template blank = autoenrolled("CorpBlank");
    blank.security_descriptor.reset();
    const auto listing = listing_of(world_of({blank}), {}, ListedTemplates::all);
    CHECK(listing.templates.front().read.reason == "the directory returned no security descriptor");
    CHECK_FALSE(listing.templates.front().autoenroll.granted);
}

TEST_CASE("text and JSON of the templates tell the same", "[templates]") {
    const auto listing = listing_of(world_of({without_right("CorpMachine", kAutoenroll)}));
    const auto json = nlohmann::json::parse(templates_as_json(listing)).at("templates").at(0);
    CHECK(json.at("rights").at("autoenroll").at("granted") == false);
    CHECK(json.at("objection").at("rule") == "E3");
    CHECK(json.at("decision").at("verdict") == "no Autoenroll right");
    CHECK(nlohmann::json::parse(templates_as_json(listing)).at("offline").is_null());
    const std::string text = templates_as_text(listing);
    CHECK(text.find("no Autoenroll right (E3)") != std::string::npos);
    CHECK(text.find(listing.templates.front().enroll.reason) != std::string::npos);
}

}  // namespace ae::service
