#include "engine/certificate_extensions.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"

#include <limits>

namespace ae::engine {
namespace {

using der::Element;
using der::Reader;
using der::Tag;

constexpr std::string_view kSidName = "1.3.6.1.4.1.311.25.2.1";
constexpr std::string_view kOcsp = "1.3.6.1.5.5.7.48.1";

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

// [MS-WCCE] 2.2.2.7.7.4: SEQUENCE { [0] { 1.3.6.1.4.1.311.25.2.1, [0] OCTET STRING } }, the SID as
// text; other names beside it are stepped over.
Result<std::optional<Sid>> read_sid(ByteView value) {
    auto names = whole_sequence(value);
    if (!names) {
        return pass(names);
    }
    while (!names->at_end()) {
        auto name = names->any();
        if (!name) {
            return pass(name);
        }
        Reader fields(name->content);
        if (name->tag != der::context_constructed(0) || fields.next_oid() != kSidName) {
            continue;
        }
        auto text = fields.enter(der::context_constructed(0)).and_then([](Reader inner) {
            return inner.expect(Tag::octet_string);
        });
        if (!text) {
            return pass(text);
        }
        const auto sid = Sid::parse(as_text(text->content));
        return sid ? Result<std::optional<Sid>>(sid)
                   : fail(kInvalidData, "it holds no security identifier");
    }
    return std::nullopt;
}

// AuthorityInfoAccessSyntax (RFC 5280 4.2.2.1): the responders' URIs, in their order.
Result<std::vector<std::string>> read_responders(ByteView value) {
    auto list = whole_sequence(value);
    if (!list) {
        return pass(list);
    }
    std::vector<std::string> urls;
    while (!list->at_end()) {
        auto fields = list->enter(Tag::sequence);
        if (!fields) {
            return pass(fields);
        }
        auto method = fields->next_oid();
        if (!method) {
            return pass(method);
        }
        auto found = read_uris(fields->rest());
        if (!found) {
            return pass(found);
        }
        if (*method == kOcsp) {
            urls.insert(urls.end(), found->begin(), found->end());
        }
    }
    return urls;
}

Result<Bytes> read_octets(ByteView value) {
    Reader outer(value);
    auto octets = outer.expect(Tag::octet_string);
    if (!octets) {
        return pass(octets);
    }
    return outer.finish().map(
        [&](auto) { return Bytes(octets->content.begin(), octets->content.end()); });
}

// For what only helps to find something: a certificate stays a certificate without it.
template <class T>
Done keep_if_readable(Result<T> read, T& place) {
    place = read ? *std::move(read) : T{};
    return done();
}

}  // namespace

Done read_certificate_extension(const Extension& extension, CertificateFacts& facts) {
    const std::string_view oid = extension.oid;
    const ByteView value = extension.value;
    if (oid == "1.3.6.1.4.1.311.21.7") {
        return read_template_oid(value, reference_of(facts));
    }
    if (oid == "1.3.6.1.4.1.311.20.2") {
        return read_template_name(value, reference_of(facts));
    }
    if (oid == "1.3.6.1.4.1.311.25.2") {
        return keep(read_sid(value), facts.sid);
    }
    if (oid == "2.5.29.14") {
        return keep_if_readable(read_octets(value), facts.subject_key_id);
    }
    if (oid == "2.5.29.15") {
        return keep(read_key_usage(value), facts.key_usage);
    }
    if (oid == "2.5.29.17") {
        facts.subject_alt_name.assign(value.begin(), value.end());
        return keep(read_dns_names(value), facts.dns_names);
    }
    if (oid == "2.5.29.19") {
        return keep(read_is_ca(value), facts.is_ca);
    }
    if (oid == "2.5.29.31") {
        return keep_if_readable(read_distribution_points(value), facts.crl_urls);
    }
    if (oid == "2.5.29.32") {
        return keep(read_policies(value), facts.certificate_policies);
    }
    if (oid == "2.5.29.37") {
        return keep(read_oids(value), facts.extended_key_usages);
    }
    if (oid == "2.5.29.46") {
        return keep_if_readable(read_distribution_points(value), facts.freshest_crl_urls);
    }
    if (oid == "1.3.6.1.5.5.7.1.1") {
        return keep_if_readable(read_responders(value), facts.ocsp_urls);
    }
    return done();
}

}  // namespace ae::engine
