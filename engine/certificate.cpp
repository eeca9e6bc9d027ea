#include "engine/certificate.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/distinguished_name.h"

#include <limits>
#include <set>

namespace ae::engine {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

// The content of the one SEQUENCE that `octets` are.
Result<Reader> whole_sequence(ByteView octets) {
    Reader outer(octets);
    auto inner = outer.enter(Tag::sequence);
    if (!inner) {
        return inner;
    }
    if (auto end = outer.finish(); !end) {
        return pass(end);
    }
    return inner;
}

Result<std::vector<std::string>> read_oids(ByteView value) {
    auto list = whole_sequence(value);
    if (!list) {
        return pass(list);
    }
    std::vector<std::string> oids;
    while (!list->at_end()) {
        auto oid = list->next_oid();
        if (!oid) {
            return pass(oid);
        }
        oids.push_back(*std::move(oid));
    }
    return oids;
}

// GeneralName ::= [2] IA5String; the other forms are stepped over.
Result<std::vector<std::string>> read_dns_names(ByteView value) {
    auto list = whole_sequence(value);
    if (!list) {
        return pass(list);
    }
    std::vector<std::string> names;
    while (!list->at_end()) {
        auto element = list->any();
        if (!element) {
            return pass(element);
        }
        if (element->tag != der::context(2)) {
            continue;
        }
        auto name = der::read_string({Tag::ia5_string, element->content, element->whole});
        if (!name) {
            return pass(name);
        }
        names.push_back(*std::move(name));
    }
    return names;
}

// RFC 5280 4.2.1.4: SEQUENCE OF SEQUENCE { OID, qualifiers OPTIONAL }.
Result<std::vector<std::string>> read_policies(ByteView value) {
    auto list = whole_sequence(value);
    if (!list) {
        return pass(list);
    }
    std::vector<std::string> policies;
    while (!list->at_end()) {
        auto oid =
            list->enter(Tag::sequence).and_then([](Reader fields) { return fields.next_oid(); });
        if (!oid) {
            return pass(oid);
        }
        policies.push_back(*std::move(oid));
    }
    return policies;
}

Result<Bytes> read_key_usage(ByteView value) {
    Reader outer(value);
    const auto bits = outer.expect(Tag::bit_string).and_then([](const Element& element) {
        return der::read_bit_string(element.content);
    });
    if (!bits) {
        return fail(bits.error());
    }
    return outer.finish().map([&](std::monostate) { return Bytes(bits->begin(), bits->end()); });
}

Result<bool> read_is_ca(ByteView value) {
    auto fields = whole_sequence(value);
    if (!fields) {
        return pass(fields);
    }
    bool is_ca = false;
    if (const auto flag = fields->optional(Tag::boolean)) {
        auto read = der::read_boolean(flag->content);
        if (!read) {
            return pass(read);
        }
        is_ca = *read;
    }
    if (const auto depth = fields->optional(Tag::integer)) {
        if (auto read = der::read_integer(depth->content); !read) {
            return pass(read);
        }
    }
    if (auto end = fields->finish(); !end) {
        return pass(end);
    }
    return is_ca;
}

Result<std::uint32_t> read_version(Reader& fields) {
    const auto element = fields.optional(Tag::integer);
    if (!element) {
        return 0U;
    }
    auto value = der::read_integer(element->content);
    if (!value) {
        return pass(value);
    }
    if (*value < 0 || *value > std::numeric_limits<std::uint32_t>::max()) {
        return fail(kInvalidData, "the template version is not a 32-bit number");
    }
    return static_cast<std::uint32_t>(*value);
}

// [MS-WCCE] 2.2.2.7.7.2: SEQUENCE { OID, major OPTIONAL, minor OPTIONAL }.
Done read_template_oid(ByteView value, TemplateReference& reference) {
    auto fields = whole_sequence(value);
    if (!fields) {
        return pass(fields);
    }
    auto oid = fields->next_oid();
    if (!oid) {
        return pass(oid);
    }
    auto major = read_version(*fields);
    if (!major) {
        return pass(major);
    }
    auto minor = read_version(*fields);
    if (!minor) {
        return pass(minor);
    }
    if (auto end = fields->finish(); !end) {
        return pass(end);
    }
    reference.oid = *std::move(oid);
    reference.major_version = *major;
    reference.minor_version = *minor;
    return done();
}

// [MS-WCCE] 2.2.2.7.7.1 says SEQUENCE { UTF8String }, Windows writes a bare BMPString: both are
// read.
Done read_template_name(ByteView value, TemplateReference& reference) {
    Reader inner(value);
    if (inner.next_is(Tag::sequence)) {
        auto entered = whole_sequence(value);
        if (!entered) {
            return pass(entered);
        }
        inner = *entered;
    }
    auto name = inner.any().and_then(der::read_string);
    if (!name) {
        return pass(name);
    }
    reference.name = *std::move(name);
    return inner.finish();
}

TemplateReference& reference_of(CertificateFacts& facts) {
    if (!facts.template_reference) {
        facts.template_reference.emplace();
    }
    return *facts.template_reference;
}

template <class T>
Done keep(Result<T> read, T& place) {
    if (!read) {
        return pass(read);
    }
    place = *std::move(read);
    return done();
}

Done read_extension(std::string_view oid, ByteView value, CertificateFacts& facts) {
    if (oid == "1.3.6.1.4.1.311.21.7") {
        return read_template_oid(value, reference_of(facts));
    }
    if (oid == "1.3.6.1.4.1.311.20.2") {
        return read_template_name(value, reference_of(facts));
    }
    if (oid == "2.5.29.17") {
        facts.subject_alt_name.assign(value.begin(), value.end());
        return keep(read_dns_names(value), facts.dns_names);
    }
    if (oid == "2.5.29.32") {
        return keep(read_policies(value), facts.certificate_policies);
    }
    if (oid == "2.5.29.37") {
        return keep(read_oids(value), facts.extended_key_usages);
    }
    if (oid == "2.5.29.15") {
        return keep(read_key_usage(value), facts.key_usage);
    }
    if (oid == "2.5.29.19") {
        return keep(read_is_ca(value), facts.is_ca);
    }
    return done();
}

// Extension ::= SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTET STRING }
Done read_extensions(ByteView octets, CertificateFacts& facts) {
    auto list = whole_sequence(octets);
    if (!list) {
        return pass(list);
    }
    std::set<std::string> seen;
    while (!list->at_end()) {
        auto fields = list->enter(Tag::sequence);
        if (!fields) {
            return pass(fields);
        }
        auto oid = fields->next_oid();
        if (!oid) {
            return pass(oid);
        }
        if (const auto critical = fields->optional(Tag::boolean)) {
            if (auto read = der::read_boolean(critical->content); !read) {
                return pass(read);
            }
        }
        auto value = fields->expect(Tag::octet_string);
        if (!value) {
            return pass(value);
        }
        if (auto end = fields->finish(); !end) {
            return pass(end);
        }
        if (!seen.insert(*oid).second) {  // RFC 5280 4.2
            return fail(kInvalidData, "extension " + *oid + " stands there twice");
        }
        if (auto read = read_extension(*oid, value->content, facts); !read) {
            return pass(read, "extension " + *oid);
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
