#include "tests/lab/ca/faults.h"

#include "tests/lab/ca/access_check.h"
#include "tests/lab/ca/delivery.h"
#include "tests/lab/ca/directory_static.h"
#include "tests/lab/ca/handles.h"
#include "tests/lab/ca/hierarchy.h"
#include "tests/lab/ca/response_writer.h"
#include "tests/lab/ca/test/support.h"

#include <sys/socket.h>

using namespace ae::labca;
using namespace ae::labca::test;

namespace {

// Four octets of token, nothing sealed.
struct PlainSecurity : SecurityContext {
    Step accept(View) override { return {}; }
    Caller caller() const override { return {}; }
    std::size_t token_size(std::size_t, bool) override { return 4; }
    void unwrap(Bytes&, std::size_t, std::size_t, bool) override {}
    void wrap(Bytes&, std::size_t, std::size_t, bool) override {}
};

struct Fragment {
    PduHeader header{};
    RequestBody body{};  // a response has the same first three fields
    std::optional<SecTrailer> trailer{};
    Bytes pdu{};
};

std::vector<Fragment> fragments(const WireFaults& faults, std::size_t stub_size = 40,
                                std::size_t most = 100) {
    PlainSecurity security;
    ResponseWriter writer({.call_id = 7,
                           .context_id = 1,
                           .security = &security,
                           .auth = {.type = 9, .level = 6, .context_id = 1}},
                          Bytes(stub_size, 0xAB), faults);
    std::vector<Fragment> out;
    while (out.size() < most) {
        auto pdu = writer.next();
        if (!pdu) {
            break;
        }
        Fragment one;
        one.header = read_header(View(*pdu).first(kHeaderSize));
        one.body = read_request(*pdu, one.header);
        one.trailer = read_trailer(*pdu, one.header);
        one.pdu = std::move(*pdu);
        out.push_back(std::move(one));
    }
    return out;
}

WireFaults wire(const std::string& assignment) {
    FaultSwitch faults;
    faults.set(assignment);
    return faults.now();
}

}  // namespace

TEST_CASE("every fault is set, shown and taken back", "[faults]") {
    for (const std::string setting : {"deny=0x80094012",
                                      "disposition=0x0000004D",
                                      "bad-status=0x00000009",
                                      "frag-length=0x0000FFFF",
                                      "auth-length=0x00000001",
                                      "pad-length=0x000000FF",
                                      "alloc-hint=0xFFFFFFF0",
                                      "blob-length=0xFFFFFFFF",
                                      "blob-count=0x00000005",
                                      "message-length=0x00009C40",
                                      "cut-response=0x00000000",
                                      "message=hello",
                                      "drip=20",
                                      "tcp-bytes=1",
                                      "delay=5",
                                      "silent=on",
                                      "silent=bind",
                                      "archived-hash=wrong",
                                      "archived-hash=missing",
                                      "untrusted-chain=on",
                                      "wrong-signer=on",
                                      "no-full-response=on",
                                      "no-certificate=on",
                                      "tiny-fragments=on",
                                      "endless-fragments=on",
                                      "replay=on",
                                      "wrong-call-id=on",
                                      "wrong-context-id=on",
                                      "unsigned-response=on",
                                      "broken-seal=on",
                                      "on-activation=on"}) {
        CAPTURE(setting);
        FaultSwitch faults;
        faults.set(setting);
        CHECK(faults.describe() == setting + "\n");
        FaultSwitch again = {};
        again.set(setting);
        again.set(setting.substr(0, setting.find('=')) + "=off");
        CHECK(again.describe().empty());
        faults.set("off");
        CHECK(faults.describe().empty());
    }
}

TEST_CASE("what is no fault is refused with a sentence", "[faults]") {
    FaultSwitch faults;
    CHECK_THROWS_WITH(faults.set("no-such=on"), Catch::Contains("no fault \"no-such\""));
    CHECK_THROWS_WITH(faults.set("silent=loud"), Catch::Contains("\"loud\""));
    CHECK_THROWS_WITH(faults.set("frag-length=many"), Catch::Contains("not a number"));
    CHECK(faults.describe().empty());
}

TEST_CASE("a message may hold what no command line can", "[faults]") {
    FaultSwitch faults;
    faults.set(R"(message=a\x1bb\x0ac\d)");
    CHECK(faults.now().message ==
          "a\x1b"
          "b\nc\\d");
}

