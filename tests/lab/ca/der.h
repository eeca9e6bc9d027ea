// DER: a bounded reader and small composing functions (X.690).
//
// For: requests, CMS, extension values and names, where the lab CA wants to see and make each byte
// itself.  Not for: BER indefinite lengths, which are refused.  Errors: ParseError.
#pragma once

#include "tests/lab/ca/bytes.h"

#include <initializer_list>
#include <optional>

namespace ae::labca {

namespace tag {
constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctets = 0x04,
                       kNull = 0x05, kOid = 0x06, kUtf8 = 0x0C, kPrintable = 0x13, kIa5 = 0x16,
                       kUtcTime = 0x17, kGeneralizedTime = 0x18, kBmp = 0x1E, kSequence = 0x30,
                       kSet = 0x31;
constexpr std::uint8_t context(unsigned number) { return static_cast<std::uint8_t>(0xA0 + number); }
constexpr std::uint8_t context_primitive(unsigned number) {
    return static_cast<std::uint8_t>(0x80 + number);
}
}  // namespace tag

struct Tlv {
    std::uint8_t tag = 0;
    View content{};
    View whole{};
};

class DerReader {
  public:
    explicit DerReader(View bytes) : rest_(bytes) {}
    bool done() const { return rest_.empty(); }
    Tlv next();
    Tlv expect(std::uint8_t tag);
    std::optional<Tlv> optional(std::uint8_t tag);
    DerReader inside(std::uint8_t tag) { return DerReader(expect(tag).content); }
    std::string oid();
    std::uint32_t integer();  // 0..0xFFFFFFFF
    void end() const;         // ParseError when something is left

  private:
    View rest_;
};

// Exactly one element, and nothing behind it.
Tlv single_der(View bytes);
std::string oid_text(View content);
// Text of a UTF8String, PrintableString, IA5String or BMPString.
std::string der_text(const Tlv& element);

namespace der {
Bytes tlv(std::uint8_t tag, View content);
Bytes join(std::uint8_t tag, std::initializer_list<Bytes> parts);
Bytes join(std::uint8_t tag, const std::vector<Bytes>& parts);
template <class... Parts>
Bytes sequence(const Parts&... parts) {
    return join(tag::kSequence, std::initializer_list<Bytes>{parts...});
}
template <class... Parts>
Bytes set(const Parts&... parts) {
    return join(tag::kSet, std::initializer_list<Bytes>{parts...});
}
Bytes oid(std::string_view dotted);
Bytes integer(std::uint32_t value);
Bytes octets(View content);
Bytes text(std::uint8_t tag, std::string_view utf8);  // kBmp converts, the others copy
Bytes boolean_true();
Bytes null();
}  // namespace der

}  // namespace ae::labca
