#include "tests/lab/ca/ndr.h"

namespace ae::labca {
namespace {

constexpr std::uint32_t kFirstReferent = 0x00020000;
constexpr std::array<std::uint8_t, 8> kType1Header{0x01, 0x10, 0x08, 0x00, 0xcc, 0xcc, 0xcc, 0xcc};

}  // namespace

void NdrReader::align(std::size_t boundary) {
    const std::size_t rest = at_ % boundary;
    if (rest != 0) {
        take(boundary - rest);
    }
}

View NdrReader::take(std::size_t count) {
    if (count > left()) {
        throw ParseError("NDR data ends too early");
    }
    const View part = bytes_.subspan(at_, count);
    at_ += count;
    return part;
}

std::uint8_t NdrReader::u8() { return take(1)[0]; }

std::uint16_t NdrReader::u16() {
    align(2);
    const View b = take(2);
    return static_cast<std::uint16_t>(b[0] | (b[1] << 8));
}

std::uint32_t NdrReader::u32() {
    align(4);
    const View b = take(4);
    return static_cast<std::uint32_t>(b[0]) | static_cast<std::uint32_t>(b[1]) << 8U |
           static_cast<std::uint32_t>(b[2]) << 16U | static_cast<std::uint32_t>(b[3]) << 24U;
}

std::uint64_t NdrReader::u64() {
    align(8);
    const std::uint64_t low = u32();
    return low | static_cast<std::uint64_t>(u32()) << 32U;
}

Guid NdrReader::guid() {
    align(4);
    const View b = take(16);
    Guid guid;
    std::copy(b.begin(), b.end(), guid.wire.begin());
    return guid;
}

std::uint32_t NdrReader::max_count(std::size_t element_size) {
    const std::uint32_t count = u32();
    if (count > left() / element_size) {
        throw ParseError("an NDR array claims more elements than there are bytes");
    }
    return count;
}

void NdrReader::conformance(std::uint32_t expected, std::size_t element_size) {
    if (max_count(element_size) != expected) {
        throw ParseError("an NDR array does not conform to its count");
    }
}

std::string NdrReader::string(std::size_t limit) {
    const std::uint32_t maximum = u32();
    const std::uint32_t offset = u32();
    const std::uint32_t actual = u32();
    if (offset != 0 || actual == 0 || actual > maximum || actual > limit) {
        throw ParseError("an NDR string has impossible counts");
    }
    const View raw = take(std::size_t{actual} * 2);
    std::u16string text;
    for (std::size_t i = 0; i < raw.size(); i += 2) {
        text.push_back(static_cast<char16_t>(raw[i] | (raw[i + 1] << 8)));
    }
    if (text.back() != 0) {
        throw ParseError("an NDR string lacks its terminator");
    }
    text.resize(text.find(u'\0'));
    return to_utf8(text);
}

std::optional<std::string> NdrReader::unique_string(std::size_t limit) {
    if (!pointer()) {
        return std::nullopt;
    }
    return string(limit);
}

Bytes NdrReader::blob(std::size_t limit) {
    const std::uint32_t size = u32();
    const bool present = pointer();
    if (size > limit || (size != 0 && !present)) {
        throw ParseError("a CERTTRANSBLOB has an impossible size");
    }
    if (!present) {
        return {};
    }
    conformance(size, 1);
    const View raw = take(size);
    return {raw.begin(), raw.end()};
}

void NdrWriter::align(std::size_t boundary) {
    while (out_.size() % boundary != 0) {
        out_.push_back(0);
    }
}

void NdrWriter::u16(std::uint16_t value) {
    align(2);
    u8(static_cast<std::uint8_t>(value & 0xFFU));
    u8(static_cast<std::uint8_t>(value >> 8U));
}

void NdrWriter::u32(std::uint32_t value) {
    align(4);
    u16(static_cast<std::uint16_t>(value & 0xFFFFU));
    u16(static_cast<std::uint16_t>(value >> 16U));
}

void NdrWriter::u64(std::uint64_t value) {
    align(8);
    u32(static_cast<std::uint32_t>(value & 0xFFFFFFFFU));
    u32(static_cast<std::uint32_t>(value >> 32U));
}

void NdrWriter::guid(const Guid& value) {
    align(4);
    raw(value.wire);
}

void NdrWriter::pointer(bool present) {
    if (present) {
        referent(next_referent_);
        ++next_referent_;
    } else {
        u32(0);
    }
}

void NdrWriter::referent(std::uint32_t index) { u32(kFirstReferent + 4 * index); }

void NdrWriter::blob(View bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    blob(bytes, size, size);
}

void NdrWriter::blob(View bytes, std::uint32_t length, std::uint32_t count) {
    u32(length);
    pointer(!bytes.empty());
    if (!bytes.empty()) {
        u32(count);
        raw(bytes);
        align(4);
    }
}

void NdrWriter::string(std::string_view utf8) {
    const Bytes text = utf16le_terminated(utf8);
    const auto count = static_cast<std::uint32_t>(text.size() / 2);
    u32(count);
    u32(0);
    u32(count);
    raw(text);
}

Bytes serialize_type1(View body) {
    NdrWriter out;
    const std::size_t padded = (body.size() + 7) / 8 * 8;
    out.raw(kType1Header);
    out.u32(static_cast<std::uint32_t>(padded));
    out.u32(0);
    out.raw(body);
    out.align(8);
    return out.release();
}

View open_type1(View bytes) {
    NdrReader in(bytes);
    const View header = in.take(kType1Header.size());
    if (!std::equal(header.begin(), header.end(), kType1Header.begin())) {
        throw ParseError("not a type serialization version 1 header");
    }
    const std::uint32_t length = in.u32();
    in.u32();
    return in.take(length);
}

}  // namespace ae::labca
