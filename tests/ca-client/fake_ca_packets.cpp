#include "tests/ca-client/fake_ca_packets.h"

#include "ca-client/dcom/activation_properties.h"
#include "ca-client/dcom/orpc.h"
#include "engine/base/text.h"
#include "tests/ca-client/rpc/scripted_server.h"

namespace ae::ca::test {
namespace {

constexpr std::uint64_t kOxid = 0x1122334455667788;
constexpr std::uint8_t kSecureTrailer[] = {9, kLevelPrivacy, 0, 0, 1, 0, 0, 0};

Guid ipid(std::uint8_t number) {
    Guid guid;
    guid.wire[0] = number;
    guid.wire[15] = 1;
    return guid;
}

void put_u16(Bytes& packet, std::size_t at, std::size_t value) {
    packet[at] = static_cast<std::uint8_t>(value);
    packet[at + 1] = static_cast<std::uint8_t>(value >> 8);
}

Bytes head(PacketType type, std::uint8_t flags, ByteView asked) {
    Bytes packet = {5, 0, static_cast<std::uint8_t>(type), flags, 0x10, 0, 0, 0, 0, 0, 0, 0};
    packet.insert(packet.end(), asked.begin() + 12, asked.begin() + 16);  // the call
    return packet;
}

Bytes sealed(Bytes packet) {
    packet.insert(packet.end(), std::begin(kSecureTrailer), std::end(kSecureTrailer));
    packet.resize(packet.size() + kFakeTokenSize);
    put_u16(packet, 8, packet.size());
    packet[10] = kFakeTokenSize;
    flip(packet);
    return packet;
}

void write_units(NdrWriter& out, std::uint16_t first, std::string_view text) {
    out.u16(first);
    out.octets(utf16le_from_utf8(text));
    out.u16(0);
}

// One string binding, no security bindings.
Bytes dual_strings(const std::string& address) {
    NdrWriter strings;
    write_units(strings, kTowerTcp, address);
    strings.u16(0);
    NdrWriter out;
    const auto units = static_cast<std::uint16_t>(strings.size() / 2);
    out.u16(static_cast<std::uint16_t>(units + 1));
    out.u16(units);
    out.octets(strings.view());
    out.u16(0);
    return out.take();
}

Bytes standard_reference(const Guid& iid, const Guid& object) {
    NdrWriter out;
    out.u32(0x574F454D);
    out.u32(1);
    out.uuid(iid);
    out.u32(0);
    out.u32(5);
    out.u64(kOxid);
    out.u64(7);
    out.uuid(object);
    out.octets(dual_strings("127.0.0.1"));
    return out.take();
}

Bytes properties_out(bool both) {
    NdrWriter out;
    out.u32(2);
    out.pointer();
    out.pointer();
    out.pointer();
    out.u32(2);
    out.uuid(iface::kCertRequestD2.uuid);
    out.uuid(iface::kCertRequestD.uuid);
    out.u32(2);
    out.u32(both ? 0 : 0x80004002);
    out.u32(0);
    out.u32(2);
    both ? out.pointer() : out.null();
    out.pointer();
    for (const auto& [iid, object] : {std::pair(iface::kCertRequestD2.uuid, ipid(2)),
                                      std::pair(iface::kCertRequestD.uuid, ipid(1))}) {
        if (both || iid == iface::kCertRequestD.uuid) {
            const Bytes reference = standard_reference(iid, object);
            out.u32(static_cast<std::uint32_t>(reference.size()));
            out.u32(static_cast<std::uint32_t>(reference.size()));
            out.octets(reference);
            out.align(4);
        }
    }
    return out.take();
}

Bytes scm_reply(std::uint16_t exporter_port) {
    NdrWriter out;
    out.null();
    out.pointer();
    out.u64(kOxid);
    out.pointer();
    out.uuid(ipid(8));
    out.u32(6);
    out.u16(5);
    out.u16(7);
    const Bytes bindings = dual_strings("127.0.0.1[" + std::to_string(exporter_port) + "]");
    out.u32(static_cast<std::uint32_t>(bindings.size() / 2 - 2));
    out.octets(bindings);
    return out.take();
}

}  // namespace

Bytes bind_answer(PacketType type, std::uint8_t flags, ByteView asked) {
    Bytes packet = head(type, flags, asked);
    NdrWriter body;
    body.u16(kMaxFragment);
    body.u16(kMaxFragment);
    body.u32(0x1234);
    body.u16(0);  // no secondary address
    body.align(4);
    body.u32(1);
    body.u16(0);
    body.u16(0);
    body.uuid(iface::kNdr32.uuid);
    body.u32(iface::kNdr32.version);
    packet.insert(packet.end(), body.view().begin(), body.view().end());
    if (asked[10] != 0) {
        packet.insert(packet.end(), std::begin(kSecureTrailer), std::end(kSecureTrailer));
        packet.push_back(0xCD);
        packet[10] = 1;
    }
    put_u16(packet, 8, packet.size());
    return packet;
}

Bytes response(ByteView stub, ByteView asked, std::uint16_t context) {
    Bytes packet = head(PacketType::response, 0x03, asked);
    packet.resize(24);
    put_u16(packet, 20, context);
    packet.insert(packet.end(), stub.begin(), stub.end());
    return sealed(std::move(packet));
}

Bytes fault(std::uint32_t status, std::uint8_t flags, ByteView asked) {
    Bytes packet = head(PacketType::fault, flags, asked);
    packet.resize(24);
    for (int shift = 0; shift < 32; shift += 8) {
        packet.push_back(static_cast<std::uint8_t>(status >> shift));
    }
    packet.resize(32);
    return sealed(std::move(packet));
}

Bytes activation_reply(bool both, std::uint16_t exporter_port) {
    NdrWriter objref;
    write_custom_reference(
        objref, kIidPropertiesOut, property_class::kPropertiesOut,
        encode_property_blob({{property_class::kPropsOutInfo, properties_out(both)},
                              {property_class::kScmReplyInfo, scm_reply(exporter_port)}}));
    NdrWriter out;
    out.u32(0);
    out.null();
    out.pointer();
    out.u32(static_cast<std::uint32_t>(objref.size()));
    out.u32(static_cast<std::uint32_t>(objref.size()));
    out.octets(objref.view());
    out.u32(0);
    return out.take();
}

Bytes plain_reply(std::uint32_t hresult) {
    NdrWriter out;
    out.u32(0);
    out.null();
    out.u32(hresult);
    return out.take();
}

Bytes property_reply(ByteView value, std::uint32_t hresult) {
    NdrWriter out;
    out.u32(0);
    out.null();
    out.blob(value);
    out.u32(hresult);
    return out.take();
}

Bytes property_info_reply(std::uint32_t count, ByteView octets) {
    NdrWriter out;
    out.u32(0);
    out.null();
    out.u32(count);
    out.blob(octets);
    out.u32(0);
    return out.take();
}

Bytes certificate_reply(std::uint32_t request_id, std::uint32_t disposition, ByteView certificate) {
    NdrWriter out;
    out.u32(0);
    out.null();
    out.u32(request_id);
    out.u32(disposition);
    out.blob({});
    out.blob(certificate);
    out.blob({});
    out.u32(0);
    return out.take();
}

}  // namespace ae::ca::test
