#include "policy/netlogon_ping.h"

#include "engine/base/hresult_table.h"
#include "tests/policy/netlogon_answer.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::policy;
using ae::test::kTail;
using ae::test::NetlogonAnswer;
using ae::test::windows_datagram;

// What a controller of Lab-Site says, names compressed as [MS-ADTS] 6.3.7 has it.  Pointers count
// from the first octet: 0x18 is the forest's name, 0x3f the controller's site.
const Bytes kAnswer = *from_hex(
    "1700 0000 fdf30100 000102030405060708090a0b0c0d0e0f"
    "04636f7270 076578616d706c65 0474657374 00"  // 24: forest corp.example.test
    "c018"                                       // domain = forest
    "03646331 c018"                              // host dc1.corp.example.test
    "04434f525000"                               // NetBIOS domain CORP
    "0344433100"                                 // NetBIOS host DC1
    "00"                                         // user
    "084c61622d5369746500"                       // DC's site Lab-Site
    "c03f"                                       // client's site: pointer to it
    "00"                                         // next closest site
    "15000000 ffff ffff");

}  // namespace

TEST_CASE("the extended netlogon answer is read, compressed names and all",
          "[netlogon-ping][MS-ADTS:6.3.1.9]") {
    const auto reply = parse_netlogon_response_ex(kAnswer);
    INFO((reply ? std::string{} : reply.error().context));
    REQUIRE(reply);
    CHECK_FALSE(reply->paused);
    CHECK(reply->flags == 0x1F3FD);
    CHECK(reply->domain_guid.wire[15] == 0x0F);
    CHECK(reply->forest == "corp.example.test");
    CHECK(reply->domain == "corp.example.test");
    CHECK(reply->host == "dc1.corp.example.test");
    CHECK(reply->netbios_domain == "CORP");
    CHECK(reply->netbios_host == "DC1");
    CHECK(reply->user.empty());
    CHECK(reply->dc_site == "Lab-Site");
    CHECK(reply->client_site == "Lab-Site");
    CHECK(reply->next_closest_site.empty());
    CHECK(reply->is_near());
}

TEST_CASE("an answer that is cut off anywhere is refused", "[netlogon-ping]") {
    for (std::size_t size = 0; size < kAnswer.size(); ++size) {
        INFO("first " << size << " octets");
        const auto cut = parse_netlogon_response_ex(ByteView(kAnswer).first(size));
        REQUIRE_FALSE(cut);
        CHECK(cut.error().code == kInvalidData);
    }
    // Cut in the middle but with a whole tail: the names do not fit any more.
    const std::size_t fixed = 24;
    for (std::size_t size = fixed; size < kAnswer.size() - kTail.size() - 1; ++size) {
        Bytes cut(kAnswer.begin(), kAnswer.begin() + static_cast<std::ptrdiff_t>(size));
        cut.insert(cut.end(), kTail.begin(), kTail.end());
        INFO("names cut after " << size << " octets");
        CHECK_FALSE(parse_netlogon_response_ex(cut));
    }
}

TEST_CASE("near means the closest-site flag, or one site for both",
          "[netlogon-ping][MS-ADTS:6.3.1.2]") {
    struct Row {
        std::uint32_t flags;
        const char* dc_site;
        const char* client_site;
        bool near;
    };
    for (const auto& row :
         {Row{0x80, "A", "B", true}, Row{0, "A", "a", true}, Row{0, "A", "B", false},
          Row{0, "A", "", false}, Row{0, "", "", false}, Row{0x80, "A", "", true}}) {
        const auto reply = parse_netlogon_response_ex(NetlogonAnswer{
            .flags = row.flags, .dc_site = row.dc_site, .client_site = row.client_site}
                                                          .encode());
        REQUIRE(reply);
        INFO(row.flags << ' ' << row.dc_site << ' ' << row.client_site);
        CHECK(reply->is_near() == row.near);
    }
}

TEST_CASE("the optional fields may be there or not", "[netlogon-ping][MS-ADTS:6.3.1.9]") {
    NetlogonAnswer answer;
    CHECK(parse_netlogon_response_ex(answer.encode()));
    answer.next_closest_site = "Hub";
    REQUIRE(parse_netlogon_response_ex(answer.encode()));
    CHECK(parse_netlogon_response_ex(answer.encode())->next_closest_site == "Hub");
    answer.socket_address = Bytes(17, 0x10);
    answer.version = 0x1D;
    REQUIRE(parse_netlogon_response_ex(answer.encode()));
    CHECK(parse_netlogon_response_ex(answer.encode())->next_closest_site == "Hub");
}

TEST_CASE("a paused controller says so; older forms of the answer are refused",
          "[netlogon-ping][MS-ADTS:6.3.1.3]") {
    const auto with = [](std::uint16_t opcode) {
        return parse_netlogon_response_ex(NetlogonAnswer{.opcode = opcode}.encode());
    };
    REQUIRE(with(24));
    CHECK(with(24)->paused);
    REQUIRE(with(25));
    CHECK_FALSE(with(25)->paused);
    CHECK_FALSE(with(19));
    CHECK_FALSE(with(21));
}

TEST_CASE("names that point forward, in a circle or beyond the message are refused",
          "[netlogon-ping][RFC1035:4.1.4]") {
    for (const auto* names : {"c018", "c019", "c0ff", "ffff", "0161c018", "80", "40", "3f61"}) {
        Bytes octets = *from_hex("1700 0000 00000000 000102030405060708090a0b0c0d0e0f");
        const auto tail = *from_hex(names);
        octets.insert(octets.end(), tail.begin(), tail.end());
        octets.insert(octets.end(), 16, 0);
        octets.insert(octets.end(), kTail.begin(), kTail.end());
        INFO(names);
        CHECK_FALSE(parse_netlogon_response_ex(octets));
    }
}

TEST_CASE("the ping asks for the attribute Netlogon by domain and version",
          "[netlogon-ping][MS-ADTS:6.3.3]") {
    CHECK(to_hex(encode_netlogon_ping(5, "a.test")) ==
          to_hex(*from_hex("3048 020105 6343"
                           "0400 0a0100 0a0100 020100 020100 010100"
                           "a024"
                           "a313 0409 446e73446f6d61696e 0406 612e74657374"  // DnsDomain=a.test
                           "a30d 0405 4e74566572 0404 16000000"              // NtVer
                           "300a 0408 4e65746c6f676f6e")));
}

TEST_CASE("the answer is taken from the datagram, with the long lengths that Windows sends",
          "[netlogon-ping]") {
    for (const bool long_lengths : {false, true}) {
        const auto datagram = windows_datagram(7, kAnswer, long_lengths);
        const auto reply = parse_netlogon_answer(7, datagram);
        INFO((reply ? std::string{} : reply.error().context));
        REQUIRE(reply);
        CHECK(reply->host == "dc1.corp.example.test");
        CHECK_FALSE(parse_netlogon_answer(8, datagram));  // somebody else's answer
        for (std::size_t size = 0; size < datagram.size(); ++size) {
            INFO("first " << size << " octets");
            CHECK_FALSE(parse_netlogon_answer(7, ByteView(datagram).first(size)));
        }
    }
}

TEST_CASE("a directory that does not know the domain answers without an entry", "[netlogon-ping]") {
    // SearchResultDone, success
    CHECK_FALSE(parse_netlogon_answer(7, *from_hex("300c 020107 6507 0a0100 0400 0400")));
}
