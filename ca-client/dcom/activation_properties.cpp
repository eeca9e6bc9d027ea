#include "ca-client/dcom/activation_properties.h"

#include <array>

namespace ae::ca {
namespace {

constexpr std::size_t kSerializationHeaders = 16;
constexpr std::array<std::uint8_t, 4> kCommonHeader = {0x01, 0x10, 0x08, 0x00};
constexpr std::array<std::uint8_t, 4> kFiller = {0xcc, 0xcc, 0xcc, 0xcc};
constexpr std::uint32_t kMaxProperties = 10;  // [MS-DCOM] 2.2.22.1: MAX_ACTPROP_LIMIT
constexpr std::uint32_t kDestinationDifferentMachine = 2;

void write_serialized(NdrWriter& out, ByteView body) {
    const std::size_t padded = serialized_size(body) - kSerializationHeaders;
    out.octets(kCommonHeader);
    out.octets(kFiller);
    // The padding counts ([MS-RPCE] 2.2.6.2), although some clients leave it out.
    out.u32(static_cast<std::uint32_t>(padded));
    out.u32(0);
    out.octets(body);
    out.octets(Bytes(padded - body.size()));
}

// The body behind the serialization headers of `octets`.
ByteView read_serialized(ByteView octets, NdrReader& complaints) {
    NdrReader in(octets);
    in.require(equal(in.octets(4), kCommonHeader), "a serialization header is not 01 10 08 00");
    in.octets(4);
    const std::uint32_t length = in.u32();
    in.u32();
    const ByteView body = in.octets(length);
    complaints.adopt(in);
    return body;
}

struct CustomHeader {
    std::uint32_t total_size = 0;
    std::uint32_t header_size = 0;
    std::vector<Guid> classes{};
    std::vector<std::uint32_t> sizes{};
};

CustomHeader read_custom_header(ByteView body, NdrReader& complaints) {
    NdrReader in(body);
    CustomHeader header;
    header.total_size = in.u32();
    header.header_size = in.u32();
    in.u32();
    in.u32();  // destination context
    const std::uint32_t count = in.u32();
    in.uuid();
    const bool classes = in.pointer();
    const bool sizes = in.pointer();
    in.require(!in.pointer(), "the activation header has an extension");
    in.require(classes && sizes, "the activation header lacks its lists");
    in.require(count >= 1 && count <= kMaxProperties, "there are not 1 to 10 properties");
    in.array_of(count, 16);
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        header.classes.push_back(in.uuid());
    }
    in.array_of(count, 4);
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        header.sizes.push_back(in.u32());
    }
    complaints.adopt(in);
    return header;
}

}  // namespace

std::size_t serialized_size(ByteView body) {
    return kSerializationHeaders + (body.size() + 7) / 8 * 8;
}

Bytes encode_property_blob(const std::vector<ActivationProperty>& properties) {
    const auto count = static_cast<std::uint32_t>(properties.size());
    const std::size_t header_body_size = 56 + properties.size() * (16 + 4);
    const std::size_t header_size = serialized_size(Bytes(header_body_size));
    std::size_t total_size = header_size;
    for (const ActivationProperty& property : properties) {
        total_size += serialized_size(property.body);
    }

    NdrWriter header;
    header.u32(static_cast<std::uint32_t>(total_size));
    header.u32(static_cast<std::uint32_t>(header_size));
    header.u32(0);
    header.u32(kDestinationDifferentMachine);
    header.u32(count);
    header.uuid(Guid{});  // classInfoClsid
    header.pointer();
    header.pointer();
    header.null();
    header.u32(count);
    for (const ActivationProperty& property : properties) {
        header.uuid(property.property_class);
    }
    header.u32(count);
    for (const ActivationProperty& property : properties) {
        header.u32(static_cast<std::uint32_t>(serialized_size(property.body)));
    }

    NdrWriter blob;
    blob.u32(static_cast<std::uint32_t>(total_size));
    blob.u32(0);
    write_serialized(blob, header.view());
    for (const ActivationProperty& property : properties) {
        write_serialized(blob, property.body);
    }
    return blob.take();
}

std::vector<PropertyView> decode_property_blob(ByteView blob, NdrReader& complaints) {
    NdrReader in(blob);
    const std::uint32_t size = in.u32();
    in.u32();
    const ByteView all = in.octets(size);
    const CustomHeader header = read_custom_header(read_serialized(all, in), in);
    std::size_t sum = header.header_size;
    for (const std::uint32_t part : header.sizes) {
        in.require(part >= kSerializationHeaders, "a property is smaller than its headers");
        sum += part;
    }
    in.require(header.total_size == size && sum == size,
               "the sizes of the activation properties do not add up");
    std::vector<PropertyView> properties;
    std::size_t at = header.header_size;
    for (std::size_t i = 0; i < header.sizes.size() && in.ok(); ++i) {
        const ByteView body = read_serialized(all.subspan(at, header.sizes[i]), in);
        properties.push_back({header.classes[i], body});
        at += header.sizes[i];
    }
    complaints.adopt(in);
    return properties;
}

}  // namespace ae::ca
