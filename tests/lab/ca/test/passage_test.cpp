// ICertPassage and the way to it: NDR of [MS-ICPR] 6, towers of [C706] appendix L.
#include "tests/lab/ca/cert_passage.h"
#include "tests/lab/ca/endpoint_mapper.h"
#include "tests/lab/ca/object_table.h"
#include "tests/lab/ca/oxid_resolver.h"
#include "tests/lab/ca/test/support.h"
#include "tests/lab/ca/uuids.h"

using namespace ae::labca;
using namespace ae::labca::test;

namespace {

const Syntax kPassage{kIidCertPassage, 0};
const std::string kTower =
    "0500 1300 0d 2060ae91 3c9e cf11 8d7c 00aa00c091be 0000 0200 0000"
    "1300 0d 045d888a eb1c c911 9fe8 08002b104860 0200 0200 0000 0100 0b 0200 0000";
std::string tower(const std::string& port, const std::string& address) {
    return kTower + "0100 07 0200" + port + "0100 09 0400" + address;
}
std::string ept_map(const std::string& wanted, const std::string& room = "04000000") {
    return "01000000 00000000000000000000000000000000 02000000 4b000000 4b000000" + wanted + "00" +
           "00000000 00000000000000000000000000000000" + room;
}

struct Mapper {
    TemporaryFolder folder{};
    CallLog log{(folder.path() / "calls.jsonl").string()};
    std::vector<RegisteredEndpoint> registered{{kPassage, 49153}};
    EndpointMapper service{log, "10.53.8.2", [this] { return registered; }};
    Caller nobody{};

    std::string map(const std::string& stub) {
        const Bytes octets = from_hex(stub);
        return to_hex(service.call({kIidEndpointMapper, 3, std::nullopt, octets, nobody}));
    }
};
const std::string kNoHandle(40, '0');
std::string plain(const std::string& hex) { return to_hex(from_hex(hex)); }

std::uint32_t refusal(View attributes) {
    try {
        attribute_text(attributes);
        return 0;
    } catch (const HresultError& error) {
        return error.code;
    }
}

// Activation as "labca serve" wires it, under a fault.
std::string activation_code(const std::string& fault) {
    TemporaryFolder folder;
    ObjectTable objects;
    CallLog log((folder.path() / "calls.jsonl").string());
    FaultSwitch faults;
    if (!fault.empty()) {
        faults.set(fault);
    }
    OxidResolver resolver(
        objects, log, {{"ca1.lab.test"}, 49700}, [] { return true; }, {},
        [&faults] { return faults.now().dcom; });
    Caller caller;
    caller.auth_type = 9;
    caller.auth_level = 6;
    const Bytes stub = from_hex(
        "05000700 00000000 00000000 33221100 55447766 8899aabb ccddeeff 00000000 746e9ed9 88fcd011 "
        "b49800a0 c90312f3 00000000 00000000 02000000 00000000 01000000 00000200 01000000 706e9ed9 "
        "88fcd011 b49800a0 c90312f3 01000000 01000000 0700");
    const Bytes reply = resolver.call({kIidActivation, 0, std::nullopt, stub, caller});
    const std::string text = to_hex(reply);
    // "[1]" as UTF-16LE: the exporter that is not there.
    const bool stray = text.find("5b0031005d00") != std::string::npos;
    for (const char* code : {"54010480", "05000780", "05000880"}) {
        if (text.find(code) != std::string::npos) {
            return code;
        }
    }
    return stray ? "stray" : "offered";
}

}  // namespace

TEST_CASE("the mapper names the port of ICertPassage", "[mapper][C706:appendix-O]") {
    Mapper mapper;
    CHECK(mapper.map(ept_map(tower("0000", "00000000"))) ==
          kNoHandle + plain("01000000 04000000 00000000 01000000 03000000 4b000000 4b000000" +
                            tower("c001", "0a350802") + "00 00000000"));
    // No object, and room for none.
    CHECK(mapper.map("00000000 02000000 4b000000 4b000000" + tower("0000", "00000000") + "00" +
                     kNoHandle + "00000000") ==
          kNoHandle + plain("00000000 00000000 00000000 00000000 d6a0c916"));
}

TEST_CASE("what nobody registered is not mapped", "[mapper][MS-RPCE:2.2.1.2.5]") {
    Mapper mapper;
    const std::string none = kNoHandle + plain("00000000 04000000 00000000 00000000 d6a0c916");
    std::string other = tower("0000", "00000000");
    other.replace(other.find("2060ae91"), 8, "2160ae91");
    CHECK(mapper.map(ept_map(other)) == none);
    std::string udp = tower("0000", "00000000");
    udp.replace(udp.find("0100 07"), 7, "0100 08");
    CHECK(mapper.map(ept_map(udp)) == none);
    mapper.registered.clear();
    CHECK(mapper.map(ept_map(tower("0000", "00000000"))) == none);
}

