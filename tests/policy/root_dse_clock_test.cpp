#include "policy/root_dse_clock.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;

// As Samba 4.17 and Windows (lengths of four octets) send it.
Bytes answer_of(const std::string& time, const std::string& attribute = "currentTime") {
    return der::sequence(
        {der::integer(1),
         der::write(static_cast<der::Tag>(0x64),
                    {der::octet_string({}),
                     der::sequence({der::sequence(
                         {der::octet_string(as_bytes(attribute)),
                          der::write(der::Tag::set, {der::octet_string(as_bytes(time))})})})})});
}

const Bytes kWindowsAnswer = *from_hex(
    "3084 00000038 020101 6484 0000002f 0400 3084 00000027 3084 00000021"
    "040b 63757272656e7454696d65 3184 0000000e 0400");

}  // namespace

TEST_CASE("the controller's time is read to the second", "[root-dse-clock][MS-ADTS:3.1.1.3.2.5]") {
    const Bytes answer = answer_of("20261121120007.0Z");
    const auto time = parse_clock_answer(1, answer);
    REQUIRE(time);
    CHECK(to_string(*time) == "2026-11-21T12:00:07Z");
    CHECK(parse_clock_answer(1, answer_of("20261121120007Z")) == *time);
}

TEST_CASE("what is no time, no such attribute or somebody else's answer is refused",
          "[root-dse-clock]") {
    CHECK_FALSE(parse_clock_answer(2, answer_of("20261121120007.0Z")));
    CHECK_FALSE(parse_clock_answer(1, answer_of("20261121120007.0Z", "dnsHostName")));
    CHECK_FALSE(parse_clock_answer(1, answer_of("20261332120007.0Z")));
    CHECK_FALSE(parse_clock_answer(1, answer_of("")));
    CHECK_FALSE(parse_clock_answer(1, {}));
    CHECK_FALSE(parse_clock_answer(1, kWindowsAnswer));
    const Bytes whole = answer_of("20261121120007.0Z");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(parse_clock_answer(1, ByteView(whole).first(size)));
    }
}

TEST_CASE("the size of an answer is known from its head, whatever the form of the length",
          "[root-dse-clock][RFC4511:5.1]") {
    const auto size_of = [](const char* hex) { return message_size(*from_hex(hex)); };
    CHECK(*size_of("3005") == std::optional<std::size_t>(7));
    CHECK(*size_of("30") == std::nullopt);
    CHECK(*size_of("3084000000") == std::nullopt);
    CHECK(*size_of("308400000010") == std::optional<std::size_t>(22));
    CHECK(*size_of("308400001000") == std::optional<std::size_t>(4102));
    CHECK_FALSE(size_of("308400001001"));    // larger than any answer
    CHECK_FALSE(size_of("3085000000000a"));  // a length of five octets
    CHECK_FALSE(size_of("3080"));            // indefinite
    CHECK_FALSE(size_of("0105"));
}

TEST_CASE("the question is one search of the root for one attribute", "[root-dse-clock]") {
    CHECK(encode_clock_query(1) ==
          *from_hex("3032 020101 632d 0400 0a0100 0a0100 020100 020100 010100"
                    "870b 6f626a656374436c617373 300d 040b 63757272656e7454696d65"));
}
