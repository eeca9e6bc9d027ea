// The replica as it is shown: age, counts, completeness, and what a refresh did.
#include "service/inspect/replica_view.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace ae::service {
namespace {

using namespace test;

engine::Replica replica() {
    engine::Replica one;
    one.templates = {autoenrolled("B"), autoenrolled("A")};
    one.services = {test::service(1, {"A"})};
    one.roots = {{root_certificate()}, {}, true, {}};
    one.intermediates = {{}, {}, false, "the search was cut"};
    one.nt_auth = {{}, {"a value is no certificate"}, true, {}};
    return one;
}

const ReplicaSource kSource{kNow - std::chrono::hours(3), "dc1.corp.example.test", "id"};

TEST_CASE("a kept replica tells its age, its controller and what is not whole", "[replica]") {
    const ReplicaView view = view_replica(engine::Scope::machine, replica(), kSource, kNow, {});
    CHECK(view.templates == std::vector<std::string>{"A", "B"});
    CHECK(view.cas == std::vector<std::string>{kCa1});
    const std::string text = replica_as_text(view, Style());
    CHECK(text.find("as of 3 h ago from dc1.corp.example.test") != std::string::npos);
    CHECK(text.find("the search was cut") != std::string::npos);
    CHECK(text.find("2 templates: A, B") != std::string::npos);
    CHECK(text.find("a value is no certificate") != std::string::npos);
    const auto json = nlohmann::json::parse(replica_as_json(view));
    CHECK(json["trust"][0]["complete"] == true);
    CHECK(json["trust"][1]["complete"] == false);
    CHECK(json["trust"][0]["added"].is_null());
    CHECK(json["source"]["age_seconds"] == 10800);
}

TEST_CASE("a refresh tells what it did to each store", "[replica]") {
    std::vector<engine::TrustUpdate> updates(2);
    updates[0].store = engine::TrustStore::root;
    updates[0].added = 2;
    updates[0].removed = 1;
    updates[1].store = engine::TrustStore::intermediate;
    updates[1].problem = "the search was cut";
    ReplicaView view = view_replica(engine::Scope::machine, replica(), kSource, kNow, updates);
    view.refreshed = true;
    const std::string text = replica_as_text(view, Style());
    CHECK(text.find("+2 -1") != std::string::npos);
    CHECK(text.find("keeps its content: the search was cut") != std::string::npos);
}

}  // namespace
}  // namespace ae::service
