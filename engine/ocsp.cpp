#include "engine/ocsp.h"

#include "engine/base/hresult_table.h"
#include "engine/certificate_extensions.h"
#include "engine/x509_extensions.h"

#include <array>

namespace ae::engine {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

constexpr auto kEnumerated = static_cast<Tag>(0x0A);
constexpr std::string_view kSha1 = "1.3.14.3.2.26";
constexpr std::string_view kBasicResponse = "1.3.6.1.5.5.7.48.1.1";
constexpr std::string_view kNonce = "1.3.6.1.5.5.7.48.1.2";
constexpr std::size_t kMostSingles = 1000;     // a responder may answer more than was asked
constexpr std::size_t kMostCertificates = 16;  // one is usual

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

Bytes id_element(const OcspCertificateId& id) {
    return der::sequence({der::sequence({der::oid(id.hash_oid), der::null()}),
                          der::octet_string(id.issuer_name_hash),
                          der::octet_string(id.issuer_key_hash),
                          der::write(Tag::integer, id.serial)});
}

// Without a nonce (RFC 5019 2.1.1): Windows' responder answers "unauthorized" to one unless its
// administrator allowed it, and what it signed in advance would be of no use to us.
Bytes request_of(const OcspCertificateId& id) {
    return der::sequence({der::sequence({der::sequence({der::sequence({id_element(id)})})})});
}

Result<OcspCertificateId> read_id(Reader fields) {
    auto algorithm = fields.expect(Tag::sequence).and_then([](const Element& element) {
        return read_algorithm(element.content);
    });
    if (!algorithm) {
        return pass(algorithm);
    }
    OcspCertificateId id{.hash_oid = std::move(algorithm->oid)};
    for (Bytes* place : {&id.issuer_name_hash, &id.issuer_key_hash}) {
        const auto hash = fields.expect(Tag::octet_string);
        if (!hash) {
            return fail(hash.error());
        }
        *place = copy(hash->content);
    }
    const auto serial = fields.expect(Tag::integer);
    if (!serial) {
        return fail(serial.error());
    }
    id.serial = copy(serial->content);
    return fields.finish().map([&](auto) { return std::move(id); });
}

// RevokedInfo ::= SEQUENCE { GeneralizedTime, [0] EXPLICIT CRLReason OPTIONAL }
Done read_revoked(Reader fields, OcspSingle& single) {
    if (auto time = keep(fields.any().and_then(der::read_time), single.revoked); !time) {
        return time;
    }
    if (const auto reason = fields.optional(der::context_constructed(0))) {
        Reader inner(reason->content);
        const auto number = inner.expect(kEnumerated).and_then([](const Element& element) {
            return der::read_integer(element.content);
        });
        const auto known = number ? revocation_reason(*number) : std::nullopt;
        if (!known || !inner.at_end()) {
            return fail(kInvalidData, "its reason has no meaning");
        }
        single.reason = *known;
    }
    return fields.finish();
}

// CertStatus ::= CHOICE { [0] NULL, [1] RevokedInfo, [2] NULL }
Done read_state(Reader& fields, OcspSingle& single) {
    const auto state = fields.any();
    if (!state) {
        return fail(state.error());
    }
    if (state->tag == der::context_constructed(1)) {
        single.state = OcspState::revoked;
        return read_revoked(Reader(state->content), single);
    }
    const bool is_good = state->tag == der::context(0);
    if ((!is_good && state->tag != der::context(2)) || !state->content.empty()) {
        return fail(kInvalidData, "a state that RFC 6960 does not know");
    }
    single.state = is_good ? OcspState::good : OcspState::unknown;
    return done();
}

// A nonce says nothing to somebody who sent none.
bool any_critical(const std::vector<Extension>& extensions) {
    for (const Extension& extension : extensions) {
        if (extension.critical && extension.oid != kNonce) {
            return true;
        }
    }
    return false;
}

Done read_single(Reader fields, OcspSingle& single) {
    if (auto id = keep(fields.enter(Tag::sequence).and_then(read_id), single.id); !id) {
        return pass(id, "certificate ID");
    }
    if (auto state = read_state(fields, single); !state) {
        return state;
    }
    if (auto time = keep(fields.any().and_then(der::read_time), single.this_update); !time) {
        return time;
    }
    if (const auto next = fields.optional(der::context_constructed(0))) {
        const auto time = Reader(next->content).any().and_then(der::read_time);
        if (!time) {
            return fail(time.error());
        }
        single.next_update = *time;
    }
    if (const auto extensions = fields.optional(der::context_constructed(1))) {
        const auto list = read_extension_list(extensions->content);
        if (!list) {
            return fail(list.error());
        }
        single.has_unknown_critical = any_critical(*list);
    }
    return fields.finish();
}

Done read_singles(Reader list, OcspAnswer& answer) {
    while (!list.at_end()) {
        if (answer.singles.size() == kMostSingles) {
            return fail(kInvalidData, "it speaks of too many certificates");
        }
        OcspSingle& single = answer.singles.emplace_back();
        auto read = list.enter(Tag::sequence).and_then([&](Reader fields) {
            return read_single(fields, single);
        });
        if (!read) {
            return read;
        }
    }
    return done();
}

// ResponderID ::= CHOICE { [1] EXPLICIT Name, [2] EXPLICIT KeyHash }
Done read_responder(Reader& fields, OcspAnswer& answer) {
    const auto id = fields.any();
    if (!id) {
        return fail(id.error());
    }
    Reader inner(id->content);
    if (id->tag == der::context_constructed(1)) {
        const auto name = inner.expect(Tag::sequence);
        if (!name) {
            return fail(name.error());
        }
        answer.responder_name = copy(name->whole);
    } else if (id->tag == der::context_constructed(2)) {
        const auto hash = inner.expect(Tag::octet_string);
        if (!hash) {
            return fail(hash.error());
        }
        answer.responder_key_hash = copy(hash->content);
    } else {
        return fail(kInvalidData, "the responder has neither name nor key");
    }
    return inner.finish();
}

Done read_answer_extensions(ByteView octets, OcspAnswer& answer) {
    const auto list = read_extension_list(octets);
    if (!list) {
        return fail(list.error());
    }
    answer.has_unknown_critical = any_critical(*list);
    return done();
}

// ResponseData (RFC 6960 4.2.1).
Done read_body(Reader fields, OcspAnswer& answer) {
    if (fields.optional(der::context_constructed(0))) {
        return fail(kInvalidData, "its version is none that RFC 6960 knows");
    }
    if (auto responder = read_responder(fields, answer); !responder) {
        return responder;
    }
    if (auto time = keep(fields.any().and_then(der::read_time), answer.produced); !time) {
        return time;
    }
    auto singles = fields.enter(Tag::sequence);
    if (!singles) {
        return pass(singles);
    }
    if (auto read = read_singles(*singles, answer); !read) {
        return read;
    }
    if (const auto extensions = fields.optional(der::context_constructed(1))) {
        if (auto read = read_answer_extensions(extensions->content, answer); !read) {
            return read;
        }
    }
    return fields.finish();
}

Done read_certificates(ByteView octets, OcspAnswer& answer) {
    auto list = whole_sequence(octets);
    if (!list) {
        return pass(list);
    }
    while (!list->at_end()) {
        const auto certificate = list->expect(Tag::sequence);
        if (!certificate) {
            return fail(certificate.error());
        }
        if (answer.certificates.size() == kMostCertificates) {
            return fail(kInvalidData, "too many certificates came along");
        }
        answer.certificates.push_back(certificate->whole);
    }
    return done();
}

// BasicOCSPResponse (RFC 6960 4.2.1).
Done read_basic(ByteView octets, OcspAnswer& answer) {
    auto parts = whole_sequence(octets);
    if (!parts) {
        return pass(parts);
    }
    const auto body = parts->expect(Tag::sequence);
    if (!body) {
        return fail(body.error());
    }
    if (auto algorithm = keep(parts->expect(Tag::sequence).and_then([](const Element& element) {
            return read_algorithm(element.content);
        }),
                              answer.algorithm);
        !algorithm) {
        return algorithm;
    }
    const auto signature = parts->expect(Tag::bit_string).and_then([](const Element& bits) {
        return der::read_bit_string(bits.content);
    });
    if (!signature) {
        return fail(signature.error());
    }
    answer.signed_part = body->whole;
    answer.signature = *signature;
    if (const auto certificates = parts->optional(der::context_constructed(0))) {
        if (auto read = read_certificates(certificates->content, answer); !read) {
            return read;
        }
    }
    if (auto end = parts->finish(); !end) {
        return end;
    }
    return read_body(Reader(body->content), answer);
}

// RFC 6960 4.2.1: 0 successful; everything else comes unsigned and without content.
Done read_status(Reader& fields) {
    auto status = fields.expect(kEnumerated).and_then([](const Element& element) {
        return der::read_integer(element.content);
    });
    if (!status) {
        return pass(status);
    }
    if (*status == 0) {
        return done();
    }
    constexpr std::array<std::string_view, 7> kMeanings = {
        "", "the question is malformed",  "it has an internal error", "it says: try later",
        "", "it wants a signed question", "it answers unauthorized"};
    const auto number = static_cast<std::uint64_t>(*status);
    return fail(kServerUnavailable, "the responder does not answer: " +
                                        (number < kMeanings.size() && !kMeanings[number].empty()
                                             ? std::string(kMeanings[number])
                                             : "status " + std::to_string(*status)));
}

// OCSPResponse (RFC 6960 4.2.1).
Done read_answer(OcspAnswer& answer) {
    auto fields = whole_sequence(answer.der);
    if (!fields) {
        return pass(fields);
    }
    if (auto status = read_status(*fields); !status) {
        return status;
    }
    auto outer = fields->enter(der::context_constructed(0));
    if (!outer) {
        return pass(outer);
    }
    if (auto end = fields->finish(); !end) {
        return end;
    }
    auto typed = whole_sequence(outer->rest());
    if (!typed) {
        return pass(typed);
    }
    auto type = typed->next_oid();
    if (!type) {
        return pass(type);
    }
    const auto basic = typed->expect(Tag::octet_string);
    if (!basic) {
        return fail(basic.error());
    }
    if (*type != kBasicResponse || !typed->at_end()) {
        return fail(kInvalidData, "it is no basic response");
    }
    return read_basic(basic->content, answer);
}

}  // namespace

Bytes ocsp_key_hash(ByteView public_key_info, Crypto& crypto) {
    auto parts = whole_sequence(public_key_info);
    if (!parts || !parts->expect(Tag::sequence)) {
        return {};
    }
    const auto bits = parts->expect(Tag::bit_string).and_then([](const Element& key) {
        return der::read_bit_string(key.content);
    });
    return bits ? crypto.digest(HashAlgorithm::sha1, *bits) : Bytes();
}

OcspQuestion make_ocsp_question(const CertificateFacts& certificate, const CertificateFacts& issuer,
                                Crypto& crypto) {
    OcspCertificateId id{std::string(kSha1),
                         crypto.digest(HashAlgorithm::sha1, certificate.issuer_der),
                         ocsp_key_hash(issuer.public_key_info, crypto), certificate.serial_octets};
    Bytes request = request_of(id);
    return {std::move(id), std::move(request)};
}

Result<OcspAnswer> parse_ocsp_answer(Bytes octets) {
    OcspAnswer answer;
    answer.der = std::move(octets);
    if (auto read = read_answer(answer); !read) {
        return pass(read, "these octets are no OCSP answer that helps");
    }
    return answer;
}

}  // namespace ae::engine
