// Attributes of CMS and CMC (RFC 5652 5.3, RFC 2797 3.1) out of foreign octets, with bounds.
// Pure, any thread.
// Errors: kInvalidData.
#pragma once

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"

#include <string>

namespace ae::ca {

inline constexpr std::size_t kMaxParts = 64;  // elements of any list

// Attribute ::= SEQUENCE { OID, SET OF value }
struct Attribute {
    std::string type{};
    ByteView values{};  // content of the SET
};
Result<Attribute> read_attribute(ByteView content);

// The only element of a SET OF.
Result<der::Element> only_value(ByteView set, der::Tag tag);

// An attribute with one OCTET STRING, which is not empty; `place` must be empty still, so that
// nothing stands there twice.
Done keep_octets(const Attribute& attribute, Bytes& place);

// Calls `read` for the content of each SEQUENCE in the list, kMaxParts times at most.
template <class Read>
Done for_each(der::Reader list, const char* what, const Read& read) {
    for (std::size_t count = 0; !list.at_end(); ++count) {
        if (count == kMaxParts) {
            return fail(kInvalidData, "more than " + std::to_string(kMaxParts) + ' ' + what);
        }
        auto element = list.expect(der::Tag::sequence);
        if (!element) {
            return pass(element);
        }
        if (Done one = read(element->content); !one) {
            return one;
        }
    }
    return done();
}

}  // namespace ae::ca
