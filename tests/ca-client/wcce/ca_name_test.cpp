#include "ca-client/wcce/ca_name.h"

#include <catch2/catch.hpp>

using namespace ae::ca;

TEST_CASE("unsafe characters of a CA name are escaped", "[caname][MS-WCCE:3.1.1.4.1.1]") {
    CHECK(sanitized_name("LongCAName(WithSpeci@#$%^Characters") ==
          "LongCAName!0028WithSpeci@!0023$!0025!005eCharacters");
    CHECK(sanitized_name("$-.@_~ ") == "$-.@_~ ");
    CHECK(sanitized_name("!\"#%&'()*+,/:;<=>?[\\]^`{|}") ==
          "!0021!0022!0023!0025!0026!0027!0028!0029!002a!002b!002c!002f!003a!003b!003c!003d!003e"
          "!003f!005b!005c!005d!005e!0060!007b!007c!007d");
    CHECK(sanitized_name("a\x1f\x7f") == "a!001f!007f");
    CHECK(sanitized_name("Z\xc3\xbcrich") == "Z!00fcrich");
    CHECK(sanitized_name("\xf0\x9f\x94\x91") == "!d83d!dd11");  // two UTF-16 units
    CHECK(sanitized_name("").empty());
}

TEST_CASE("a name of 51 characters stays, 52 are shortened", "[caname]") {
    CHECK(short_sanitized_name(std::string(51, 'X')) == std::string(51, 'X'));
    CHECK(short_sanitized_name(std::string(52, 'X')) == std::string(51, 'X') + "-00088");
    CHECK(short_sanitized_name(std::string(60, 'X')) == std::string(51, 'X') + "-44968");
}

TEST_CASE("an escape that the cut would split goes as a whole", "[caname]") {
    CHECK(short_sanitized_name(std::string(49, 'X') + "#YYYY") == std::string(49, 'X') + "-21415");
    // The escape ends exactly at the cut.
    CHECK(short_sanitized_name(std::string(46, 'X') + "#Y").substr(0, 52) ==
          std::string(46, 'X') + "!0023-");
    CHECK(short_sanitized_name(std::string(47, 'X') + "#Y").substr(0, 48) ==
          std::string(47, 'X') + "-");
}
