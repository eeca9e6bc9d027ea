#include "policy/attribute_map.h"

#include "tests/policy/support.h"

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;

}  // namespace

TEST_CASE("attribute names compare without case", "[attribute-map][RFC4512:2.5]") {
    const auto object = ae::test::object_of({{"dNSHostName", {"a", "b"}}});
    CHECK(text_of(object, "DNSHOSTNAME") == "a");
    CHECK(texts_of(object, "dnshostname") == std::vector<std::string>{"a", "b"});
    CHECK(text_of(object, "dNSHostNames") == std::nullopt);
    CHECK(values_of(object, "cn").empty());
}

TEST_CASE("a value range tells where it goes on", "[attribute-map][MS-ADTS:3.1.1.3.1.3.3]") {
    const auto first = parse_range("tokenGroups;range=0-1499");
    REQUIRE(first);
    CHECK(first->name == "tokenGroups");
    CHECK(first->next == 1500);
    CHECK_FALSE(first->is_last);
    const auto last = parse_range("member;binary;Range=1500-*");
    REQUIRE(last);
    CHECK(last->name == "member");
    CHECK(last->is_last);
    for (const auto* none :
         {"tokenGroups", "userCertificate;binary", "a;range=", "a;range=5", "a;range=5-4",
          "a;range=x-9", "a;range=0-9-10", "a;range=0-18446744073709551615"}) {
        INFO(none);
        CHECK_FALSE(parse_range(none));
    }
}

TEST_CASE("what means something in a filter is escaped", "[attribute-map][RFC4515:3]") {
    CHECK(escape_filter_value("WS1$") == "WS1$");
    CHECK(escape_filter_value("*)(cn=\\") == "\\2a\\29\\28cn=\\5c");
    CHECK(escape_filter_value(std::string_view("a\0b", 3)) == "a\\00b");
    CHECK(escape_filter_value("\xC3\xA4") == "\\c3\\a4");
}
