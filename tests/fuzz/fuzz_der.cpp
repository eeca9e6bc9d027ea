// Whatever the DER reader accepts, the writer makes the same octets of (X.690 10, 11).
#include "engine/base/der.h"
#include "engine/base/text.h"
#include "tests/fuzz/property.h"

#include <vector>

namespace {

using ae::ByteView;
using ae::der::Element;
using ae::der::Tag;
using ae::fuzz::must_hold;

void check_content(const Element& element) {
    const ae::Bytes whole(element.whole.begin(), element.whole.end());
    switch (element.tag) {
        case Tag::integer:
            if (const auto value = ae::der::read_integer(element.content)) {
                must_hold(ae::der::integer(*value) == whole, "integer");
            }
            break;
        case Tag::oid:
            if (const auto dotted = ae::der::read_oid(element.content)) {
                must_hold(ae::der::is_oid(*dotted), "what was read is an OID");
                must_hold(ae::der::oid(*dotted) == whole, "object identifier");
            }
            break;
        case Tag::bit_string:
            if (const auto bits = ae::der::read_bit_string(element.content)) {
                must_hold(ae::der::bit_string(*bits, element.content[0]) == whole, "bit string");
            }
            break;
        case Tag::boolean:
            if (const auto value = ae::der::read_boolean(element.content)) {
                must_hold(!*value || ae::der::boolean_true() == whole, "boolean");
            }
            break;
        case Tag::utf8_string:
            if (const auto text = ae::der::read_string(element)) {
                must_hold(ae::der::utf8_string(*text) == whole, "UTF8String");
            }
            break;
        case Tag::bmp_string:
            if (const auto text = ae::der::read_string(element)) {
                must_hold(ae::is_utf8(*text), "BMPString becomes UTF-8");
                must_hold(ae::der::bmp_string(*text).size() == whole.size() ||
                              text->find("\xEF\xBF\xBD") != std::string::npos,
                          "BMPString keeps its size");
            }
            break;
        case Tag::utc_time:
        case Tag::generalized_time:
            if (const auto time = ae::der::read_time(element)) {
                must_hold(ae::time_from_string(ae::to_string(*time)) == *time, "time");
            }
            break;
        default:
            if (const auto text = ae::der::read_string(element)) {
                must_hold(ae::is_utf8(*text), "every string becomes UTF-8");
            }
            break;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<ByteView> to_visit{ByteView(data, size)};
    while (!to_visit.empty()) {
        ae::der::Reader reader(to_visit.back());
        to_visit.pop_back();
        while (!reader.at_end()) {
            const std::size_t before = reader.rest().size();
            const auto element = reader.any();
            if (!element) {
                must_hold(reader.rest().size() == before, "a failure consumes nothing");
                break;
            }
            must_hold(element->whole.size() + reader.rest().size() == before, "whole element");
            must_hold(ae::equal(ae::der::write(element->tag, element->content), element->whole),
                      "element");
            check_content(*element);
            if ((static_cast<unsigned>(element->tag) & 0x20U) != 0) {
                to_visit.push_back(element->content);
            }
        }
    }
    return 0;
}
