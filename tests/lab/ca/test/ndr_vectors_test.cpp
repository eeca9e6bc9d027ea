// Vectors of the DCOM wire from the server's side: requests are decoded, replies encoded.
// They were composed from [MS-DCOM], [MS-RPCE] and [MS-WCCE], checked with tshark and impacket.
#include "tests/lab/ca/activation.h"
#include "tests/lab/ca/cert_request.h"
#include "tests/lab/ca/rem_unknown.h"
#include "tests/lab/ca/test/support.h"
#include "tests/lab/ca/uuids.h"

using namespace ae::labca;
using namespace ae::labca::test;

namespace {

const std::string kOrpcThis =
    "05000700 00000000 00000000 33221100 55447766 8899aabb ccddeeff 00000000 ";
const std::vector<StringBinding> kResolver{{7, "ca1.lab.test"}};

const std::string kCreateInstance =
    kOrpcThis +
    "00000000 00000200 b0010000 b0010000 4d454f57 04000000 a2010000 00000000 "
    "c0000000 00000046 38030000 00000000 c0000000 00000046 00000000 88010000 "
    "78010000 00000000 01100800 cccccccc 88000000 00000000 78010000 98000000 "
    "00000000 02000000 04000000 00000000 00000000 00000000 00000000 00000200 "
    "04000200 00000000 04000000 ab010000 00000000 c0000000 00000046 a5010000 "
    "00000000 c0000000 00000046 a4010000 00000000 c0000000 00000046 aa010000 "
    "00000000 c0000000 00000046 04000000 68000000 28000000 20000000 30000000 "
    "01100800 cccccccc 58000000 00000000 746e9ed9 88fcd011 b49800a0 c90312f3 "
    "14000000 00000000 00000000 02000000 00000000 00000200 68000000 05000700 "
    "02000000 3afd2254 b8d4ef4c a12ee87d 4ca22e90 706e9ed9 88fcd011 b49800a0 "
    "c90312f3 00000000 01100800 cccccccc 18000000 00000000 00000000 00000000 "
    "00000000 00000000 00000000 00000000 01100800 cccccccc 10000000 00000000 "
    "00000000 00000000 00000000 00000000 01100800 cccccccc 20000000 00000000 "
    "00000000 00000200 02000000 01000000 04000200 01000000 07000000 00000000";

const std::string kCreateInstanceReply =
    "00000000 00000000 00000200 28020000 28020000 4d454f57 04000000 a3010000 "
    "00000000 c0000000 00000046 39030000 00000000 c0000000 00000046 00000000 "
    "00020000 f0010000 00000000 01100800 cccccccc 60000000 00000000 f0010000 "
    "70000000 00000000 02000000 02000000 00000000 00000000 00000000 00000000 "
    "00000200 04000200 00000000 02000000 39030000 00000000 c0000000 00000046 "
    "b6010000 00000000 c0000000 00000046 02000000 d8000000 a8000000 01100800 "
    "cccccccc c8000000 00000000 02000000 00000200 04000200 08000200 02000000 "
    "3afd2254 b8d4ef4c a12ee87d 4ca22e90 706e9ed9 88fcd011 b49800a0 c90312f3 "
    "02000000 02400080 00000000 02000000 00000000 10000200 70000000 70000000 "
    "4d454f57 01000000 706e9ed9 88fcd011 b49800a0 c90312f3 00000000 05000000 "
    "88776655 44332211 00ffeedd ccbbaa99 01c00000 11112222 33334444 55556666 "
    "16000f00 07006300 61003100 2e006c00 61006200 2e007400 65007300 74000000 "
    "00000900 ffff0000 1000ffff 00000000 00000000 01100800 cccccccc 98000000 "
    "00000000 00000000 00000200 88776655 44332211 04000200 00800000 11112222 "
    "33334444 55556666 06000000 05000700 30000000 30002900 07006300 61003100 "
    "2e006c00 61006200 2e007400 65007300 74005b00 34003900 37003000 30005d00 "
    "00000700 31003000 2e003500 33002e00 35003700 2e003200 5b003400 39003700 "
    "30003000 5d000000 00000900 ffff0000 1000ffff 00000000 00000000 00000000";

}  // namespace

TEST_CASE("a bind is cut into its fields", "[pdu][C706:12.6.4.3][V1]") {
    const Bytes pdu = from_hex(
        "05000b03 10000000 48000000 01000000 d016d016 00000000 01000000 00000100 c4fefc99 60521b10 "
        "bbcb00aa 0021347a 00000000 045d888a eb1cc911 9fe80800 2b104860 02000000");
    const PduHeader header = read_header(View(pdu).first(16));
    CHECK(header.type == Ptype::bind);
    CHECK(header.frag_length == pdu.size());
    const BindBody body = read_bind(pdu, header);
    CHECK(body.max_recv == 5840);
    REQUIRE(body.contexts.size() == 1);
    CHECK(body.contexts[0].abstract == Syntax{kIidObjectExporter, 0});
    CHECK(body.contexts[0].transfers == std::vector{kNdr32});
}

