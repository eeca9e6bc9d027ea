// The part of NDR 2.0 (transfer syntax 8a885d04, [C706] chapter 14) that a DCOM client needs: one
// writer and one bounded reader.  Alignment counts from the first octet handed in, so every nested
// serialization has a writer or reader of its own.
// Not for: unions, arrays of strings, big-endian peers.
// Errors: a reader that meets something wrong keeps its first complaint and returns zeros from then
// on; the caller reads a whole structure and asks once.  It never allocates by a foreign count that
// it has not compared with the octets that are left.  Pure; one object, one thread.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/guid.h"
#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ae::ca {

class NdrWriter {
  public:
    void u8(std::uint8_t value) { out_.push_back(value); }
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void uuid(const Guid& value);
    void octets(ByteView bytes);
    void align(std::size_t boundary);
    void pointer();          // the next referent id: 0x00020000, 0x00020004, ...
    void null() { u32(0); }  // a pointer to nothing
    // [string, unique] wchar_t*: referent id, then the conformant varying string with its NUL.
    void unique_string(const std::optional<std::string>& utf8);
    // [MS-WCCE] 2.2.2.2 CERTTRANSBLOB as a top-level parameter.
    void blob(ByteView bytes);

    [[nodiscard]] std::size_t size() const { return out_.size(); }
    [[nodiscard]] ByteView view() const { return out_; }
    [[nodiscard]] Bytes take() { return std::move(out_); }

  private:
    void little_endian(std::uint64_t value, std::size_t width);

    Bytes out_;
    std::uint32_t next_referent_ = 0x00020000;
};

class NdrReader {
  public:
    explicit NdrReader(ByteView bytes) : bytes_(bytes) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(little_endian(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
    std::uint64_t u64() { return little_endian(8); }
    Guid uuid();
    Hresult result() { return hresult(u32()); }
    bool pointer() { return u32() != 0; }
    ByteView octets(std::size_t count);
    void align(std::size_t boundary);
    // Reads max_count.  It must be `expected`, and that many elements must still be there.
    bool array_of(std::uint32_t expected, std::size_t element_size);
    // CERTTRANSBLOB of at most `cap` octets; a view into the octets handed in.
    ByteView blob(std::size_t cap);

    // Notes the broken rule unless one was noted before; returns ok().
    bool require(bool holds, std::string_view rule);
    // Takes over the complaint of a reader of nested octets.
    void adopt(const NdrReader& inner);

    [[nodiscard]] bool ok() const { return complaint_.empty(); }
    [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
    // kInvalidData: "malformed reply at octet 24: max_count differs from its count".
    [[nodiscard]] tl::unexpected<Error> failure() const;

  private:
    std::uint64_t little_endian(std::size_t width);

    ByteView bytes_;
    std::size_t at_ = 0;
    std::string complaint_;
};

}  // namespace ae::ca
