#include "tests/lab/ca/cert_passage.h"

#include "tests/lab/ca/ca_names.h"
#include "tests/lab/ca/pkcs10.h"
#include "tests/lab/ca/uuids.h"

namespace ae::labca {
namespace {

constexpr std::size_t kMaxString = 1536;
constexpr std::size_t kMaxAttributes = std::size_t{64} << 10U;
constexpr std::size_t kMaxRequest = std::size_t{3} << 20U;
constexpr std::uint32_t kInvalidArgument = 0x80070057;

}  // namespace

PassageParameters read_cert_server_request(NdrReader& in) {
    PassageParameters parameters;
    parameters.submission.method = Submission::Method::request;
    parameters.submission.flags = in.u32();
    parameters.authority = in.unique_string(kMaxString);
    parameters.submission.request_id = in.u32();
    parameters.attributes = in.blob(kMaxAttributes);
    parameters.submission.request = in.blob(kMaxRequest);
    return parameters;
}

std::optional<std::string> attribute_text(View octets) {
    if (octets.empty()) {
        return std::nullopt;
    }
    std::u16string text;
    for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {
        text.push_back(static_cast<char16_t>(octets[i] | (octets[i + 1] << 8)));
    }
    if (octets.size() % 2 != 0 || text.find(u'\0') != text.size() - 1) {
        refuse(kInvalidArgument, "pctbAttribs is not as long as its text");
    }
    text.pop_back();
    return to_utf8(text);
}

Bytes write_cert_server_reply(const Outcome& outcome) {
    NdrWriter out;
    out.u32(outcome.request_id);
    out.u32(outcome.disposition);
    out.blob(outcome.response);
    out.blob(outcome.certificate);
    out.blob(outcome.message.empty() ? Bytes{} : utf16le_terminated(outcome.message));
    out.u32(outcome.hresult);
    return out.release();
}

bool CertPassageService::serves(const Syntax& abstract) const {
    return abstract.uuid == kIidCertPassage && abstract.version == 0;
}

Bytes CertPassageService::call(const RpcCall& call) {
    CallRecord record;
    record.method = call.opnum == 0 ? "CertServerRequest" : "unknown";
    Bytes reply;
    try {
        reply = answer(call, record);
    } catch (const std::exception& error) {
        record.disposition = hresult_of(error);
        log_.write(record, call.caller);
        throw;
    }
    log_.write(record, call.caller);
    if (faults_.now().drop_reply) {
        throw DropConnection("fault drop-reply");
    }
    return reply;
}

Bytes CertPassageService::answer(const RpcCall& call, CallRecord& record) {
    require_privacy(call.caller, Anonymous::refused);
    if (call.opnum != 0) {
        throw RpcFault(0x1c010002, "procedure number out of range", Executed::no);
    }
    NdrReader in(call.stub);
    PassageParameters parameters = read_cert_server_request(in);
    Outcome outcome;
    try {
        if (!parameters.authority || !names_this_ca(*parameters.authority, enrollment_.ca().name)) {
            refuse(kInvalidArgument, "this is not the CA that was named");
        }
        parameters.submission.attributes = attribute_text(parameters.attributes);
        outcome = enrollment_.submit(parameters.submission, call.caller, record);
    } catch (const HresultError& error) {
        record.flags = parameters.submission.flags;
        record.disposition = error.code;
        outcome.hresult = error.code;
    }
    return write_cert_server_reply(outcome);
}

}  // namespace ae::labca
