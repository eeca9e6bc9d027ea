#include "ca-client/rpc/ndr.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::ca {

void NdrWriter::little_endian(std::uint64_t value, std::size_t width) {
    align(width);
    for (std::size_t i = 0; i < width; ++i) {
        out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

void NdrWriter::u16(std::uint16_t value) { little_endian(value, 2); }
void NdrWriter::u32(std::uint32_t value) { little_endian(value, 4); }
void NdrWriter::u64(std::uint64_t value) { little_endian(value, 8); }

void NdrWriter::uuid(const Guid& value) {
    align(4);
    octets(value.wire);
}

void NdrWriter::octets(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

void NdrWriter::align(std::size_t boundary) {
    out_.resize((out_.size() + boundary - 1) / boundary * boundary);
}

void NdrWriter::pointer() {
    u32(next_referent_);
    next_referent_ += 4;
}

void NdrWriter::unique_string(const std::optional<std::string>& utf8) {
    if (!utf8) {
        null();
        return;
    }
    pointer();
    const Bytes units = utf16le_from_utf8(*utf8);
    const auto count = static_cast<std::uint32_t>(units.size() / 2 + 1);
    u32(count);
    u32(0);
    u32(count);
    octets(units);
    u16(0);
}

void NdrWriter::blob(ByteView bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    u32(size);
    if (bytes.empty()) {
        null();
        return;
    }
    pointer();
    u32(size);
    octets(bytes);
}

std::uint64_t NdrReader::little_endian(std::size_t width) {
    align(width);
    const ByteView field = octets(width);
    std::uint64_t value = 0;
    for (std::size_t i = field.size(); i > 0; --i) {
        value = (value << 8) | field[i - 1];
    }
    return value;
}

Guid NdrReader::uuid() {
    align(4);
    return Guid::from_wire(octets(16)).value_or(Guid{});
}

ByteView NdrReader::octets(std::size_t count) {
    if (!require(count <= left(), "it ends too early")) {
        return {};
    }
    const ByteView taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
}

void NdrReader::align(std::size_t boundary) { octets((boundary - at_ % boundary) % boundary); }

bool NdrReader::array_of(std::uint32_t expected, std::size_t element_size) {
    const std::uint32_t max_count = u32();
    require(max_count == expected, "max_count differs from its count");
    return require(expected <= left() / element_size, "an array is longer than the octets left");
}

ByteView NdrReader::blob(std::size_t cap) {
    const std::uint32_t size = u32();
    require(size <= cap, "a blob exceeds its limit");
    if (!pointer()) {
        require(size == 0, "a blob has a size and no octets");
        return {};
    }
    if (!array_of(size, 1)) {
        return {};
    }
    return octets(size);
}

bool NdrReader::require(bool holds, std::string_view rule) {
    if (!holds && ok()) {
        complaint_ = "malformed reply at octet " + std::to_string(at_) + ": " + std::string(rule);
    }
    return ok();
}

void NdrReader::adopt(const NdrReader& inner) {
    if (ok()) {
        complaint_ = inner.complaint_;
    }
}

tl::unexpected<Error> NdrReader::failure() const { return fail(kInvalidData, complaint_); }

}  // namespace ae::ca