TEST_CASE("a bind_ack is composed byte for byte", "[pdu][C706:12.6.4.4][V2]") {
    BindAck ack;
    ack.call_id = 1;
    ack.assoc_group = 0x1234;
    ack.sec_addr = "135";
    ack.results = {{0, 0, kNdr32}};
    CHECK(to_hex(write_bind_ack(ack)) ==
          to_hex(from_hex("05000c03 10000000 3c000000 01000000 d016d016 34120000 04003133 35000000 "
                          "01000000 00000000 045d888a eb1cc911 9fe80800 2b104860 02000000")));
}

TEST_CASE("a fault is composed byte for byte but for the allocation hint", "[pdu][V12]") {
    const Bytes expected =
        from_hex("05000303 10000000 20000000 03000000 18000000 00000000 05000000 00000000");
    CHECK(to_hex(write_fault(3, 0, RpcFault(5, "denied"))) == to_hex(expected));
    CHECK(write_fault(3, 0, RpcFault(5, "denied", Executed::no))[3] == 0x23);
}

TEST_CASE("RemoteCreateInstance is decoded", "[activation][MS-DCOM:2.2.22][V5]") {
    const Bytes stub = from_hex(kCreateInstance);
    NdrReader in(stub);
    CHECK(read_orpc_this(in).causality == kCausality);
    const ActivationRequest request = read_create_instance(in);
    CHECK(in.left() == 0);
    CHECK(request.clsid == kClsidCertRequest);
    CHECK(request.iids == std::vector{kIidCertRequestD2, kIidCertRequestD});
    CHECK(request.protseqs == std::vector<std::uint16_t>{7});
}

TEST_CASE("an activation cut short or with wrong sizes is refused", "[activation][hostile]") {
    const Bytes good = from_hex(kCreateInstance);
    for (std::size_t length = 0; length < good.size(); ++length) {
        const Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
        NdrReader in(cut);
        CHECK_THROWS_AS((read_orpc_this(in), read_create_instance(in)), ParseError);
    }
    const auto with = [&good](std::size_t at, std::uint8_t value) {
        Bytes changed = good;
        changed[at] = value;
        return changed;
    };
    // [dwSize, total size, header size, number of properties, a CLSID count, the first size]
    for (const std::size_t at : {0x60U, 0x78U, 0x7cU, 0x88U, 0xa8U, 0xecU}) {
        const Bytes changed = with(at, static_cast<std::uint8_t>(good[at] + 1));
        NdrReader in(changed);
        read_orpc_this(in);
        INFO("byte " << at);
        CHECK_THROWS_AS(read_create_instance(in), ParseError);
    }
}

TEST_CASE("the activation reply is composed byte for byte", "[activation][V6]") {
    ActivationReply reply;
    reply.oxid = kOxid;
    reply.ipid_rem_unknown = kIpidRemUnknown;
    reply.interfaces = {{kIidCertRequestD2, 0x80004002, {}},
                        {kIidCertRequestD, 0, {0, 5, kOxid, kOid, kIpidD}}};
    reply.resolver = kResolver;
    reply.exporter = {{7, "ca1.lab.test[49700]"}, {7, "10.53.57.2[49700]"}};
    CHECK(to_hex(write_create_instance_reply(reply, 0)) == to_hex(from_hex(kCreateInstanceReply)));
    CHECK(to_hex(write_create_instance_reply(std::nullopt, 0x80040154)) ==
          "00000000000000000000000054010480");
}

TEST_CASE("RemQueryInterface is decoded and answered", "[remunknown][V7]") {
    const Bytes stub = from_hex(kOrpcThis +
                                "01c00000 11112222 33334444 55556666 05000000 01000000 01000000 "
                                "3afd2254 b8d4ef4c a12ee87d 4ca22e90");
    NdrReader in(stub);
    read_orpc_this(in);
    const QueryInterfaceRequest request = read_query_interface(in);
    CHECK(request.ipid == kIpidD);
    CHECK(request.refs == 5);
    CHECK(request.iids == std::vector{kIidCertRequestD2});
    const Bytes reply =
        write_query_interface_reply({{0, {0, 5, kOxid, kOid, kIpidD2}}, {0x80004002, {}}}, 0);
    CHECK(to_hex(reply) ==
          to_hex(from_hex("00000000 00000000 00000200 02000000 00000000 00000000 00000000 05000000 "
                          "88776655 44332211 00ffeedd ccbbaa99 02c00000 11112222 33334444 55556666 "
                          "02400080")) +
              std::string(96, '0'));
}

