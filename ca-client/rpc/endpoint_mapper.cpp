#include "ca-client/rpc/endpoint_mapper.h"

#include "ca-client/rpc/ndr.h"
#include "engine/base/hresult_table.h"

#include <algorithm>
#include <array>

namespace ae::ca {
namespace {

// [C706] appendix I: protocol identifiers of tower floors.
constexpr std::uint8_t kFloorUuid = 0x0D;
constexpr std::uint8_t kFloorConnectionOriented = 0x0B;
constexpr std::uint8_t kFloorTcp = 0x07;
constexpr std::uint8_t kFloorIp = 0x09;

constexpr std::uint16_t kFloors = 5;              // of ncacn_ip_tcp
constexpr std::uint16_t kMostFloors = 6;          // [MS-RPCE] 3.1.3.5.3
constexpr std::uint32_t kMostTowerOctets = 2000;  // [MS-RPCE] 2.2.1.2.2
constexpr std::uint32_t kMostTowers = 8;          // that we ask for and take
constexpr std::size_t kHandleSize = 20;           // a context handle

constexpr std::uint32_t kNoElements = 0x16C9A0D6;  // [MS-RPCE] 2.2.1.2.5
constexpr std::uint32_t kCannotPerform = 0x16C9A0CD;

// Towers are packed and always little-endian but for the port; NDR never looks inside.
void put_u16(Bytes& out, std::uint16_t value) {
    out.push_back(static_cast<std::uint8_t>(value));
    out.push_back(static_cast<std::uint8_t>(value >> 8));
}

void put_side(Bytes& out, ByteView side) {
    put_u16(out, static_cast<std::uint16_t>(side.size()));
    out.insert(out.end(), side.begin(), side.end());
}

// Identifier, UUID and major version on the left, minor version on the right.
void put_uuid_floor(Bytes& out, const Interface& interface) {
    Bytes left{kFloorUuid};
    left.insert(left.end(), interface.uuid.wire.begin(), interface.uuid.wire.end());
    put_u16(left, static_cast<std::uint16_t>(interface.version));
    Bytes right;
    put_u16(right, static_cast<std::uint16_t>(interface.version >> 16));
    put_side(out, left);
    put_side(out, right);
}

void put_floor(Bytes& out, std::uint8_t protocol, std::size_t related_octets) {
    put_side(out, std::array{protocol});
    put_side(out, Bytes(related_octets));
}

class TowerReader {
  public:
    explicit TowerReader(ByteView octets) : octets_(octets) {}

    ByteView take(std::size_t count) {
        ok_ = ok_ && count <= octets_.size();
        const ByteView taken = ok_ ? octets_.first(count) : ByteView{};
        octets_ = octets_.subspan(taken.size());
        return taken;
    }
    std::uint16_t u16() {
        const ByteView pair = take(2);
        return ok_ ? static_cast<std::uint16_t>(pair[0] | pair[1] << 8) : std::uint16_t{0};
    }
    ByteView side() { return take(u16()); }

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return octets_.empty(); }

  private:
    ByteView octets_;
    bool ok_ = true;
};

struct Floor {
    ByteView left{};
    ByteView right{};

