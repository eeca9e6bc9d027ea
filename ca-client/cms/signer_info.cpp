#include "ca-client/cms/signer_info.h"

#include "ca-client/cms/attribute.h"
#include "engine/signature_scheme.h"

#include <optional>

namespace ae::ca {
namespace {

using der::Element;
using der::Reader;
using der::Tag;
using engine::FullResponse;

constexpr std::string_view kContentType = "1.2.840.113549.1.9.3";    // RFC 5652 11.1
constexpr std::string_view kMessageDigest = "1.2.840.113549.1.9.4";  // RFC 5652 11.2

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

Result<engine::AlgorithmName> read_algorithm_in(Reader& fields) {
    return fields.expect(Tag::sequence).and_then([](const Element& element) {
        return engine::read_algorithm(element.content);
    });
}

// RFC 5652 11: what is signed and its digest, each once and with one value.
Done read_signed_attributes(const Element& attributes, FullResponse& response) {
    std::optional<std::string> content_type;
    Done read = for_each(Reader(attributes.content), "signed attributes", [&](ByteView content) {
        auto attribute = read_attribute(content);
        if (!attribute) {
            return Done(pass(attribute));
        }
        if (attribute->type == kMessageDigest) {
            return keep_octets(*attribute, response.message_digest);
        }
        if (attribute->type != kContentType) {
            return done();
        }
        auto type = only_value(attribute->values, Tag::oid).and_then([](const Element& element) {
            return der::read_oid(element.content);
        });
        if (!type || content_type) {
            return Done(
                fail(kInvalidData, "the signed content type is no OID or stands there twice"));
        }
        content_type = *std::move(type);
        return done();
    });
    if (!read) {
        return read;
    }
    if (content_type != kPkiResponse || response.message_digest.empty()) {
        return fail(kInvalidData, "the signature is not over this content's type and digest");
    }
    // RFC 5652 5.4: the signature is over the SET OF, not over the [0] that stands here.
    response.signed_octets = copy(attributes.whole);
    response.signed_octets.front() = static_cast<std::uint8_t>(Tag::set);
    return done();
}

// IssuerAndSerialNumber, the one form that [MS-WCCE] allows here.
Done read_signer_name(Reader& fields, FullResponse& response) {
    auto parts = fields.enter(Tag::sequence);
    if (!parts) {
        return pass(parts);
    }
    auto issuer = parts->expect(Tag::sequence);
    auto serial = parts->expect(Tag::integer);
    if (!issuer || !serial || !parts->at_end()) {
        return fail(kInvalidData, "the signer is not named by issuer and serial number");
    }
    ByteView number = serial->content;
    if (number.size() > 1 && number.front() == 0) {  // the octet of the sign
        number = number.subspan(1);
    }
    response.signer_issuer = copy(issuer->whole);
    response.signer_serial = to_hex(number);
    return done();
}

// SignerInfo ::= SEQUENCE { version, sid, digestAlgorithm, [0] signedAttrs, signatureAlgorithm,
// signature, [1] unsignedAttrs OPTIONAL } (RFC 5652 5.3).
Done read_fields(Reader fields, FullResponse& response) {
    if (auto version = fields.expect(Tag::integer); !version) {
        return pass(version);
    }
    if (Done name = read_signer_name(fields, response); !name) {
        return name;
    }
    auto digest = read_algorithm_in(fields);
    if (!digest) {
        return pass(digest);
    }
    // RFC 5652 5.3: where the content is no plain data, they must be there.
    auto attributes = fields.expect(der::context_constructed(0));
    if (!attributes) {
        return pass(attributes, "signed attributes");
    }
    if (Done read = read_signed_attributes(*attributes, response); !read) {
        return read;
    }
    auto algorithm = read_algorithm_in(fields);
    if (!algorithm) {
        return pass(algorithm);
    }
    auto signature = fields.expect(Tag::octet_string);
    if (!signature) {
        return pass(signature);
    }
    fields.optional(der::context_constructed(1));
    response.digest_oid = std::move(digest->oid);
    response.signature_oid = std::move(algorithm->oid);
    response.signature_parameters = copy(algorithm->parameters);
    response.signature = copy(signature->content);
    return fields.finish();
}

}  // namespace

Done read_signer_info(ByteView signers, FullResponse& response) {
    Reader list(signers);
    auto first = list.enter(Tag::sequence);
    return first ? read_fields(*first, response) : Done(pass(first));
}

}  // namespace ae::ca
