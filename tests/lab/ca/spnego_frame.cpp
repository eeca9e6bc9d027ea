#include "tests/lab/ca/spnego_frame.h"

#include "tests/lab/ca/der.h"

namespace ae::labca {
namespace {

constexpr std::uint8_t kFrame = 0x60;  // [APPLICATION 0] of RFC 2743 3.1
constexpr std::string_view kSpnego = "1.3.6.1.5.5.2";
constexpr std::string_view kKerberos = "1.2.840.113554.1.2.2";
constexpr std::size_t kTokenId = 2;  // 01 00: AP-REQ, RFC 4121 4.1

// The AP-REQ in a framed token; ParseError for anything else.
Bytes bare(View framed) {
    DerReader content(single_der(framed).content);
    if (content.oid() != kKerberos) {
        throw ParseError("another mechanism");
    }
    const std::size_t at =
        framed.size() - single_der(framed).content.size() + der::oid(kKerberos).size();
    const View rest = framed.subspan(at);
    if (rest.size() <= kTokenId || rest[0] != 1 || rest[1] != 0) {
        throw ParseError("not an AP-REQ");
    }
    return {rest.begin() + kTokenId, rest.end()};
}

Bytes rewritten(View token) {
    DerReader frame(single_der(token).content);
    if (token[0] != kFrame || frame.oid() != kSpnego) {
        throw ParseError("not SPNEGO");
    }
    DerReader choice(frame.expect(tag::context(0)).content);
    DerReader init(choice.expect(tag::kSequence).content);
    Bytes fields;
    while (!init.done()) {
        const Tlv field = init.next();
        if (field.tag == tag::context(2)) {  // mechToken
            append(fields,
                   der::tlv(field.tag, der::octets(bare(single_der(field.content).content))));
        } else {
            append(fields, field.whole);
        }
    }
    Bytes inside = der::oid(kSpnego);
    append(inside, der::tlv(tag::context(0), der::tlv(tag::kSequence, fields)));
    return der::tlv(kFrame, inside);
}

}  // namespace

Bytes without_inner_frame(View token) {
    try {
        return rewritten(token);
    } catch (const ParseError&) {
        return {token.begin(), token.end()};
    }
}

}  // namespace ae::labca
