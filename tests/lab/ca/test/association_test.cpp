#include "tests/lab/ca/object_table.h"
#include "tests/lab/ca/oxid_resolver.h"
#include "tests/lab/ca/rpc_association.h"
#include "tests/lab/ca/test/support.h"
#include "tests/lab/ca/uuids.h"

using namespace ae::labca;
using namespace ae::labca::test;

namespace {

const std::string kBind =
    "05000b03 10000000 48000000 01000000 d016d016 00000000 01000000 00000100 c4fefc99 60521b10 "
    "bbcb00aa 0021347a 00000000 045d888a eb1cc911 9fe80800 2b104860 02000000";
const std::string kServerAlive2 = "05000003 10000000 18000000 02000000 00000000 00000500";

// Port 135 as "labca serve" wires it, without sockets and without Kerberos.
struct Port135 {
    TemporaryFolder folder{};
    ObjectTable objects{};
    CallLog log{(folder.path() / "calls.jsonl").string()};
    OxidResolver resolver{objects, log, {{"ca1.lab.test"}, 49700}, [] { return true; }};
    Association association{resolver, nullptr, "135"};

    std::vector<Bytes> send(const std::string& hex) { return association.receive(from_hex(hex)); }
};

std::uint32_t fault_status(const std::vector<Bytes>& answer) {
    REQUIRE(answer.size() == 1);
    REQUIRE(answer[0].size() == 32);
    REQUIRE(answer[0][2] == static_cast<std::uint8_t>(Ptype::fault));
    NdrReader in(answer[0]);
    in.take(24);
    return in.u32();
}

}  // namespace

TEST_CASE("ServerAlive2 answers without security, byte for byte", "[oxid][V1][V3]") {
    Port135 port;
    REQUIRE(port.send(kBind).size() == 1);
    const auto answer = port.send(kServerAlive2);
    REQUIRE(answer.size() == 1);
    CHECK(to_hex(answer[0]) ==
          to_hex(from_hex("05000203 10000000 5c000000 02000000 44000000 00000000 05000700 00000200 "
                          "16000000 16000f00 07006300 61003100 2e006c00 61006200 2e007400 65007300 "
                          "74000000 00000900 ffff0000 1000ffff 00000000 00000000 00000000")));
}

TEST_CASE("an interface added by alter_context is judged by itself", "[association][V4]") {
    Port135 port;
    port.send(kBind);
    // ICertRequestD2 lives on the exporter, not here: provider rejection, unknown interface.
    const auto answer = port.send(
        "05000e03 10000000 48000000 02000000 d016d016 34120000 01000000 01000100 3afd2254 b8d4ef4c "
        "a12ee87d 4ca22e90 00000000 045d888a eb1cc911 9fe80800 2b104860 02000000");
    REQUIRE(answer.size() == 1);
    CHECK(answer[0][2] == static_cast<std::uint8_t>(Ptype::alter_context_resp));
    NdrReader in(answer[0]);
    in.take(24);
    CHECK(in.u16() == 0);  // no secondary address
    in.align(4);
    CHECK(in.u32() == 1);
    CHECK(in.u16() == 2);
    CHECK(in.u16() == 1);
}

TEST_CASE("bind time features are granted in the reason field",
          "[association][MS-RPCE:3.3.1.5.3]") {
    Port135 port;
    std::string bind = kBind;
    bind.replace(bind.find("045d888a"), 4 * 9 - 1, "2c1cb76c 12984045 03000000 00000000");
    const auto answer = port.send(bind);
    NdrReader in(answer[0]);
    in.take(24);
    in.take(2U + 4U);  // "135" with its NUL
    in.align(4);
    in.u32();
    CHECK(in.u16() == 3);
    CHECK(in.u16() == 3);
}

TEST_CASE("activation without security is refused", "[association][MS-WCCE:2.1]") {
    Port135 port;
    std::string bind = kBind;
    bind.replace(bind.find("c4fefc99"), 4 * 9 - 1, "a0010000 00000000 c0000000 00000046");
    port.send(bind);
    CHECK(fault_status(port.send("05000003 10000000 18000000 02000000 00000000 00000400")) == 5);
}

TEST_CASE("unknown contexts, unknown methods and short stubs have faults of their own",
          "[association]") {
    Port135 port;
    port.send(kBind);
    CHECK(fault_status(port.send("05000003 10000000 18000000 02000000 00000000 07000500")) ==
          0x1c010003);
    CHECK(fault_status(port.send("05000003 10000000 18000000 03000000 00000000 00000900")) ==
          0x1c010002);
    CHECK(fault_status(port.send("05000003 10000000 18000000 04000000 00000000 00000200")) ==
          0x6f7);
}

TEST_CASE("an authentication type that is not served gets bind_nak 8", "[association]") {
    Port135 port;
    const auto answer = port.send(
        "05000b03 10000000 54000400 01000000 d016d016 00000000 01000000 00000100 c4fefc99 60521b10 "
        "bbcb00aa 0021347a 00000000 045d888a eb1cc911 9fe80800 2b104860 02000000 0a060000 01000000 "
        "41424344");
    REQUIRE(answer.size() == 1);
    CHECK(answer[0][2] == static_cast<std::uint8_t>(Ptype::bind_nak));
    CHECK(answer[0][16] == 8);
}

