#include "ca-client/cmc/response_body.h"

#include "ca-client/cms/attribute.h"

namespace ae::ca {
namespace {

using der::Element;
using der::Reader;
using der::Tag;
using engine::FullResponse;

constexpr std::string_view kStatusInfo = "1.3.6.1.5.5.7.7.1";           // RFC 2797 5.1
constexpr std::string_view kAddAttributes = "1.3.6.1.4.1.311.10.10.1";  // szOID_CMC_ADD_ATTRIBUTES
constexpr std::string_view kIssuedHash = "1.3.6.1.4.1.311.21.17";       // [MS-WCCE] 2.2.2.7.11
constexpr std::string_view kArchivedKeyHash = "1.3.6.1.4.1.311.21.21";  // [MS-WCCE] 2.2.2.7.9

Bytes copy(ByteView octets) { return {octets.begin(), octets.end()}; }

Done read_result(ByteView content, FullResponse& response) {
    auto attribute = read_attribute(content);
    if (!attribute) {
        return pass(attribute);
    }
    if (attribute->type == kIssuedHash) {
        return keep_octets(*attribute, response.issued_hash);
    }
    if (attribute->type == kArchivedKeyHash) {
        return keep_octets(*attribute, response.archived_key_hash);
    }
    return done();
}

Done read_results(Reader attributes, FullResponse& response) {
    return for_each(attributes, "attributes",
                    [&](ByteView content) { return read_result(content, response); });
}

// SEQUENCE { INTEGER 0, SEQUENCE OF INTEGER, SET OF Attribute }, as in a request; or the SET alone.
Done read_added_attributes(ByteView values, FullResponse& response) {
    Reader outer(values);
    auto value = outer.any();
    if (!value) {
        return pass(value);
    }
    if (Done end = outer.finish(); !end) {
        return end;
    }
    if (value->tag == Tag::set) {
        return read_results(Reader(value->content), response);
    }
    if (value->tag != Tag::sequence) {
        return fail(kInvalidData, "its value is neither a SET nor a SEQUENCE");
    }
    Reader parts(value->content);
    for (const Tag tag : {Tag::integer, Tag::sequence}) {
        if (auto stepped_over = parts.expect(tag); !stepped_over) {
            return pass(stepped_over);
        }
    }
    auto attributes = parts.enter(Tag::set);
    if (!attributes) {
        return pass(attributes);
    }
    if (Done end = parts.finish(); !end) {
        return end;
    }
    return read_results(*attributes, response);
}

// RFC 2797 5.1: CHOICE { failInfo INTEGER, pendInfo SEQUENCE { OCTET STRING, GeneralizedTime } },
// optional.  The reason of a failure is the call's own code.
Done read_other_info(Reader& fields, FullResponse& response) {
    fields.optional(Tag::integer);
    auto pending = fields.optional(Tag::sequence);
    if (!pending) {
        return done();
    }
    Reader info(pending->content);
    auto token = info.expect(Tag::octet_string);
    if (!token) {
        return pass(token);
    }
    // When the CA received it, of use to nobody here; it may have fractions of a second.
    if (auto time = info.expect(Tag::generalized_time); !time) {
        return pass(time);
    }
    response.pending_token = copy(token->content);
    return info.finish();
}

// RFC 2797 5.1: CMCStatus, the body parts it is about, text and otherInfo if any.
Done read_status_info(ByteView values, FullResponse& response) {
    auto info = only_value(values, Tag::sequence);
    if (!info) {
        return pass(info);
    }
    Reader fields(info->content);
    auto status = fields.expect(Tag::integer).and_then([](const Element& element) {
        return der::read_integer(element.content);
    });
    if (!status) {
        return pass(status);
    }
    if (auto body_parts = fields.expect(Tag::sequence); !body_parts) {
        return pass(body_parts);
    }
    response.status = *status;
    if (const auto text = fields.optional(Tag::utf8_string)) {
        auto words = der::read_string(*text);
        if (!words) {
            return pass(words);
        }
        response.status_text = *std::move(words);
    }
    if (Done other = read_other_info(fields, response); !other) {
        return other;
    }
    return fields.finish();
}

enum class StatusSeen { no, yes };

// TaggedAttribute ::= SEQUENCE { bodyPartID INTEGER, OID, SET OF value } (RFC 2797 3.1).
Done read_control(ByteView content, FullResponse& response, StatusSeen& status) {
    Reader fields(content);
    if (auto body_part = fields.expect(Tag::integer); !body_part) {
        return pass(body_part);
    }
    auto control = read_attribute(fields.rest());
    if (!control) {
        return pass(control);
    }
    if (control->type == kAddAttributes) {
        Done read = read_added_attributes(control->values, response);
        return read ? std::move(read) : pass(read, "control " + control->type);
    }
    if (control->type != kStatusInfo) {
        return done();
    }
    if (status == StatusSeen::yes) {  // one request has one state
        return fail(kInvalidData, "there are two states");
    }
    status = StatusSeen::yes;
    Done read = read_status_info(control->values, response);
    return read ? std::move(read) : pass(read, "the state");
}

}  // namespace

// ResponseBody ::= SEQUENCE { controlSequence, cmsSequence, otherMsgSequence } (RFC 2797 3.2).
Done read_response_body(ByteView content, FullResponse& response) {
    Reader outer(content);
    auto fields = outer.enter(Tag::sequence);
    if (!fields) {
        return pass(fields);
    }
    if (Done end = outer.finish(); !end) {
        return end;
    }
    auto controls = fields->enter(Tag::sequence);
    if (!controls) {
        return pass(controls);
    }
    for (int unused = 0; unused < 2; ++unused) {
        if (auto stepped_over = fields->expect(Tag::sequence); !stepped_over) {
            return pass(stepped_over);
        }
    }
    if (Done end = fields->finish(); !end) {
        return end;
    }
    StatusSeen status = StatusSeen::no;
    Done read = for_each(*controls, "controls",
                         [&](ByteView control) { return read_control(control, response, status); });
    if (read && status == StatusSeen::no) {
        return fail(kInvalidData, "there is no state");
    }
    return read;
}

}  // namespace ae::ca
