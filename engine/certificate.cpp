#include "engine/certificate.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/certificate_extensions.h"
#include "engine/distinguished_name.h"

namespace ae::engine {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

Done read_extensions(ByteView octets, CertificateFacts& facts) {
    const auto list = read_extension_list(octets);
    if (!list) {
        return fail(list.error());
    }
    for (const Extension& extension : *list) {
        if (auto read = read_certificate_extension(extension, facts); !read) {
            return pass(read, "extension " + extension.oid);
        }
    }
    return done();
}

Done read_validity(Reader fields, CertificateFacts& facts) {
    for (Time* place : {&facts.not_before, &facts.not_after}) {
        auto time = fields.any().and_then(der::read_time);
        if (!time) {
            return pass(time);
        }
        *place = *time;
    }
    return fields.finish();
}

Done read_serial(Reader& fields, CertificateFacts& facts) {
    auto element = fields.expect(Tag::integer);
    if (!element) {
        return pass(element);
    }
    ByteView octets = element->content;
    const bool has_sign_octet = octets.size() > 1 && octets.front() == 0;
    if (octets.empty() || (has_sign_octet && (octets[1] & 0x80U) == 0)) {
        return fail(kInvalidData, "the serial number is empty or not in its shortest form");
    }
    facts.serial_octets.assign(octets.begin(), octets.end());
    if (has_sign_octet) {
        octets = octets.subspan(1);
    }
    facts.serial = to_hex(octets);
    return done();
}

Done read_name(Reader& fields, Bytes& whole, std::string& text) {
    auto element = fields.expect(Tag::sequence);
    if (!element) {
        return pass(element);
    }
    whole.assign(element->whole.begin(), element->whole.end());
    return keep(distinguished_name_text(element->content), text);
}

Done read_public_key_info(Reader& fields, CertificateFacts& facts) {
    auto element = fields.expect(Tag::sequence);
    if (!element) {
        return pass(element);
    }
    Reader parts(element->content);
    if (auto algorithm = parts.expect(Tag::sequence); !algorithm) {
        return pass(algorithm);
    }
    const auto bits = parts.expect(Tag::bit_string).and_then([](const Element& key) {
        return der::read_bit_string(key.content);
    });
    if (!bits) {
        return fail(bits.error());
    }
    facts.public_key_info.assign(element->whole.begin(), element->whole.end());
    return parts.finish();
}

// RFC 5280 4.1, TBSCertificate.
Done read_body(Reader fields, CertificateFacts& facts) {
    if (fields.next_is(der::context_constructed(0))) {
        auto version = fields.enter(der::context_constructed(0));
        if (!version) {
            return pass(version);
        }
        const auto number = version->expect(Tag::integer).and_then([](const Element& element) {
            return der::read_integer(element.content);
        });
        if (!number || *number < 0 || *number > 2 || !version->at_end()) {
            return fail(kInvalidData, "the version is none that X.509 knows");
        }
    }
    if (auto serial = read_serial(fields, facts); !serial) {
        return serial;
    }
    if (auto algorithm = fields.expect(Tag::sequence); !algorithm) {
        return pass(algorithm);
    }
    if (auto issuer = read_name(fields, facts.issuer_der, facts.issuer); !issuer) {
        return pass(issuer, "issuer");
    }
    auto validity = fields.enter(Tag::sequence);
    if (!validity) {
        return pass(validity);
    }
    if (auto dates = read_validity(*validity, facts); !dates) {
        return pass(dates, "validity");
    }
    if (auto subject = read_name(fields, facts.subject_der, facts.subject); !subject) {
        return pass(subject, "subject");
    }
    facts.common_names = common_names_of(facts.subject_der);
    if (auto key = read_public_key_info(fields, facts); !key) {
        return pass(key, "public key");
    }
    fields.optional(der::context(1));  // unique identifiers, long unused
    fields.optional(der::context(2));
    if (const auto extensions = fields.optional(der::context_constructed(3))) {
        if (auto read = read_extensions(extensions->content, facts); !read) {
            return read;
        }
    }
    return fields.finish();
}

Done read_certificate(ByteView octets, CertificateFacts& facts) {
    auto parts = whole_sequence(octets);
    if (!parts) {
        return pass(parts);
    }
    auto body = parts->enter(Tag::sequence);
    if (!body) {
        return pass(body);
    }
    if (auto algorithm = parts->expect(Tag::sequence); !algorithm) {
        return pass(algorithm);
    }
    if (auto signature = parts->expect(Tag::bit_string); !signature) {
        return pass(signature);
    }
    if (auto end = parts->finish(); !end) {
        return end;
    }
    return read_body(*body, facts);
}

}  // namespace

Result<CertificateFacts> parse_certificate(ByteView der) {
    CertificateFacts facts;
    if (auto read = read_certificate(der, facts); !read) {
        return pass(read, "these octets are no certificate");
    }
    facts.der.assign(der.begin(), der.end());
    return facts;
}

}  // namespace ae::engine