TEST_CASE("an honest response is one padded, protected fragment", "[faults][response]") {
    const auto sent = fragments({});
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].header.flags == (kFirstFragment | kLastFragment));
    CHECK(sent[0].header.frag_length == sent[0].pdu.size());
    CHECK(sent[0].header.call_id == 7);
    CHECK(sent[0].body.alloc_hint == 40);
    CHECK(sent[0].trailer->pad == 8);
}

TEST_CASE("each wire fault does what it says, and nothing else", "[faults][response]") {
    CHECK(fragments(wire("tiny-fragments=on")).size() == 40);
    CHECK(fragments(wire("wrong-call-id=on"))[0].header.call_id == 8);
    CHECK(fragments(wire("wrong-context-id=on"))[0].body.context_id == 2);
    CHECK(fragments(wire("alloc-hint=0xfffffff0"))[0].body.alloc_hint == 0xFFFFFFF0);
    CHECK(fragments(wire("pad-length=255"))[0].trailer->pad == 255);
    CHECK(fragments(wire("unsigned-response=on"))[0].header.auth_length == 0);
    CHECK(fragments(wire("broken-seal=on"))[0].pdu[24] == (0xAB ^ 1));

    const auto endless = fragments(wire("endless-fragments=on"));
    REQUIRE(endless.size() == 100);
    CHECK(endless[0].header.flags == kFirstFragment);
    CHECK(endless[99].header.flags == 0);

    const auto twice = fragments(wire("replay=on"));
    REQUIRE(twice.size() == 5);  // of 13, 13, 13 again, 13 and 1 octets
    CHECK(twice[1].pdu == twice[2].pdu);
    CHECK(twice[1].header.flags == 0);
}

TEST_CASE("lengths lie in the header alone", "[faults][response]") {
    PlainSecurity security;
    for (const auto& [setting, offset, value] :
         {std::tuple{"frag-length=5", 8, 5}, std::tuple{"auth-length=65000", 10, 65000}}) {
        CAPTURE(setting);
        ResponseWriter writer({.security = &security}, Bytes(16), wire(setting));
        const Bytes lie = writer.next().value();
        ResponseWriter honest({.security = &security}, Bytes(16), {});
        const Bytes truth = honest.next().value();
        REQUIRE(lie.size() == truth.size());
        const auto at = static_cast<std::size_t>(offset);
        CHECK(lie[at] + 256 * lie[at + 1] == value);
    }
}

TEST_CASE("an answer is cut after so many octets, over all its PDUs", "[faults][delivery]") {
    std::array<int, 2> pair{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
    const UniqueFd ours(pair[0]);
    const UniqueFd theirs(pair[1]);
    Delivery delivery(ours.get(), wire("cut-response=15"));
    CHECK(delivery.write(Bytes(10, 1)));
    CHECK_FALSE(delivery.write(Bytes(10, 2)));
    Bytes got(64);
    CHECK(::recv(theirs.get(), got.data(), got.size(), 0) == 15);
}

TEST_CASE("a static directory has templates, accounts and their SIDs", "[directory]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "directory.json";
    write_atomically(file, view_of(R"({
        "offered": ["M"],
        "templates": [{"name": "M", "oid": "1.2.3", "enroll": ["S-1-5-21-1-2-3-515"]}],
        "accounts": [{"principal": "WS1$@A.TEST", "sids": ["S-1-5-21-1-2-3-1103", "S-1-5-32-545"],
                      "dns_host_name": "ws1.a.test"}]})"));
    const StaticDirectory known = static_directory(file);
    const auto directory = known.factory();
    CHECK(directory->offered_templates() == std::vector<std::string>{"M"});
    const auto found = directory->template_with_oid("1.2.3");
    REQUIRE(found);
    CHECK(found->schema_version == 2);
    CHECK(check_extended_right(*found->security_descriptor, kEnrollRight, {"S-1-5-21-1-2-3-515"}) ==
          Access::granted);
    CHECK(check_extended_right(*found->security_descriptor, kEnrollRight, {"S-1-5-21-1-2-3-516"}) ==
          Access::denied);
    CHECK(directory->account("S-1-5-21-1-2-3-1103")->dns_host_name == "ws1.a.test");
    CHECK_FALSE(directory->account("S-1-5-32-545"));
    CHECK(known.sids_of("WS1$@A.TEST").size() == 2);
    CHECK(known.sids_of("WS1$@B.TEST").empty());
    write_atomically(file, view_of("{}"));
    CHECK_THROWS_WITH(static_directory(file), Catch::Contains("directory.json"));
}
