#include "tests/lab/ca/endpoint_mapper.h"

#include "tests/lab/ca/uuids.h"

#include <arpa/inet.h>

namespace ae::labca {
namespace {

constexpr std::uint32_t kNotRegistered = 0x16c9a0d6;
constexpr std::uint32_t kMaxTower = 2000;   // [MS-RPCE] 2.2.1.2.2
constexpr std::uint32_t kMaxAnswers = 500;  // [MS-RPCE] 2.2.1.2.5
constexpr std::size_t kMaxFloors = 6;       // [MS-RPCE] 3.1.3.5.3
constexpr std::size_t kHandleSize = 20;

std::uint16_t little(View at) { return static_cast<std::uint16_t>(at[0] | (at[1] << 8)); }

Bytes little(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value & 0xFFU),
            static_cast<std::uint8_t>(value >> 8U & 0xFFU)};
}

Floor uuid_floor(const Syntax& syntax) {
    Floor floor{{0x0d}, little(syntax.version >> 16U)};
    append(floor.left, syntax.uuid.wire);
    append(floor.left, little(syntax.version & 0xFFFFU));
    return floor;
}

bool is_protocol(const Floor& floor, std::uint8_t identifier) {
    return floor.left == Bytes{identifier};
}

// Same UUID and major version, and the server's minor version is not the older one.
bool offers(const Floor& wanted, const Syntax& server) {
    const Floor own = uuid_floor(server);
    return wanted.left == own.left && wanted.right.size() == 2 &&
           little(wanted.right) <= server.version >> 16U;
}

}  // namespace

std::vector<Floor> read_tower(View octets) {
    const auto take = [&octets](std::size_t count) {
        if (count > octets.size()) {
            throw ParseError("a tower that ends within a floor");
        }
        const View part = octets.first(count);
        octets = octets.subspan(count);
        return part;
    };
    const std::size_t count = little(take(2));
    if (count > kMaxFloors) {
        throw ParseError("a tower of more than six floors");
    }
    std::vector<Floor> floors(count);
    for (Floor& floor : floors) {
        const View left = take(little(take(2)));
        const View right = take(little(take(2)));
        floor = {{left.begin(), left.end()}, {right.begin(), right.end()}};
    }
    return floors;
}

Bytes write_tower(const std::vector<Floor>& floors) {
    Bytes out = little(static_cast<std::uint32_t>(floors.size()));
    for (const Floor& floor : floors) {
        for (const Bytes* side : {&floor.left, &floor.right}) {
            append(out, little(static_cast<std::uint32_t>(side->size())));
            append(out, *side);
        }
    }
    return out;
}

std::vector<Floor> tcp_tower(const Syntax& interface_id, std::uint16_t port,
                             const std::string& address) {
    Bytes host(4);
    ::inet_pton(AF_INET, address.c_str(), host.data());
    return {uuid_floor(interface_id),
            uuid_floor(kNdr32),
            {{0x0b}, {0, 0}},
            {{0x07}, {static_cast<std::uint8_t>(port >> 8U), static_cast<std::uint8_t>(port)}},
            {{0x09}, host}};
}

bool EndpointMapper::serves(const Syntax& abstract) const {
    return abstract.uuid == kIidEndpointMapper && abstract.version == 3;
}

Bytes EndpointMapper::call(const RpcCall& call) {
    CallRecord record;
    record.method = call.opnum == 3   ? "ept_map"
                    : call.opnum == 4 ? "ept_lookup_handle_free"
                                      : "unknown";
    try {
        require_privacy(call.caller, Anonymous::allowed);
        if (call.opnum != 3 && call.opnum != 4) {
            throw RpcFault(0x1c010002, "procedure number out of range", Executed::no);
        }
        NdrReader in(call.stub);
        Bytes reply = call.opnum == 3 ? map(in) : Bytes(kHandleSize + 4);
        log_.write(record, call.caller);
        return reply;
    } catch (const std::exception& error) {
        record.disposition = hresult_of(error);
        log_.write(record, call.caller);
        throw;
    }
}

Bytes EndpointMapper::map(NdrReader& in) const {
    if (in.pointer()) {
        in.guid();  // nothing here is registered for an object: all match
    }
    if (!in.pointer()) {
        throw ParseError("ept_map without a tower");
    }
    const std::uint32_t capacity = in.max_count(1);
    const std::uint32_t length = in.u32();
    if (length != capacity || length > kMaxTower) {
        throw ParseError("a tower that contradicts its length");
    }
    const std::vector<Floor> wanted = read_tower(in.take(length));
    in.align(4);
    in.take(kHandleSize);
    const std::uint32_t room = in.u32();
    if (room > kMaxAnswers) {
        throw ParseError("ept_map for more than 500 towers");
    }
    std::vector<Bytes> found;
    const bool tcp = wanted.size() == 5 && is_protocol(wanted[2], 0x0b) &&
                     is_protocol(wanted[3], 0x07) && is_protocol(wanted[4], 0x09) &&
                     wanted[1].left == uuid_floor(kNdr32).left;
    for (const RegisteredEndpoint& one : registered_()) {
        if (tcp && found.size() < room && offers(wanted[0], one.interface_id)) {
            found.push_back(write_tower(tcp_tower(one.interface_id, one.port, address_)));
        }
    }
    const auto count = static_cast<std::uint32_t>(found.size());
    NdrWriter out;
    out.raw(Bytes(kHandleSize));  // the search is over
    out.u32(count);
    out.u32(room);
    out.u32(0);
    out.u32(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        out.u32(3 + i);  // full pointers, after the two of the request
    }
    for (const Bytes& tower : found) {
        out.u32(static_cast<std::uint32_t>(tower.size()));
        out.u32(static_cast<std::uint32_t>(tower.size()));
        out.raw(tower);
    }
    out.u32(count != 0 ? 0 : kNotRegistered);
    return out.release();
}

Bytes MapperPort::call(const RpcCall& call) {
    return call.interface_id == kIidEndpointMapper ? mapper_.call(call) : resolver_.call(call);
}

WireFaults MapperPort::faults_of(const RpcCall& call) const {
    return call.interface_id == kIidEndpointMapper ? WireFaults{} : resolver_.faults_of(call);
}

}  // namespace ae::labca
