// DER (X.690): a bounded reader over foreign octets and a writer.
//
// One codec for PKCS #10, CMC, CMS and certificate facts on both platforms, because Windows has no
// OpenSSL and its own API cannot make all that we need.
// The reader takes definite lengths only, minimal lengths only, tag numbers below 31, and never
// reads outside its octets.  Views point into the caller's buffer: keep that alive.
// Errors: CRYPT_E_ASN1_* codes are folded into 0x8007000D (invalid data).  Pure, any thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::der {

enum class Tag : std::uint8_t {
    boolean = 0x01,
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    null = 0x05,
    oid = 0x06,
    utf8_string = 0x0C,
    numeric_string = 0x12,
    printable_string = 0x13,
    t61_string = 0x14,
    ia5_string = 0x16,
    utc_time = 0x17,
    generalized_time = 0x18,
    visible_string = 0x1A,
    bmp_string = 0x1E,
    sequence = 0x30,
    set = 0x31,
};
constexpr Tag context(unsigned number) { return static_cast<Tag>(0x80U | number); }
constexpr Tag context_constructed(unsigned number) { return static_cast<Tag>(0xA0U | number); }

struct Element {
    Tag tag{};
    ByteView content{};
    ByteView whole{};  // with tag and length
};

class Reader {
  public:
    explicit Reader(ByteView octets) : rest_(octets) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] ByteView rest() const { return rest_; }
    [[nodiscard]] bool next_is(Tag tag) const;

    Result<Element> any();            // the next element, whatever it is
    Result<Element> expect(Tag tag);  // fails when another tag stands there
    // Nothing, and nothing consumed, when another tag stands there or the element is broken; the
    // next expect() or finish() then reports it.
    std::optional<Element> optional(Tag tag);
    Result<Reader> enter(Tag tag);   // its content, and steps over it
    Result<std::string> next_oid();  // expect(oid), decoded
    Done finish() const;             // fails when octets are left

  private:
    ByteView rest_;
};

// Content decoders.
Result<std::string> read_oid(ByteView content);       // "1.3.6.1..."
Result<std::int64_t> read_integer(ByteView content);  // fails above 63 bits
Result<bool> read_boolean(ByteView content);
Result<ByteView> read_bit_string(ByteView content);  // whole octets; unused bits 0..7, all zero
Result<Time> read_time(const Element& element);      // UTCTime and GeneralizedTime, "Z" only
// Any of the directory string types, to UTF-8.
Result<std::string> read_string(const Element& element);

// Writers: each returns a complete element.
Bytes write(Tag tag, ByteView content);
Bytes write(Tag tag, std::initializer_list<ByteView> parts);
inline Bytes sequence(std::initializer_list<ByteView> parts) { return write(Tag::sequence, parts); }
Bytes set_of(std::vector<Bytes> elements);  // X.690 11.6: sorted
Bytes oid(std::string_view dotted);         // empty when not an OID
Bytes integer(std::int64_t value);
Bytes integer_from_unsigned(ByteView big_endian);
Bytes boolean_true();
Bytes null();
Bytes octet_string(ByteView content);
Bytes bit_string(ByteView content, unsigned unused_bits = 0);  // the caller zeroes unused bits
Bytes named_bit_string(ByteView octets);  // X.690 11.2.2: no zero bits at the end
Bytes utf8_string(std::string_view text);
Bytes ia5_string(std::string_view text);
Bytes bmp_string(std::string_view utf8);
bool is_oid(std::string_view dotted);

}  // namespace ae::der
