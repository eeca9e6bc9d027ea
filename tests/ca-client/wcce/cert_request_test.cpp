#include "ca-client/wcce/cert_request.h"

#include "engine/base/hresult_table.h"
#include "tests/ca-client/vectors.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;
using engine::Disposition;

namespace {

const Bytes kDer = {0x30, 0x03, 0x02, 0x01, 0x05};

CertificateRequest vector_request() {
    // The flags of a marshalling vector, not a value of ours.
    return {.causality = vectors::kCausality,
            .authority = "LAB-CA",
            .flags = 0x20100,
            .attributes = "CertificateTemplate:Machine\n",
            .octets = kDer};
}

}  // namespace

TEST_CASE("Request2 puts the authority before the flags", "[wcce][MS-WCCE:3.2.1.4.3.1][V8]") {
    CHECK(to_hex(encode_request2(vector_request())) == to_hex(vectors::kRequest2));
}

TEST_CASE("Request puts the flags before the authority", "[wcce][MS-WCCE:3.2.1.4.2.1][V8]") {
    CHECK(to_hex(encode_request(vector_request())) == to_hex(vectors::kRequest));
}

TEST_CASE("a new request is PKCS #10 without serial, attributes or id",
          "[wcce][MS-WCCE:3.1.1.4.3]") {
    const CertificateRequest request{.causality = vectors::kCausality, .authority = "A"};
    CHECK(request.flags == 0x100);
    CHECK(to_hex(ByteView(encode_request2(request)).subspan(32)) ==
          "00000200"
          "02000000"
          "00000000"
          "02000000"
          "41000000"  // authority
          "00010000"  // flags
          "00000000"
          "00000000"
          "00000000"  // serial, id, attributes
          "00000000"
          "00000000");  // empty request
}

TEST_CASE("the answer is taken apart", "[wcce][V9]") {
    const auto answer = decode_certificate_answer(vectors::kRequest2Reply);
    REQUIRE(answer);
    CHECK(answer->request_id == 77);
    CHECK(answer->disposition == 3);
    CHECK(answer->full_response.empty());
    CHECK(answer->certificate == kDer);
    CHECK(answer->message == "Issued");
    CHECK(answer->result == kOk);
}

TEST_CASE("a message is even, bounded, and may lack its terminator", "[wcce][hostile]") {
    const auto message_of = [](ByteView message) {
        NdrWriter out;
        out.u32(0);
        out.null();
        out.u32(1);
        out.u32(2);
        out.blob({});
        out.blob({});
        out.blob(message);
        out.u32(0);
        const auto answer = decode_certificate_answer(out.view());
        return answer ? answer->message.substr(0, 9) : std::string("malformed");
    };
    CHECK(message_of(*from_hex("4e006f00")) == "No");
    CHECK(message_of(*from_hex("4e006f000000")) == "No");
    CHECK(message_of(*from_hex("4e006f0000005800")) == "No");
    CHECK(message_of(*from_hex("4e006f")) == "malformed");
    CHECK(message_of(Bytes(65536)).empty());
    CHECK(message_of(Bytes(65538)) == "malformed");
}

TEST_CASE("the outcome table", "[wcce][MS-WCCE:3.2.1.4.2.1.3]") {
    struct Row {
        std::uint32_t result;
        std::uint32_t disposition;
        bool certificate;
        Disposition expected;
        std::uint32_t code;
    };
    const auto row = GENERATE(values<Row>({
        {0, 3, true, Disposition::issued, 0},
        {0, 3, false, Disposition::failed, 0x800706BE},  // issued, and lost on the way
        {0, 5, false, Disposition::pending, 0},
        {0, 2, false, Disposition::denied, 0x80094014},
        {0x80094012, 2, false, Disposition::denied, 0x80094012},
        {0x80094014, 0, false, Disposition::denied, 0x80094014},
        {0x80094014, 3, true, Disposition::denied, 0x80094014},
        {0, 4, false, Disposition::pending, 0},  // out of band: kept
        {0, 6, false, Disposition::denied, 0x80092010},
        {0, 0, false, Disposition::failed, 0x800706C0},
        {0, 1, false, Disposition::failed, 0x800706C0},
        {0, 0x80094012, false, Disposition::failed, 0x80094012},  // the code in the disposition
        {0, 77, false, Disposition::failed, 0x800706C0},
        {0x80070057, 0, false, Disposition::failed, 0x80070057},
        {0x80070057, 3, true, Disposition::failed, 0x80070057},  // the HRESULT outranks it
        {1, 3, true, Disposition::failed, 0x800706C0},           // S_FALSE is no promise
    }));
    CAPTURE(row.result, row.disposition);
    const auto reply = judge({.request_id = 9,
                              .disposition = row.disposition,
                              .certificate = row.certificate ? kDer : Bytes{},
                              .message = "words",
                              .result = hresult(row.result)});
    CHECK(reply.disposition == row.expected);
    CHECK(to_hex(reply.code) == to_hex(hresult(row.code)));
    CHECK(reply.request_id == 9);  // W4: on every outcome
    CHECK(reply.message == "words");
    CHECK(reply.certificate.empty() == (row.expected != Disposition::issued));
}

