#include "ca-client/full_response.h"

#include "ca-client/cmc/response_body.h"
#include "ca-client/cms/attribute.h"
#include "ca-client/cms/signed_data_reader.h"
#include "ca-client/cms/signer_info.h"

namespace ae::ca {
namespace {

using der::Reader;
using der::Tag;
using engine::FullResponse;

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

// EncapsulatedContentInfo ::= SEQUENCE { OID, [0] EXPLICIT OCTET STRING } (RFC 5652 5.2).
Done read_content(ByteView encapsulated, FullResponse& response) {
    Reader fields(encapsulated);
    auto type = fields.next_oid();
    if (!type) {
        return pass(type);
    }
    if (*type != kPkiResponse) {
        return fail(kInvalidData, "what is signed is of type " + *type);
    }
    auto outer = fields.expect(der::context_constructed(0));
    if (!outer) {
        return pass(outer);
    }
    if (Done end = fields.finish(); !end) {
        return end;
    }
    auto content = only_value(outer->content, Tag::octet_string);
    if (!content) {
        return pass(content);
    }
    response.content = copy(content->content);
    return read_response_body(content->content, response);
}

Result<FullResponse> read(ByteView cms) {
    if (cms.size() > kMaxFullResponse) {
        return fail(kInvalidData, "it is larger than 8 MiB");
    }
    auto parts = read_signed_data(cms);
    if (!parts) {
        return pass(parts);
    }
    FullResponse response;
    if (Done content = read_content(parts->encapsulated, response); !content) {
        return pass(content);
    }
    if (Done signer = read_signer_info(parts->signers, response); !signer) {
        return pass(signer, "its signer");
    }
    for (const ByteView each : parts->certificates) {
        response.certificates.push_back(copy(each));
    }
    return response;
}

}  // namespace

Result<FullResponse> read_full_response(ByteView cms) {
    auto response = read(cms);
    if (!response) {
        return pass(response, "the full answer cannot be read");
    }
    return response;
}

engine::CaReply with_full_response(engine::CaReply reply, ByteView cms) {
    const bool issued = reply.disposition == engine::Disposition::issued;
    if (cms.empty()) {
        reply.full_problem = issued ? "the CA gave no full answer, which was asked for" : "";
        return reply;
    }
    auto full = read_full_response(cms);
    if (!full) {
        reply.full_problem = std::move(full.error().context);
        return reply;
    }
    if (issued) {
        reply.chain = full->certificates;
        std::erase(reply.chain, reply.certificate);
    }
    reply.full = *std::move(full);
    return reply;
}

}  // namespace ae::ca