TEST_CASE("Request2 and Request differ in the order of flags and authority",
          "[certrequest][MS-WCCE:3.2.1.4.3.1][V8]") {
    const std::string attributes =
        "04000200 1d000000 00000000 1d000000 43006500 72007400 69006600 69006300 61007400 65005400 "
        "65006d00 70006c00 61007400 65003a00 4d006100 63006800 69006e00 65000a00 00000000 05000000 "
        "08000200 05000000 30030201 05";
    const std::string authority =
        "00000200 07000000 00000000 07000000 4c004100 42002d00 43004100 00000000 ";
    const std::string request2 = authority + "00010200 00000000 00000000 " + attributes;
    const std::string request = "00010200 " + authority + "00000000 " + attributes;
    const auto check = [](const std::string& hex, Submission::Method method) {
        const Bytes stub = from_hex(kOrpcThis + hex);
        NdrReader in(stub);
        read_orpc_this(in);
        const RequestParameters read = read_request_parameters(in, method);
        CHECK(in.left() == 0);
        CHECK(read.authority == "LAB-CA");
        CHECK(read.submission.flags == 0x20100);
        CHECK_FALSE(read.submission.serial);
        CHECK(read.submission.request_id == 0);
        CHECK(read.submission.attributes == "CertificateTemplate:Machine\n");
        CHECK(to_hex(read.submission.request) == "3003020105");
    };
    check(request2, Submission::Method::request2);
    check(request, Submission::Method::request);
}

TEST_CASE("the answer to Request2 is composed byte for byte", "[certrequest][V9]") {
    Outcome outcome;
    outcome.request_id = 77;
    outcome.disposition = 3;
    outcome.certificate = from_hex("3003020105");
    outcome.message = "Issued";
    CHECK(to_hex(write_request_reply(outcome)) ==
          to_hex(from_hex("00000000 00000000 4d000000 03000000 00000000 00000000 05000000 00000200 "
                          "05000000 30030201 05000000 0e000000 04000200 0e000000 49007300 73007500 "
                          "65006400 00000000 00000000")));
}

TEST_CASE("RemRelease is decoded", "[remunknown][V10]") {
    const Bytes stub = from_hex(kOrpcThis +
                                "01000000 01000000 01c00000 11112222 33334444 55556666 05000000 "
                                "00000000");
    NdrReader in(stub);
    read_orpc_this(in);
    const auto refs = read_interface_refs(in);
    REQUIRE(refs.size() == 1);
    CHECK(refs[0].ipid == kIpidD);
    CHECK(refs[0].public_refs == 5);
    CHECK(refs[0].private_refs == 0);
}

TEST_CASE("RemoteActivation is decoded", "[activation][V11]") {
    const Bytes stub = from_hex(
        kOrpcThis +
        "746e9ed9 88fcd011 b49800a0 c90312f3 00000000 00000000 02000000 00000000 02000000 00000200 "
        "02000000 3afd2254 b8d4ef4c a12ee87d 4ca22e90 706e9ed9 88fcd011 b49800a0 c90312f3 01000000 "
        "01000000 0700");
    NdrReader in(stub);
    read_orpc_this(in);
    const ActivationRequest request = read_remote_activation(in);
    CHECK(in.left() == 0);
    CHECK(request.clsid == kClsidCertRequest);
    CHECK(request.iids == std::vector{kIidCertRequestD2, kIidCertRequestD});
    CHECK(request.protseqs == std::vector<std::uint16_t>{7});
}

TEST_CASE("an ORPC call of another COM version is refused", "[orpc]") {
    Bytes stub = from_hex(kOrpcThis);
    stub[2] = 8;  // 5.8: newer than ours
    NdrReader in(stub);
    CHECK_THROWS_AS(read_orpc_this(in), RpcFault);
}

TEST_CASE("NDR strings and arrays with impossible counts are refused", "[ndr][hostile]") {
    const auto string = [](const std::string& hex) {
        const Bytes bytes = from_hex(hex);
        NdrReader in(bytes);
        return in.string(1536);
    };
    CHECK(string("02000000 00000000 02000000 41000000") == "A");
    CHECK_THROWS_AS(string("02000000 01000000 02000000 41000000"), ParseError);  // offset 1
    CHECK_THROWS_AS(string("01000000 00000000 02000000 41000000"), ParseError);  // actual > max
    CHECK_THROWS_AS(string("02000000 00000000 02000000 41004200"), ParseError);  // no terminator
    CHECK_THROWS_AS(string("ffffffff 00000000 ffffffff 41000000"), ParseError);
    CHECK_THROWS_AS(string("00000000 00000000 00000000"), ParseError);
    const Bytes blob = from_hex("05000000 00000200 ffffff7f 01020304 05");
    NdrReader in(blob);
    CHECK_THROWS_AS(in.blob(100), ParseError);
}
