#include "ca-client/issued_certificates.h"

#include "engine/base/der.h"
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

Result<std::vector<Bytes>> read_bag(Reader bag) {
    std::vector<Bytes> certificates;
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
        certificates.emplace_back(member->whole.begin(), member->whole.end());
    }
    return certificates;
}

// RFC 5652 5.1: version, digest algorithms, content, [0] certificates, [1] lists, signers.
Result<std::vector<Bytes>> read(ByteView cms) {
    auto fields = enter_signed_data(cms);
    if (!fields) {
        return pass(fields);
    }
    for (const Tag tag : {Tag::integer, Tag::set, Tag::sequence}) {
        if (auto stepped_over = fields->expect(tag); !stepped_over) {
            return pass(stepped_over);
        }
    }
    std::vector<Bytes> certificates;
    if (fields->next_is(der::context_constructed(0))) {
        auto bag = fields->enter(der::context_constructed(0)).and_then(read_bag);
        if (!bag) {
            return bag;
        }
        certificates = *std::move(bag);
    }
    fields->optional(der::context_constructed(1));
    if (auto signers = fields->expect(Tag::set); !signers) {
        return pass(signers);
    }
    if (auto end = fields->finish(); !end) {
        return pass(end);
    }
    return certificates;
}

}  // namespace

Result<std::vector<Bytes>> certificates_of_signed_data(ByteView cms) {
    auto certificates = read(cms);
    if (!certificates) {
        return pass(certificates, "the answer is no SignedData that can be read");
    }
    return certificates;
}

}  // namespace ae::ca
