// NDR 32-bit little-endian primitives, reading and writing ([C706] 14).
//
// For: the stubs of the few interfaces the lab CA serves.
// Not for: NDR64, big-endian peers, unions. Bounds: the reader checks every length against the
// bytes that are left before it allocates.
// Errors: ParseError on any breach.  Threads: values, use one from one thread at a time.
#pragma once

#include "tests/lab/ca/bytes.h"

#include <optional>

namespace ae::labca {

class NdrReader {
  public:
    explicit NdrReader(View bytes) : bytes_(bytes) {}

    void align(std::size_t boundary);
    std::uint8_t u8();
    std::uint16_t u16();
    std::uint32_t u32();
    std::uint64_t u64();
    Guid guid();
    View take(std::size_t count);
    bool pointer() { return u32() != 0; }  // a referent id: only zero or not matters

    // max_count of a conformant array whose elements take at least `element_size` bytes each.
    std::uint32_t max_count(std::size_t element_size);
    // The same, and it has to equal the count it conforms to.
    void conformance(std::uint32_t expected, std::size_t element_size);

    // [string] wchar_t: max_count, offset 0, actual_count with the terminator.  `limit` counts
    // characters.
    std::string string(std::size_t limit);
    // [unique, string] as a top-level parameter.
    std::optional<std::string> unique_string(std::size_t limit);
    // CERTTRANSBLOB as a top-level ref parameter ([MS-WCCE] 2.2.2.2).
    Bytes blob(std::size_t limit);

    std::size_t offset() const { return at_; }
    std::size_t left() const { return bytes_.size() - at_; }

  private:
    View bytes_;
    std::size_t at_ = 0;
};

class NdrWriter {
  public:
    void align(std::size_t boundary);
    void u8(std::uint8_t value) { out_.push_back(value); }
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void guid(const Guid& value);
    void raw(View bytes) { append(out_, bytes); }
    void pointer(bool present);          // the next referent id, or 0
    void referent(std::uint32_t index);  // the id number `index`, for layouts fixed by index
    void blob(View bytes);               // CERTTRANSBLOB
    // The same with a length (cb) and a max_count that may be lies.
    void blob(View bytes, std::uint32_t length, std::uint32_t count);
    void string(std::string_view utf8);  // conformant varying, with terminator
    std::size_t size() const { return out_.size(); }
    const Bytes& bytes() const { return out_; }
    Bytes release() { return std::move(out_); }

  private:
    Bytes out_;
    std::uint32_t next_referent_ = 0;
};

// Type serialization version 1 around one structure ([MS-RPCE] 2.2.6): 16 header bytes, the body
// padded to 8, the padded length in the private header.
Bytes serialize_type1(View body);
View open_type1(View bytes);  // the body; ParseError unless the header is exactly as above

}  // namespace ae::labca
