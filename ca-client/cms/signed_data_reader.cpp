#include "ca-client/cms/signed_data_reader.h"

#include "engine/base/hresult_table.h"

#include <string>

namespace ae::ca {
namespace {

using der::Reader;
using der::Tag;

constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";

// ContentInfo ::= SEQUENCE { OID, [0] EXPLICIT SignedData }
Result<Reader> enter_signed_data(ByteView cms) {
    Reader outer(cms);
    auto info = outer.enter(Tag::sequence);
    if (!info) {
        return info;
    }
    if (auto end = outer.finish(); !end) {
        return pass(end);
    }
    auto type = info->next_oid();
    if (!type) {
        return pass(type);
    }
    if (*type != kSignedData) {
        return fail(kInvalidData, "the content type is " + *type);
    }
    auto content = info->enter(der::context_constructed(0));
    if (!content) {
        return content;
    }
    if (auto end = info->finish(); !end) {
        return pass(end);
    }
    auto signed_data = content->enter(Tag::sequence);
    if (!signed_data) {
        return signed_data;
    }
    if (auto end = content->finish(); !end) {
        return pass(end);
    }
    return signed_data;
}

Result<std::vector<ByteView>> read_bag(Reader bag) {
    std::vector<ByteView> certificates;
    while (!bag.at_end()) {
        auto member = bag.any();
        if (!member) {
            return pass(member);
        }
        if (member->tag != Tag::sequence) {  // RFC 5652 10.2.2: attribute and other certificates
            continue;
        }
        if (certificates.size() == kMaxCertificates) {
            return fail(kInvalidData,
                        "more than " + std::to_string(kMaxCertificates) + " certificates");
        }
        certificates.push_back(member->whole);
    }
    return certificates;
}

}  // namespace

// RFC 5652 5.1: version, digest algorithms, content, [0] certificates, [1] lists, signers.
Result<SignedData> read_signed_data(ByteView cms) {
    auto fields = enter_signed_data(cms);
    if (!fields) {
        return pass(fields);
    }
    for (const Tag tag : {Tag::integer, Tag::set}) {
        if (auto stepped_over = fields->expect(tag); !stepped_over) {
            return pass(stepped_over);
        }
    }
    SignedData parts;
    auto encapsulated = fields->expect(Tag::sequence);
    if (!encapsulated) {
        return pass(encapsulated);
    }
    parts.encapsulated = encapsulated->content;
    if (fields->next_is(der::context_constructed(0))) {
        auto bag = fields->enter(der::context_constructed(0)).and_then(read_bag);
        if (!bag) {
            return pass(bag);
        }
        parts.certificates = *std::move(bag);
    }
    fields->optional(der::context_constructed(1));
    auto signers = fields->expect(Tag::set);
    if (!signers) {
        return pass(signers);
    }
    parts.signers = signers->content;
    return fields->finish().map([&](auto) { return std::move(parts); });
}

}  // namespace ae::ca
