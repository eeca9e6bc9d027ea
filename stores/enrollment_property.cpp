#include "stores/enrollment_property.h"

#include "engine/base/text.h"

namespace ae::stores {
namespace {

void put_u32(Bytes& out, std::size_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
}

void put_text(Bytes& out, const std::string& text) {
    Bytes octets = utf16le_from_utf8(text);
    octets.insert(octets.end(), {0, 0});
    put_u32(out, octets.size() / 2);
    out.insert(out.end(), octets.begin(), octets.end());
}

std::optional<std::string> take_text(LittleEndianReader& reader) {
    const std::size_t characters = reader.u32();
    if (!reader.ok() || characters > reader.left() / 2) {
        return std::nullopt;
    }
    const auto text = utf8_from_utf16le(reader.take(characters * 2));
    return text ? std::optional(text->substr(0, text->find('\0'))) : std::nullopt;
}

}  // namespace

Bytes encode(const EnrollmentProperty& property) {
    Bytes out;
    put_u32(out, property.request_id);
    put_text(out, property.ca.dns_host);
    put_text(out, property.ca.name);
    put_text(out, property.display_name);
    return out;
}

std::optional<EnrollmentProperty> enrollment_property_from(ByteView octets) {
    LittleEndianReader reader(octets);
    EnrollmentProperty found;
    found.request_id = reader.u32();
    auto host = take_text(reader);
    auto name = take_text(reader);
    auto display = take_text(reader);
    if (!host || !name || !display) {
        return std::nullopt;
    }
    found.ca = {std::move(*host), std::move(*name)};
    found.display_name = std::move(*display);
    return found;
}

}  // namespace ae::stores
