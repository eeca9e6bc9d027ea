#include "ca-client/cms/attribute.h"

namespace ae::ca {

using der::Element;
using der::Reader;
using der::Tag;

Result<Attribute> read_attribute(ByteView content) {
    Reader fields(content);
    auto type = fields.next_oid();
    if (!type) {
        return pass(type);
    }
    auto values = fields.expect(Tag::set);
    if (!values) {
        return pass(values);
    }
    return fields.finish().map([&](auto) { return Attribute{*std::move(type), values->content}; });
}

Result<Element> only_value(ByteView set, Tag tag) {
    Reader values(set);
    auto value = values.expect(tag);
    if (!value) {
        return value;
    }
    return values.finish().map([&](auto) { return *value; });
}

Done keep_octets(const Attribute& attribute, Bytes& place) {
    auto value = only_value(attribute.values, Tag::octet_string);
    if (!value) {
        return pass(value, "attribute " + attribute.type);
    }
    if (!place.empty() || value->content.empty()) {
        return fail(kInvalidData,
                    "attribute " + attribute.type + " is empty or stands there twice");
    }
    place = {value->content.begin(), value->content.end()};
    return done();
}

}  // namespace ae::ca
