#include "tests/ca-client/cms/cms_fixture.h"

#include "engine/base/der.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

using der::Tag;

template <class T>
T must(Result<T> result) {
    if (!result) {
        FAIL(result.error().sentence());
    }
    return *std::move(result);
}

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

std::vector<Bytes> elements(der::Reader list) {
    std::vector<Bytes> found;
    while (!list.at_end()) {
        found.push_back(copy(must(list.any()).whole));
    }
    return found;
}

std::int64_t number(der::Reader& from) {
    return must(der::read_integer(must(from.expect(Tag::integer)).content));
}

Attributes read_attributes(der::Reader list) {
    Attributes found;
    Bytes before;
    while (!list.at_end()) {
        const auto whole = must(list.expect(Tag::sequence));
        CHECK(std::ranges::lexicographical_compare(before, whole.whole));  // X.690 11.6
        before = copy(whole.whole);
        der::Reader fields(whole.content);
        const std::string oid = must(fields.next_oid());
        auto values = must(fields.enter(Tag::set));
        REQUIRE(fields.finish());
        found.emplace_back(oid, copy(must(values.any()).whole));
        REQUIRE(values.finish());
    }
    return found;
}

ReadSigner read_signer(der::Reader fields) {
    ReadSigner signer;
    signer.version = number(fields);
    if (const auto key = fields.optional(der::context(0))) {
        signer.key_identifier = copy(key->content);
    } else {
        auto id = must(fields.enter(Tag::sequence));
        signer.issuer = copy(must(id.expect(Tag::sequence)).whole);
        signer.serial_number = copy(must(id.expect(Tag::integer)).whole);
        REQUIRE(id.finish());
    }
    signer.digest_algorithm = copy(must(fields.expect(Tag::sequence)).whole);
    if (const auto attributes = fields.optional(der::context_constructed(0))) {
        signer.signed_attributes = read_attributes(der::Reader(attributes->content));
        signer.signed_octets = der::write(Tag::set, attributes->content);
    }
    signer.signature_algorithm = copy(must(fields.expect(Tag::sequence)).whole);
    signer.signature = copy(must(fields.expect(Tag::octet_string)).content);
    if (const auto attributes = fields.optional(der::context_constructed(1))) {
        signer.unsigned_attributes = read_attributes(der::Reader(attributes->content));
    }
    REQUIRE(fields.finish());
    return signer;
}

void read_control(der::Reader fields, ReadPkiData& data) {
    const std::int64_t part = number(fields);
    const std::string oid = must(fields.next_oid());
    data.controls.emplace_back(part, oid);
    auto values = must(fields.enter(Tag::set));
    REQUIRE(fields.finish());
    if (oid == "1.3.6.1.5.5.7.7.18") {
        data.registration_info = as_text(must(values.expect(Tag::octet_string)).content);
    } else {
        REQUIRE(oid == "1.3.6.1.4.1.311.10.10.1");
        auto three = must(values.enter(Tag::sequence));
        CHECK(number(three) == 0);
        auto parts = must(three.enter(Tag::sequence));
        while (!parts.at_end()) {
            data.attributes_are_of.push_back(number(parts));
        }
        data.attributes = read_attributes(must(three.enter(Tag::set)));
        REQUIRE(three.finish());
    }
    REQUIRE(values.finish());
}

std::string name_of(const der::Element& element) {
    switch (element.tag) {
        case Tag::oid:
            return "OID(" + must(der::read_oid(element.content)) + ")";
        case Tag::integer:
            return element.content.size() == 1
                       ? "INTEGER(" + std::to_string(element.content.front()) + ")"
                       : "INTEGER";
        case Tag::octet_string:
            return "OCTETS";
        case Tag::utf8_string:
            return "TEXT";
        case Tag::null:
            return "NULL";
        case Tag::sequence:
            return "SEQUENCE(" + outline(element.content) + ")";
        case Tag::set:
            return "SET(" + outline(element.content) + ")";
        default:
            break;
    }
    const auto tag = static_cast<unsigned>(element.tag);
    REQUIRE((tag & 0xC0U) == 0x80U);
    const std::string name = "[" + std::to_string(tag & 0x1FU) + "]";
    return (tag & 0x20U) != 0 ? name + "(" + outline(element.content) + ")" : name;
}

}  // namespace

const Bytes* find(const Attributes& attributes, std::string_view oid) {
    for (const auto& [name, value] : attributes) {
        if (name == oid) {
            return &value;
        }
    }
    return nullptr;
}

ReadSignedData read_signed_data(ByteView message) {
    ReadSignedData data;
    der::Reader outer(message);
    auto info = must(outer.enter(Tag::sequence));
    REQUIRE(outer.finish());
    CHECK(must(info.next_oid()) == "1.2.840.113549.1.7.2");
    auto wrapped = must(info.enter(der::context_constructed(0)));
    REQUIRE(info.finish());
    auto fields = must(wrapped.enter(Tag::sequence));
    REQUIRE(wrapped.finish());
    data.version = number(fields);
    data.digest_algorithms = elements(must(fields.enter(Tag::set)));
    auto content = must(fields.enter(Tag::sequence));
    data.content_type = must(content.next_oid());
    auto explicit_content = must(content.enter(der::context_constructed(0)));
    REQUIRE(content.finish());
    data.content = copy(must(explicit_content.expect(Tag::octet_string)).content);
    REQUIRE(explicit_content.finish());
    if (const auto bag = fields.optional(der::context_constructed(0))) {
        data.certificates = elements(der::Reader(bag->content));
    }
    auto signers = must(fields.enter(Tag::set));
    REQUIRE(fields.finish());
    while (!signers.at_end()) {
        data.signers.push_back(read_signer(must(signers.enter(Tag::sequence))));
    }
    return data;
}

ReadPkiData read_pki_data(ByteView content) {
    ReadPkiData data;
    der::Reader outer(content);
    auto fields = must(outer.enter(Tag::sequence));
    REQUIRE(outer.finish());
    auto controls = must(fields.enter(Tag::sequence));
    while (!controls.at_end()) {
        read_control(must(controls.enter(Tag::sequence)), data);
    }
    auto requests = must(fields.enter(Tag::sequence));
    auto tagged = must(requests.enter(der::context_constructed(0)));
    REQUIRE(requests.finish());  // exactly one
    data.request_part = number(tagged);
    data.request = copy(must(tagged.expect(Tag::sequence)).whole);
    REQUIRE(tagged.finish());
    REQUIRE(must(fields.enter(Tag::sequence)).at_end());
    REQUIRE(must(fields.enter(Tag::sequence)).at_end());
    REQUIRE(fields.finish());
    return data;
}

std::string outline(ByteView der) {
    std::string text;
    for (der::Reader in(der); !in.at_end();) {
        text += text.empty() ? "" : " ";
        text += name_of(must(in.any()));
    }
    return text;
}

}  // namespace ae::ca
