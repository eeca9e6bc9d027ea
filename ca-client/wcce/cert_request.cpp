#include "ca-client/wcce/cert_request.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::ca {
namespace {

constexpr std::size_t kMaxBlob = std::size_t{8} << 20;
constexpr std::size_t kMaxMessage = std::size_t{64} << 10;
constexpr Hresult kDeniedByAdministrator = hresult(0x80094014);
constexpr Hresult kRevoked = hresult(0x80092010);

// [MS-WCCE] 3.2.1.4.2.1: pdwDisposition.
enum Answered : std::uint32_t {
    kDenied = 2,
    kIssued = 3,
    kIssuedOutOfBand = 4,
    kUnderSubmission = 5,
    kRevokedDisposition = 6,
};

void write_tail(NdrWriter& out, const CertificateRequest& request) {
    out.u32(request.request_id);
    out.unique_string(request.attributes);
    out.blob(request.octets);
}

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

// [MS-WCCE] 2.2.2.2.1; a missing terminator is tolerated.
std::string read_message(NdrReader& in) {
    ByteView units = in.blob(kMaxMessage);
    in.require(units.size() % 2 == 0, "a message has an odd number of octets");
    for (std::size_t at = 0; at + 1 < units.size(); at += 2) {
        if (units[at] == 0 && units[at + 1] == 0) {
            units = units.first(at);
        }
    }
    return in.ok() ? utf8_from_utf16le(units).value_or("") : std::string();
}

// HRESULT 0: the disposition alone tells.
void judge_disposition(const CertificateAnswer& answer, engine::CaReply& reply) {
    using engine::Disposition;
    switch (answer.disposition) {
        case kIssued:
            if (answer.certificate.empty()) {
                reply.code = kCallFailed;  // it exists, and did not come: as a lost answer (W7)
                return;
            }
            reply.disposition = Disposition::issued;
            reply.certificate = answer.certificate;
            return;
        case kUnderSubmission:
            reply.disposition = Disposition::pending;
            return;
        case kRevokedDisposition:
            reply.disposition = Disposition::denied;
            reply.code = kRevoked;
            return;
        case kIssuedOutOfBand:
            // The certificate comes another way: the entry and its key are kept, nobody else is
            // asked.
            reply.disposition = Disposition::pending;
            return;
        default:
            // The failing HRESULT itself often sits in the disposition; any other number,
            // incomplete (0) included, is none that the CA may answer with.
            reply.code =
                failed(hresult(answer.disposition)) ? hresult(answer.disposition) : kProtocolError;
            return;
    }
}

}  // namespace

std::uint32_t flags_of(engine::EncodedRequest::Format format) {
    using Format = engine::EncodedRequest::Format;
    switch (format) {
        case Format::pkcs7:
            return kFormatPkcs7;
        case Format::cmc:
            return kFormatCmc | kFullResponse;
        case Format::pkcs10:
            break;
    }
    return kFormatPkcs10;
}

Result<CertificateRequest> retrieval_of(const std::string& authority, std::uint32_t request_id) {
    if (request_id == 0) {
        return fail(kInvalidArgument, "0 is the number of no request");
    }
    return CertificateRequest{
        .authority = authority, .flags = kFormatNone | kFullResponse, .request_id = request_id};
}

Bytes encode_request(const CertificateRequest& request) {
    NdrWriter out;
    write_orpc_this(out, request.causality);
    out.u32(request.flags);  // before the authority, unlike Request2
    out.unique_string(request.authority);
    write_tail(out, request);
    return out.take();
}

Bytes encode_request2(const CertificateRequest& request) {
    NdrWriter out;
    write_orpc_this(out, request.causality);
    out.unique_string(request.authority);
    out.u32(request.flags);
    out.unique_string(request.serial_number);
    write_tail(out, request);
    return out.take();
}

CertificateAnswer read_certificate_answer(NdrReader& in) {
    CertificateAnswer answer;
    answer.request_id = in.u32();
    answer.disposition = in.u32();
    answer.full_response = copy(in.blob(kMaxBlob));
    answer.certificate = copy(in.blob(kMaxBlob));
    answer.message = read_message(in);
    answer.result = in.result();
    return answer;
}

Result<CertificateAnswer> decode_certificate_answer(ByteView stub) {
    NdrReader in(stub);
    read_orpc_that(in);
    CertificateAnswer answer = read_certificate_answer(in);
    if (!in.ok()) {
        return in.failure();
    }
    return answer;
}

engine::CaReply judge(const CertificateAnswer& answer) {
    engine::CaReply reply;
    reply.request_id = answer.request_id;
    reply.message = answer.message;
    if (answer.disposition == kDenied || answer.result == kDeniedByAdministrator) {
        reply.disposition = engine::Disposition::denied;
        reply.code = failed(answer.result) ? answer.result : kDeniedByAdministrator;
        return reply;
    }
    if (answer.result != kOk) {
        // W2: a success code other than zero means nothing that could be relied upon.
        reply.code = failed(answer.result) ? answer.result : kProtocolError;
        return reply;
    }
    judge_disposition(answer, reply);
    return reply;
}

Result<engine::CaReply> judge_retrieval(const CertificateAnswer& answer, std::uint32_t request_id) {
    engine::CaReply reply = judge(answer);
    reply.request_id = request_id;
    // judge() says kCallFailed also for the answer "issued" without a certificate.
    if (answer.result == kOk && reply.code == kCallFailed) {
        return fail(kInvalidData, "the answer says issued and holds no certificate");
    }
    return reply;
}

Error without_effect(Error error) {
    if (error.code == kCallFailed) {
        error.code = kServerUnavailable;
    }
    return error;
}

Bytes encode_get_ca_property(const CaProperty& property) {
    NdrWriter out;
    write_orpc_this(out, property.causality);
    out.unique_string(property.authority);
    out.u32(property.id);
    out.u32(property.index);
    out.u32(static_cast<std::uint32_t>(property.type));
    return out.take();
}

Result<Bytes> decode_ca_property(ByteView stub) {
    NdrReader in(stub);
    read_orpc_that(in);
    Bytes value = copy(in.blob(kMaxBlob));
    const Hresult result = in.result();
    if (!in.ok()) {
        return in.failure();
    }
    if (failed(result)) {
        return fail(result, "the certification authority did not give the property");
    }
    return value;
}

Bytes encode_ping2(const Guid& causality, const std::string& authority) {
    NdrWriter out;
    write_orpc_this(out, causality);
    out.unique_string(authority);
    return out.take();
}

}  // namespace ae::ca
