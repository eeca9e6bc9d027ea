// The methods of ICertRequestD and ICertRequestD2 ([MS-WCCE] 3.2.1.4.2, 3.2.1.4.3) as stubs, and
// what their answers mean for the engine.  Pure.
// Not for: the bytes of the request itself (pkcs10.h) or of the issued certificates.
#pragma once

#include "ca-client/dcom/orpc.h"
#include "engine/base/result.h"
#include "engine/ports.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ae::ca {

// [MS-WCCE] 3.2.1.4.3.1.1.  The encoding bits of the local COM interface never go on the wire.
// A request in CMC asks for a full CMC answer too (Y), which only Request2 knows: a transport takes
// kFullResponse out again where it calls ICertRequestD or ICertPassage.
inline constexpr std::uint32_t kFormatNone = 0;  // of a retrieval ([MS-WCCE] 3.1.1.4.3.7)
inline constexpr std::uint32_t kFormatPkcs10 = 0x100;
inline constexpr std::uint32_t kFormatPkcs7 = 0x300;
inline constexpr std::uint32_t kFormatCmc = 0x400;
inline constexpr std::uint32_t kFullResponse = 0x40000;
std::uint32_t flags_of(engine::EncodedRequest::Format format);

struct CertificateRequest {
    Guid causality{};
    std::string authority{};  // the CA's name; UTF-8
    std::uint32_t flags = kFormatPkcs10;
    std::optional<std::string> serial_number{};  // Request2 only
    std::uint32_t request_id = 0;                // 0: a new request
    std::optional<std::string> attributes{};
    ByteView octets{};
};
Bytes encode_request(const CertificateRequest& request);   // ICertRequestD, opnum 3
Bytes encode_request2(const CertificateRequest& request);  // ICertRequestD2, opnum 6

// Asks what became of a request that this CA knows ([MS-WCCE] 3.1.1.4.3.7, 3.1.1.6.1): no octets,
// no format, no serial number.  A full answer is asked for whatever the request was: only that
// tells whether a key was archived (check I12).  Error kInvalidArgument: request 0, which would be
// a new one.
Result<CertificateRequest> retrieval_of(const std::string& authority, std::uint32_t request_id);

// How an answer came: only Request2 has full CMC answers, ICertRequestD and ICertPassage do not.
enum class AnswerMethod { request2, older };
struct CertificateAnswer {
    std::uint32_t request_id = 0;
    std::uint32_t disposition = 0;
    Bytes full_response{};
    Bytes certificate{};
    std::string message{};  // UTF-8, without terminator
    Hresult result{};
    AnswerMethod method = AnswerMethod::request2;  // said by the transport
};
// Of both methods.  Error: kInvalidData.
Result<CertificateAnswer> decode_certificate_answer(ByteView stub);
// The same parameters without ORPCTHAT; complaints stay in the reader (ICertPassage,
// cert_passage.h).
CertificateAnswer read_certificate_answer(NdrReader& in);

// What the disposition and the result mean ([MS-WCCE] 3.2.1.4.2.1; rules W4, W5).  The chain stays
// empty: it is inside full_response.
engine::CaReply judge(const CertificateAnswer& answer);
// The same for a retrieval, where nothing can have been lost at the CA.  The reply names
// `request_id`, whatever the answer says.  Error kInvalidData: issued, and no certificate came.
Result<engine::CaReply> judge_retrieval(const CertificateAnswer& answer, std::uint32_t request_id);
// Why a retrieval got no answer: "the CA may have acted" (kCallFailed) becomes kServerUnavailable.
Error without_effect(Error error);

// Types of GetCAProperty, [MS-WCCE] 3.2.1.4.3.2.
enum class PropertyType : std::uint32_t { integer = 1, binary = 3, text = 4 };
struct CaProperty {
    Guid causality{};
    std::string authority{};
    std::uint32_t id = 0;
    std::uint32_t index = 0;
    PropertyType type = PropertyType::text;
};
Bytes encode_get_ca_property(const CaProperty& property);
// The raw value.  Error: the CA's own code, or kInvalidData.
Result<Bytes> decode_ca_property(ByteView stub);

// Its reply is decode_plain_result() of rem_unknown.h.
Bytes encode_ping2(const Guid& causality, const std::string& authority);

}  // namespace ae::ca
