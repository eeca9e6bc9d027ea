#include "ca-client/certificate_view.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"

#include <string>
#include <string_view>

namespace ae::ca {
namespace {

using der::Reader;
using der::Tag;

constexpr std::string_view kSubjectAltName = "2.5.29.17";

// Extension ::= SEQUENCE { OID, BOOLEAN DEFAULT FALSE, OCTET STRING }
Done read_extension(Reader fields, CertificateView& facts) {
    auto oid = fields.next_oid();
    if (!oid) {
        return pass(oid);
    }
    fields.optional(Tag::boolean);
    auto value = fields.expect(Tag::octet_string);
    if (!value) {
        return pass(value);
    }
    if (*oid == kSubjectAltName) {
        Reader names(value->content);
        if (auto whole = names.expect(Tag::sequence); !whole) {
            return pass(whole, "alternative names");
        }
        if (auto end = names.finish(); !end) {
            return pass(end, "alternative names");
        }
        facts.alternative_names = value->content;
    }
    return fields.finish();
}

Done read_extensions(Reader wrapped, CertificateView& facts) {
    auto list = wrapped.enter(Tag::sequence);
    if (!list) {
        return pass(list);
    }
    while (!list->at_end()) {
        auto read = list->enter(Tag::sequence).and_then([&facts](const Reader& fields) {
            return read_extension(fields, facts);
        });
        if (!read) {
            return read;
        }
    }
    return wrapped.finish();
}

// RFC 5280 4.1: version, serial number, algorithm, issuer, validity, subject, key, ...
Result<CertificateView> read(ByteView certificate) {
    Reader outer(certificate);
    auto parts = outer.enter(Tag::sequence);
    if (!parts) {
        return pass(parts);
    }
    if (auto end = outer.finish(); !end) {
        return pass(end);
    }
    auto fields = parts->enter(Tag::sequence);
    if (!fields) {
        return pass(fields);
    }
    CertificateView facts{.certificate = certificate};
    ByteView algorithm;
    ByteView validity;
    struct Field {
        Tag tag;
        ByteView& value;
    };
    fields->optional(der::context_constructed(0));
    for (const Field& field :
         {Field{Tag::integer, facts.serial_number}, Field{Tag::sequence, algorithm},
          Field{Tag::sequence, facts.issuer}, Field{Tag::sequence, validity},
          Field{Tag::sequence, facts.subject}, Field{Tag::sequence, facts.public_key_info}}) {
        auto element = fields->expect(field.tag);
        if (!element) {
            return pass(element);
        }
        field.value = element->whole;
    }
    fields->optional(der::context(1));  // unique identifiers
    fields->optional(der::context(2));
    if (!fields->at_end()) {
        auto extensions =
            fields->enter(der::context_constructed(3)).and_then([&facts](const Reader& wrapped) {
                return read_extensions(wrapped, facts);
            });
        if (!extensions) {
            return pass(extensions);
        }
    }
    if (auto end = fields->finish(); !end) {
        return pass(end);
    }
    return facts;
}

}  // namespace

Result<CertificateView> view_certificate(ByteView certificate, std::string_view role) {
    auto facts = read(certificate);
    if (!facts) {
        return pass(facts, std::string(role) + " cannot be read");
    }
    return facts;
}

Result<CertificateView> view_signer(const engine::Signer& signer, std::string_view role) {
    auto facts = view_certificate(signer.certificate, role);
    if (!facts) {
        return facts;
    }
    if (!equal(facts->public_key_info, signer.key->public_key_info())) {
        return fail(kInvalidData, "the key to sign with is not that of " + std::string(role));
    }
    if (!signer.key->signs()) {
        return fail(kNotSupported, "the key of " + std::string(role) + " does not sign");
    }
    return facts;
}

}  // namespace ae::ca