TEST_CASE("what breaks the protocol ends the connection", "[association][hostile]") {
    const std::vector<std::pair<const char*, std::string>> cases{
        {"request before bind", kServerAlive2},
        {"alter_context before bind", "05000e" + kBind.substr(6)},
        {"big-endian", "05000b03 00000000" + kBind.substr(17)},
        {"another RPC version", "04" + kBind.substr(2)},
        {"a response", "05000203" + kServerAlive2.substr(8)},
        {"auth3 without a context",
         "05001003 10000000 1c000000 01000000 00000000 00000000 00000000"},
        {"length differs", "05000b03 10000000 49000000" + kBind.substr(26)},
        {"no contexts", "05000b03 10000000 1c000000 01000000 d016d016 00000000 00000000"},
        {"too many transfers",
         "05000b03 10000000 48000000 01000000 d016d016 00000000 01000000 0000ff00" +
             kBind.substr(71)},
        {"auth_length beyond the PDU", "05000b03 10000000 4800ff00" + kBind.substr(26)},
    };
    for (const auto& [what, hex] : cases) {
        Port135 port;
        INFO(what);
        CHECK_THROWS_AS(port.send(hex), ProtocolError);
    }
    Port135 port;
    port.send(kBind);
    CHECK_THROWS_AS(port.send(kBind), ProtocolError);  // a second bind
}

TEST_CASE("fragments are put together in order and of one call", "[association]") {
    // SimplePing(set 1) in two fragments of four bytes each: status OR_INVALID_SET.
    const std::string first = "05000001 10000000 1c000000 02000000 08000000 00000100 01000000";
    const std::string last = "05000002 10000000 1c000000 02000000 04000000 00000100 00000000";
    Port135 port;
    port.send(kBind);
    CHECK(port.send(first).empty());
    const auto answer = port.send(last);
    REQUIRE(answer.size() == 1);
    CHECK(to_hex(View(answer[0]).subspan(24)) == "78070000");

    Port135 again;
    again.send(kBind);
    CHECK_THROWS_AS(again.send(last), ProtocolError);  // no first fragment
    again.send(first);
    CHECK_THROWS_AS(again.send(first), ProtocolError);
    Port135 mixed;
    mixed.send(kBind);
    mixed.send(first);
    CHECK_THROWS_AS(mixed.send("05000002 10000000 1c000000 03000000 04000000 00000100 00000000"),
                    ProtocolError);  // another call id
}

TEST_CASE("every PDU cut short is refused and never crashes", "[association][hostile]") {
    const Bytes bind = from_hex(kBind);
    for (std::size_t length = 0; length < bind.size(); ++length) {
        Port135 port;
        Bytes cut(bind.begin(), bind.begin() + static_cast<std::ptrdiff_t>(length));
        CHECK_THROWS_AS(port.association.receive(cut), ProtocolError);
        if (length >= 16) {
            cut[8] = static_cast<std::uint8_t>(length);  // the length now agrees
            Port135 honest;
            CHECK_THROWS_AS(honest.association.receive(cut), ProtocolError);
        }
    }
}

TEST_CASE("objects live as long as they are referenced and pinged", "[objects][MS-DCOM:3.1.1]") {
    ObjectTable table;
    const auto start = ObjectTable::Clock::now();
    const std::uint64_t oid = table.create(start);
    const auto d2 = table.reference(oid, kIidCertRequestD2, 5);
    REQUIRE(d2);
    CHECK(table.interface_of(d2->ipid) == kIidCertRequestD2);
    CHECK(table.reference(oid, kIidCertRequestD2, 1)->ipid == d2->ipid);
    CHECK(table.release(d2->ipid, 5));
    CHECK(table.interface_of(d2->ipid));  // one reference left
    CHECK(table.release(d2->ipid, 1));
    CHECK_FALSE(table.interface_of(d2->ipid));
    CHECK_FALSE(table.release(d2->ipid, 1));
    CHECK(table.size() == 0);

    const std::uint64_t pinged = table.create(start);
    const std::uint64_t silent = table.create(start);
    table.reference(pinged, kIidCertRequestD, 1);
    table.reference(silent, kIidCertRequestD, 1);
    std::uint64_t set = 0;
    CHECK(table.ping_set(set, {pinged}, {}, start));
    CHECK(table.ping(set, start + kPingPeriod));
    CHECK_FALSE(table.ping(set + 2, start));
    table.create(start + 3 * kPingPeriod);  // exactly three periods: both stay
    CHECK(table.size() == 3);
    table.create(start + 3 * kPingPeriod + std::chrono::seconds(1));
    CHECK(table.reference(pinged, kIidCertRequestD, 1));
    CHECK_FALSE(table.reference(silent, kIidCertRequestD, 1));
}

TEST_CASE("a call log line has its twelve keys, null where they do not apply", "[log]") {
    CHECK(call_line({}, {}) ==
          R"({"method":"","principal":null,"auth_type":null,"auth_level":null,)"
          R"("header_signing":null,"flags":null,"attributes":null,"request_format":null,)"
          R"("archived_key":null,"template":null,"request_id":null,"disposition":null})");
    CallRecord record;
    record.method = "Request2";
    record.flags = 0x40400;
    record.request_format = "cmc";
    record.archived_key = true;
    record.template_name = "CorpMachine";
    record.request_id = 7;
    record.disposition = 3;
    Caller caller;
    caller.principal = "WS1$@CORP.EXAMPLE.TEST";
    caller.auth_type = 9;
    caller.auth_level = 6;
    caller.header_signing = true;
    CHECK(call_line(record, caller) ==
          R"({"method":"Request2","principal":"WS1$@CORP.EXAMPLE.TEST","auth_type":9,)"
          R"("auth_level":6,"header_signing":true,"flags":263168,"attributes":null,)"
          R"("request_format":"cmc","archived_key":true,"template":"CorpMachine",)"
          R"("request_id":7,"disposition":3})");
}
