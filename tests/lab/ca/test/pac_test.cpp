#include "tests/lab/ca/pac.h"

#include "tests/lab/ca/sid.h"
#include "tests/lab/ca/test/support.h"

using namespace ae::labca;

namespace {

// KERB_VALIDATION_INFO of WS1$ (RID 1112, primary group 515), marshalled by Samba's encoder.
const std::string kLogonInfo =
    "01100800 cccccccc f0010000 00000000 00000200 00000000 00000000 00000000 00000000 00000000 "
    "00000000 00000000 00000000 00000000 00000000 00000000 00000000 08000800 04000200 00000000 "
    "08000200 00000000 0c000200 00000000 10000200 00000000 14000200 00000000 18000200 00000000 "
    "58040000 03020000 02000000 1c000200 00000000 00000000 00000000 00000000 00000000 06000800 "
    "20000200 08000a00 24000200 28000200 00000000 00000000 80000000 00000000 00000000 00000000 "
    "00000000 00000000 00000000 00000000 02000000 2c000200 30000200 01000000 34000200 04000000 "
    "00000000 04000000 57005300 31002400 00000000 00000000 00000000 00000000 00000000 00000000 "
    "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 02000000 "
    "03020000 07000000 b0040000 07000000 04000000 00000000 03000000 44004300 31000000 05000000 "
    "00000000 04000000 43004f00 52005000 04000000 01040000 00000005 15000000 c7353a42 8e6b7484 "
    "55a1aec6 02000000 38000200 07000000 3c000200 07000000 01000000 01010000 00000012 01000000 "
    "05000000 01050000 00000005 15000000 09000000 09000000 09000000 15050000 04000000 01040000 "
    "00000005 15000000 c7353a42 8e6b7484 55a1aec6 01000000 dc050000 07000000";

}  // namespace

TEST_CASE("the PAC names the account first and then all its groups", "[pac][MS-PAC:2.5]") {
    const PacLogon logon = read_logon_info(from_hex(kLogonInfo));
    const std::string domain = "S-1-5-21-1111111111-2222222222-3333333333";
    CHECK(logon.account == "WS1$");
    CHECK(logon.account_control == 0x80);
    CHECK(logon.sids == std::vector<std::string>{domain + "-1112", domain + "-515", domain + "-515",
                                                 domain + "-1200", "S-1-18-1",
                                                 "S-1-5-21-9-9-9-1301", domain + "-1500"});
}

TEST_CASE("a PAC cut short or with absurd counts is refused", "[pac][hostile]") {
    const Bytes good = from_hex(kLogonInfo);
    const std::size_t needed = good.size() - 4;  // the last four bytes are an attribute word
    for (std::size_t length = 0; length < needed; ++length) {
        CHECK_THROWS_AS(read_logon_info(View(good).first(length)), ParseError);
    }
    Bytes absurd = good;
    absurd[128 + 3] = 0x7f;  // group count
    CHECK_THROWS_AS(read_logon_info(absurd), ParseError);
}

TEST_CASE("SIDs go from bytes to text and back", "[sid][MS-DTYP:2.4.2]") {
    for (const std::string text :
         {"S-1-1-0", "S-1-5-32-544", "S-1-5-21-1111111111-2222222222-3333333333-1112"}) {
        CHECK(sid_text(sid_bytes(text)) == text);
    }
    CHECK(to_hex(sid_bytes("S-1-5-18")) == "010100000000000512000000");
    for (const char* wrong : {"", "S-1", "S-1-", "S-2-5-18", "S-1-5--18", "S-1-5-18-", "S-1-x"}) {
        INFO(wrong);
        CHECK_THROWS_AS(sid_bytes(wrong), ParseError);
    }
    CHECK_THROWS_AS(sid_text(from_hex("0101000000000005120000")), ParseError);
    CHECK_THROWS_AS(sid_text(from_hex("01010000000000051200000000")), ParseError);
}