TEST_CASE("a tower is filled by at most six floors", "[mapper][hostile]") {
    const Bytes whole = from_hex(tower("c001", "0a350802"));
    CHECK(write_tower(read_tower(whole)) == whole);
    CHECK(write_tower(tcp_tower(kPassage, 49153, "10.53.8.2")) == whole);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK_THROWS_AS(read_tower(View(whole).first(size)), ParseError);
    }
    Bytes seven = whole;
    seven[0] = 7;
    seven.resize(whole.size() + 8);
    CHECK_THROWS_AS(read_tower(seven), ParseError);
    Mapper mapper;
    CHECK_THROWS_AS(mapper.map(ept_map(tower("0000", "00000000"), "f5010000")), ParseError);
    CHECK_NOTHROW(mapper.map(ept_map(tower("0000", "00000000"), "f4010000")));
}

TEST_CASE("CertServerRequest is cut into its parameters", "[passage][MS-ICPR:3.2.4.1.1]") {
    const Bytes stub = from_hex(
        "00010000 00000200 02000000 00000000 02000000 4100 0000 07000000"
        "06000000 04000200 06000000 41003a00 0000 0000 05000000 08000200 05000000 3003020105");
    NdrReader in(stub);
    const PassageParameters parameters = read_cert_server_request(in);
    CHECK(parameters.submission.flags == 0x100);
    CHECK(parameters.submission.method == Submission::Method::request);
    CHECK(parameters.authority == "A");
    CHECK(parameters.submission.request_id == 7);
    CHECK(attribute_text(parameters.attributes) == "A:");
    CHECK(to_hex(parameters.submission.request) == "3003020105");
    CHECK(in.left() == 0);
}

TEST_CASE("cb of the attributes counts the terminator", "[passage][MS-ICPR:3.2.4.1.1]") {
    CHECK(attribute_text(from_hex("0000")) == "");
    CHECK_FALSE(attribute_text({}));
    CHECK(refusal(from_hex("4100")) == 0x80070057);           // no terminator
    CHECK(refusal(from_hex("41000000 4200")) == 0x80070057);  // more than the text
    CHECK(refusal(from_hex("4100000000")) == 0x80070057);     // an odd octet
    CHECK(refusal(from_hex("41000000")) == 0);
}

TEST_CASE("the reply is that of Request without ORPCTHAT", "[passage][MS-ICPR:3.2.4.1.1]") {
    Outcome outcome;
    outcome.request_id = 77;
    outcome.disposition = 3;
    outcome.certificate = from_hex("3003020105");
    outcome.message = "No";
    outcome.hresult = 0x80094004;
    CHECK(to_hex(write_cert_server_reply(outcome)) ==
          plain("4d000000 03000000 00000000 00000000 05000000 00000200 05000000 3003020105 000000"
                "06000000 04000200 06000000 4e006f000000 0000 04400980"));
}

TEST_CASE("ICertPassage answers nobody below packet privacy", "[passage][MS-ICPR:3.2.4.1.1]") {
    TemporaryFolder folder;
    create_hierarchy({folder.path() / "ca", folder.path() / "root", "Corp Issuing CA 1",
                      "ca1.corp.example.test", KeyKind::ec256});
    FaultSwitch faults;
    CallLog log((folder.path() / "calls.jsonl").string());
    Enrollment enrollment(
        load_identity(folder.path() / "ca"), [] { return std::unique_ptr<Directory>{}; }, faults);
    CertPassageService service(log, enrollment, faults);
    CHECK(service.serves(kPassage));
    CHECK_FALSE(service.serves({kIidCertPassage, 1}));
    CHECK_FALSE(service.serves({kIidCertRequestD, 0}));
    // Request 7, which there is not, of this CA.
    NdrWriter stub;
    stub.u32(0);
    stub.pointer(true);
    stub.string("corp issuing ca 1");
    stub.u32(7);
    stub.blob({});
    stub.blob({});
    Caller caller;
    const auto call = [&](std::uint16_t opnum) {
        return service.call({kIidCertPassage, opnum, std::nullopt, stub.bytes(), caller});
    };
    for (const std::uint8_t level : {std::uint8_t{0}, std::uint8_t{2}, std::uint8_t{5}}) {
        caller.auth_type = level == 0 ? 0 : 9;
        caller.auth_level = level;
        CHECK_THROWS_AS(call(0), RpcFault);
    }
    caller.auth_level = 6;
    CHECK_THROWS_AS(call(1), RpcFault);
    const Bytes answer = call(0);
    NdrReader reply(answer);
    CHECK(reply.u32() == 7);
    faults.set("drop-reply=on");
    CHECK_THROWS_AS(call(0), DropConnection);
}

TEST_CASE("activation can be taken away", "[activation][faults]") {
    CHECK(activation_code("") == "offered");
    CHECK(activation_code("no-dcom=on") == "54010480");
    CHECK(activation_code("no-dcom=denied") == "05000780");
    CHECK(activation_code("no-dcom=stopped") == "05000880");
    CHECK(activation_code("no-dcom=unreachable") == "stray");
    FaultSwitch faults;
    faults.set("no-dcom=denied");
    faults.set("no-icpr=on");
    CHECK(faults.describe() == "no-dcom=denied\nno-icpr=on\n");
    faults.set("no-dcom=off");
    CHECK(faults.describe() == "no-icpr=on\n");
    CHECK_THROWS_AS(faults.set("no-dcom=often"), std::invalid_argument);
}