TEST_CASE("the flags name the format of the request, and nothing else",
          "[wcce][MS-WCCE:3.2.1.4.3.1.1]") {
    CHECK(flags_of(engine::EncodedRequest::Format::pkcs10) == 0x100);
    CHECK(flags_of(engine::EncodedRequest::Format::pkcs7) == 0x300);
    // With Y: the answer is a full CMC response.
    CHECK(flags_of(engine::EncodedRequest::Format::cmc) == 0x40400);
}

TEST_CASE("a retrieval is an id, no request, and asks for a full answer",
          "[wcce][retrieve][MS-WCCE:3.1.1.4.3.7]") {
    auto request = retrieval_of("A", 77);
    REQUIRE(request);
    request->causality = vectors::kCausality;
    CHECK(to_hex(ByteView(encode_request2(*request)).subspan(32)) ==
          "00000200"
          "02000000"
          "00000000"
          "02000000"
          "41000000"  // authority
          "00000400"  // flags: no format, a full answer
          "00000000"  // serial
          "4d000000"  // id
          "00000000"  // attributes
          "00000000"
          "00000000");                 // empty request
    request->flags &= ~kFullResponse;  // as transports do
    CHECK(to_hex(ByteView(encode_request(*request)).subspan(32)) ==
          "00000000"  // flags
          "00000200"
          "02000000"
          "00000000"
          "02000000"
          "41000000"  // authority
          "4d000000"  // id
          "00000000"  // attributes
          "00000000"
          "00000000");
}

TEST_CASE("request 0 is never retrieved", "[wcce][retrieve][MS-WCCE:3.2.1.4.2.1.3]") {
    const auto request = retrieval_of("A", 0);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == kInvalidArgument);
    CHECK(retrieval_of("A", 1));
}

TEST_CASE("the outcome table of a retrieval", "[wcce][retrieve][MS-WCCE:3.2.1.4.2.1.3]") {
    struct Row {
        std::uint32_t result;
        std::uint32_t disposition;
        bool certificate;
        Disposition expected;
        std::uint32_t code;
    };
    const auto row = GENERATE(values<Row>({
        {0, 3, true, Disposition::issued, 0},
        {0, 5, false, Disposition::pending, 0},
        {0, 4, false, Disposition::pending, 0},
        {0, 2, false, Disposition::denied, 0x80094014},
        {0x80094014, 2, false, Disposition::denied, 0x80094014},
        {0x80094014, 0, false, Disposition::denied, 0x80094014},
        {0, 6, true, Disposition::denied, 0x80092010},
        {0x80094004, 0, false, Disposition::failed, 0x80094004},  // no such request
        {0, 0x80094800, false, Disposition::failed, 0x80094800},  // the row failed with this code
        {0, 0, false, Disposition::failed, 0x800706C0},
        {0x80094006, 0, false, Disposition::failed, 0x80094006},
        {0x800706BE, 0, false, Disposition::failed, 0x800706BE},  // the CA's own word stays
    }));
    CAPTURE(row.result, row.disposition);
    const auto reply = judge_retrieval({.request_id = 9,
                                        .disposition = row.disposition,
                                        .certificate = row.certificate ? kDer : Bytes{},
                                        .message = "words",
                                        .result = hresult(row.result)},
                                       77);
    REQUIRE(reply);
    CHECK(reply->disposition == row.expected);
    CHECK(to_hex(reply->code) == to_hex(hresult(row.code)));
    CHECK(reply->request_id == 77);  // what was asked about
    CHECK(reply->message == "words");
    CHECK(reply->certificate.empty() == (row.expected != Disposition::issued));
}

TEST_CASE("an issued certificate that does not come is asked for again another time",
          "[wcce][retrieve]") {
    const auto reply = judge_retrieval({.request_id = 77, .disposition = 3}, 77);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == kInvalidData);
    CHECK(reply.error().context == "the answer says issued and holds no certificate");
}

TEST_CASE("a retrieval that was lost has changed nothing", "[wcce][retrieve][W7]") {
    const auto code_of = [](Hresult code) {
        return to_hex(without_effect({.code = code, .context = "words"}).code);
    };
    CHECK(code_of(kCallFailed) == to_hex(kServerUnavailable));
    for (const Hresult code : {kServerUnavailable, kAccessDenied, kInvalidData, kNoCredentials}) {
        CHECK(code_of(code) == to_hex(code));
    }
    CHECK(without_effect({.code = kCallFailed, .context = "words"}).context == "words");
}

TEST_CASE("a property is asked for by id, index and type", "[wcce][MS-WCCE:3.2.1.4.3.2][V11]") {
    CHECK(to_hex(encode_get_ca_property({.causality = vectors::kCausality,
                                         .authority = "LAB-CA",
                                         .id = 29,
                                         .type = PropertyType::text})) ==
          to_hex(vectors::kGetCaPropertyRequest));
}

TEST_CASE("a property is a blob or the CA's refusal", "[wcce]") {
    const Bytes good = *from_hex("00000000 00000000 02000000 00000200 02000000 41420000 00000000");
    CHECK(decode_ca_property(good).value() == Bytes{'A', 'B'});
    const Bytes refused = *from_hex("00000000 00000000 00000000 00000000 57000780");
    CHECK(decode_ca_property(refused).error().code == kInvalidArgument);
}

TEST_CASE("Ping2 carries the authority", "[wcce][MS-WCCE:3.2.1.4.3.4]") {
    CHECK(to_hex(ByteView(encode_ping2(vectors::kCausality, "A")).subspan(32)) ==
          "00000200"
          "02000000"
          "00000000"
          "02000000"
          "41000000");
}
