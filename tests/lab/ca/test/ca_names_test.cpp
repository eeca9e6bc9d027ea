#include "tests/lab/ca/ca_names.h"

#include "tests/lab/ca/test/support.h"

using namespace ae::labca;

TEST_CASE("CA names are sanitized", "[names][MS-WCCE:3.1.1.4.1.1]") {
    CHECK(sanitized_name("LongCAName(WithSpeci@#$%^Characters") ==
          "LongCAName!0028WithSpeci@!0023$!0025!005eCharacters");
    CHECK(sanitized_name("Corp Issuing CA 1") == "Corp Issuing CA 1");
    CHECK(sanitized_name("a$-.@_~b") == "a$-.@_~b");
    CHECK(sanitized_name("\xC3\xA9") == "!00e9");
    CHECK(sanitized_name("\xF0\x9F\x98\x80") == "!d83d!de00");  // two UTF-16 units
    CHECK(sanitized_name("!") == "!0021");
}

TEST_CASE("long sanitized names are shortened with a hash", "[names][MS-WCCE:3.1.1.4.1.1]") {
    CHECK(short_sanitized_name(std::string(51, 'X')) == std::string(51, 'X'));
    CHECK(short_sanitized_name(std::string(60, 'X')) == std::string(51, 'X') + "-44968");
    CHECK(short_sanitized_name(std::string(49, 'X') + "#YYYY") == std::string(49, 'X') + "-21415");
    // The escape ends exactly at the cut: it stays whole.
    CHECK(short_sanitized_name(std::string(46, 'X') + "#YYYY")
              .starts_with(std::string(46, 'X') + "!0023-"));
}

TEST_CASE("an authority is one of the three names, in any case", "[names][MS-WCCE:3.2.1.4.2.1.1]") {
    const std::string name = std::string(55, 'x') + "(1)";
    CHECK(names_this_ca(name, name));
    CHECK(names_this_ca(std::string(55, 'X') + "(1)", name));
    CHECK(names_this_ca(sanitized_name(name), name));
    CHECK(names_this_ca(short_sanitized_name(name), name));
    CHECK_FALSE(names_this_ca("", name));
    CHECK_FALSE(names_this_ca("another", name));
    CHECK_FALSE(names_this_ca(std::string(55, 'x'), name));
}
