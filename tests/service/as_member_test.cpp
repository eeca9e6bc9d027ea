#include "service/as_member.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae::test {

using service::as_member_from_json;

namespace {

constexpr std::string_view kWhole =
    R"({"account": "WS1$", "domain": "corp.example.test", "forest": "example.test",)"
    R"( "dc": "dc1.corp.example.test", "ldap_user": "reader", "ldap_password": "pass \u00e4 word",)"
    R"( "comment": ["not ours"]})";

std::string replaced(std::string_view from, std::string_view to) {
    std::string text(kWhole);
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

Error error_of(const std::string& text) {
    const auto said = as_member_from_json(text);
    REQUIRE_FALSE(said);
    CHECK(said.error().code == kInvalidData);
    CHECK_THAT(said.error().remedy, Catch::Contains("\"account\""));
    return said.error();
}

}  // namespace

TEST_CASE("the file says who the machine is and how it binds", "[as_member]") {
    const auto said = as_member_from_json(kWhole);
    REQUIRE(said);
    CHECK(said->account == "WS1$");
    CHECK(said->domain == "corp.example.test");
    CHECK(said->forest == "example.test");
    CHECK(said->dc == "dc1.corp.example.test");
    CHECK(said->ldap_user == "reader");
    CHECK(as_text(said->ldap_password.view()) == "pass \xC3\xA4 word");
}

TEST_CASE("each member has to be a text that is not empty, and the missing one is named",
          "[as_member]") {
    for (const char* const name :
         {"account", "domain", "forest", "dc", "ldap_user", "ldap_password"}) {
        INFO(name);
        const std::string quoted = "\"" + std::string(name) + "\": ";
        CHECK_THAT(error_of(replaced(quoted, "\"x\": ")).context, Catch::Contains(name));
        CHECK_THAT(error_of(replaced(quoted + "\"", quoted + "5, \"x\": \"")).context,
                   Catch::Contains(name));
        CHECK_THAT(error_of(replaced(quoted + "\"", quoted + "\"\", \"x\": \"")).context,
                   Catch::Contains(name));
    }
    CHECK_THAT(error_of(replaced("WS1$", "WS1\\n$")).context, Catch::Contains("account"));
}

TEST_CASE("what is no JSON object is refused, and no error repeats the file's content",
          "[as_member]") {
    for (const std::string& text : {std::string(), std::string("[]"), std::string("\"secret\""),
                                    std::string("{\"ldap_password\": \"secret\""),
                                    std::string(kWhole) + "}", std::string("{}")}) {
        const Error error = error_of(text);
        CHECK_THAT(error.sentence(), !Catch::Contains("secret"));
    }
    CHECK_THAT(error_of(replaced("\"account\"", "\"acount\"")).sentence(),
               !Catch::Contains("pass \xC3") && !Catch::Contains("reader"));
}

}  // namespace ae::test