    [[nodiscard]] bool is(std::uint8_t protocol, std::size_t related_octets) const {
        return left.size() == 1 && left[0] == protocol && right.size() == related_octets;
    }
    // A server of a later minor version serves too.
    [[nodiscard]] bool is(const Interface& interface) const {
        Bytes wanted;
        put_uuid_floor(wanted, interface);
        return right.size() == 2 && std::ranges::equal(left, ByteView(wanted).subspan(2, 19));
    }
};

std::optional<std::uint16_t> port_of(const std::vector<Floor>& floors, const Interface& wanted) {
    if (floors.size() != kFloors || !floors[0].is(wanted) || !floors[1].is(iface::kNdr32) ||
        !floors[2].is(kFloorConnectionOriented, 2) || !floors[3].is(kFloorTcp, 2) ||
        !floors[4].is(kFloorIp, 4)) {
        return std::nullopt;
    }
    const ByteView port = floors[3].right;
    return static_cast<std::uint16_t>(port[0] << 8 | port[1]);
}

Error error_of_status(std::uint32_t status) {
    if (status == kNoElements) {
        return {.code = kEndpointNotRegistered,
                .context = "the endpoint mapper knows no such interface"};
    }
    Error error{.code = kUnexpected,
                .context = "the endpoint mapper answers with status " + to_hex(hresult(status))};
    if (status == kCannotPerform) {
        error.code = hresult(0x800706D8);  // EPT_S_CANT_PERFORM_OP
    } else if (status < 0x10000) {
        error.code = hresult(0x80070000 + status);
    }
    return error;
}

// twr_p_t[], conformant and varying: the pointers first, then what they point to.
std::vector<ByteView> read_towers(NdrReader& in) {
    const std::uint32_t told = in.u32();
    const std::uint32_t room = in.u32();
    const std::uint32_t offset = in.u32();
    const std::uint32_t count = in.u32();
    in.require(offset == 0 && count == told && count <= room, "the towers contradict their count");
    if (!in.require(count <= kMostTowers, "more towers than were asked for")) {
        return {};
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        in.require(in.pointer(), "a tower is missing");
    }
    std::vector<ByteView> towers;
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        const std::uint32_t capacity = in.u32();
        const std::uint32_t length = in.u32();
        in.require(length == capacity, "max_count differs from its count");
        in.require(length <= kMostTowerOctets, "a tower exceeds its limit");
        towers.push_back(in.ok() ? in.octets(length) : ByteView{});
    }
    return towers;
}

}  // namespace

Bytes encode_tower(const Interface& wanted) {
    Bytes out;
    put_u16(out, kFloors);
    put_uuid_floor(out, wanted);
    put_uuid_floor(out, iface::kNdr32);
    put_floor(out, kFloorConnectionOriented, 2);
    put_floor(out, kFloorTcp, 2);
    put_floor(out, kFloorIp, 4);
    return out;
}

Result<std::optional<std::uint16_t>> decode_tower(ByteView octets, const Interface& wanted) {
    TowerReader in(octets);
    const std::uint16_t count = in.u16();
    if (!in.ok() || count > kMostFloors) {
        return fail(kInvalidData, "malformed tower: it has no floors, or more than six");
    }
    std::vector<Floor> floors;
    for (std::uint16_t i = 0; i < count; ++i) {
        const ByteView left = in.side();
        floors.push_back({left, in.side()});
    }
    if (!in.ok() || !in.at_end()) {
        return fail(kInvalidData, "malformed tower: its floors do not fill it");
    }
    return port_of(floors, wanted);
}

Bytes encode_ept_map(const Interface& wanted) {
    const Bytes tower = encode_tower(wanted);
    const auto size = static_cast<std::uint32_t>(tower.size());
    NdrWriter out;
    // Both are full pointers, whose identifiers count from 1 ([C706] 14.3.11.1); some mappers read
    // no others.
    out.u32(1);
    out.uuid({});  // any object
    out.u32(2);
    out.u32(size);
    out.u32(size);
    out.octets(tower);
    out.align(4);
    out.octets(Bytes(kHandleSize));  // a new search
    out.u32(kMostTowers);
    return out.take();
}

Result<MappedEndpoints> decode_ept_map(ByteView stub, const Interface& wanted) {
    NdrReader in(stub);
    MappedEndpoints found;
    const ByteView handle = in.octets(kHandleSize);
    if (std::ranges::any_of(handle, [](std::uint8_t octet) { return octet != 0; })) {
        found.handle.assign(handle.begin(), handle.end());
    }
    const std::vector<ByteView> towers = read_towers(in);
    const std::uint32_t status = in.u32();
    if (!in.ok()) {
        return in.failure();
    }
    if (status != 0) {
        return fail(error_of_status(status));
    }
    for (const ByteView tower : towers) {
        const auto port = decode_tower(tower, wanted);
        if (!port) {
            return fail(port.error());
        }
        if (port->value_or(0) != 0 && std::ranges::find(found.ports, **port) == found.ports.end()) {
            found.ports.push_back(**port);
        }
    }
    if (found.ports.empty()) {
        return fail(kEndpointNotRegistered, "the endpoint mapper names no TCP port");
    }
    return found;
}

Bytes encode_ept_lookup_handle_free(ByteView handle) { return {handle.begin(), handle.end()}; }

}  // namespace ae::ca
