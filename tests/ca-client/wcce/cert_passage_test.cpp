#include "ca-client/wcce/cert_passage.h"

#include "ca-client/rpc/ndr.h"
#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using engine::Disposition;

namespace {

const Bytes kDer = {0x30, 0x03, 0x02, 0x01, 0x05};

std::string text(const CertificateRequest& request) {
    return to_hex(encode_cert_server_request(request));
}
std::string hex(std::string blanks) {
    std::erase(blanks, ' ');
    return blanks;
}

// The reply of request 77; composed from the IDL of [MS-ICPR] 6.
Bytes reply_stub(std::uint32_t disposition, ByteView certificate, std::uint32_t returned) {
    NdrWriter out;
    out.u32(77);
    out.u32(disposition);
    out.blob({});
    out.blob(certificate);
    out.blob(*from_hex("4e006f000000"));
    out.u32(returned);
    return out.take();
}

}  // namespace

TEST_CASE("CertServerRequest has flags first, attributes as octets, and nothing of COM",
          "[icpr][MS-ICPR:3.2.4.1.1]") {
    CHECK(
        text({.authority = "LAB-CA", .flags = 0x100, .attributes = "cdc:dc1\n", .octets = kDer}) ==
        hex("00010000"
            "00000200 07000000 00000000 07000000 4c0041004200 2d0043004100 0000 0000"
            "00000000"  // request id
            "12000000 04000200 12000000 630064006300 3a00 640063003100 0a00 0000 0000"
            "05000000 08000200 05000000 3003020105"));
}

TEST_CASE("no attributes are a text of a terminator alone, whose length counts it",
          "[icpr][MS-ICPR:3.2.4.1.1]") {
    const std::string nothing =
        hex("00010000 00000200 02000000 00000000 02000000 41000000 00000000"
            "02000000 04000200 02000000 0000 0000 00000000 00000000");
    CHECK(text({.authority = "A"}) == nothing);
    CHECK(text({.authority = "A", .attributes = ""}) == nothing);
}

TEST_CASE("a retrieval is an id and no request", "[icpr][retrieve][MS-WCCE:3.1.1.4.3.7]") {
    const auto request = retrieval_of("A", 77);
    REQUIRE(request);
    CHECK(text(*request) == hex("00000000 00000200 02000000 00000000 02000000 41000000 4d000000"
                                "02000000 04000200 02000000 0000 0000 00000000 00000000"));
}

TEST_CASE("a full response is asked for through Request2 only", "[icpr][MS-WCCE:3.2.1.4.3.1.1]") {
    CHECK(text({.authority = "A", .flags = 0x40400}).starts_with("00040000"));
    CHECK(text({.authority = "A", .flags = 0x40000, .request_id = 7}).starts_with("00000000"));
    CHECK(text({.authority = "A", .flags = 0x300}).starts_with("00030000"));
}

TEST_CASE("the answer is judged as that of Request", "[icpr][MS-ICPR:3.2.4.1.1]") {
    const auto issued = decode_cert_server_request(
        *from_hex(hex("4d000000 03000000"
                      "05000000 00000200 05000000 3003020105 000000"
                      "05000000 04000200 05000000 3003020106 000000"
                      "0e000000 08000200 0e000000 4900730073007500650064000000 0000"
                      "00000000")));
    REQUIRE(issued);
    CHECK(issued->request_id == 77);
    CHECK(issued->disposition == 3);
    CHECK(issued->full_response == kDer);
    CHECK(to_hex(issued->certificate) == "3003020106");
    CHECK(issued->message == "Issued");
    CHECK(issued->result == kOk);
    CHECK(judge(*issued).disposition == Disposition::issued);

    struct Row {
        std::uint32_t returned;
        std::uint32_t disposition;
        Disposition expected;
        std::uint32_t code;
    };
    const auto row = GENERATE(values<Row>({
        {0, 5, Disposition::pending, 0},
        {0, 2, Disposition::denied, 0x80094014},
        {0, 0x80094012, Disposition::failed, 0x80094012},  // the code in the disposition
        {0x80094014, 2, Disposition::denied, 0x80094014},
        {0x80094004, 0, Disposition::failed, 0x80094004},
        {0x800706BA, 0, Disposition::failed, 0x800706BA},  // the CA does not serve this interface
        {0x000006BA, 0, Disposition::failed, 0x800706BA},  // the same as a DWORD of the runtime
        {0x80000009, 0, Disposition::failed, 0x80070005},  // E_ACCESSDENIED as [MS-ICPR] prints it
        {5, 0, Disposition::failed, 0x80070005},
        {1, 3, Disposition::failed, 0x80070001},  // no promise
        {0x00010000, 3, Disposition::failed, 0x800706C0},
    }));
    CAPTURE(row.returned, row.disposition);
    const auto answer = decode_cert_server_request(reply_stub(row.disposition, {}, row.returned));
    REQUIRE(answer);
    const engine::CaReply reply = judge(*answer);
    CHECK(reply.disposition == row.expected);
    CHECK(to_hex(reply.code) == to_hex(hresult(row.code)));
    CHECK(reply.request_id == 77);
    CHECK(reply.message == "No");
}

TEST_CASE("an answer that ends too early is malformed", "[icpr][hostile]") {
    const Bytes whole = reply_stub(3, kDer, 0);
    CHECK(decode_cert_server_request(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto answer = decode_cert_server_request(ByteView(whole).first(size));
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == kInvalidData);
    }
}
