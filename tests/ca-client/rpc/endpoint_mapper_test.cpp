#include "ca-client/rpc/endpoint_mapper.h"

#include "ca-client/rpc/ndr.h"
#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::ca;

namespace {

const Interface& kWanted = iface::kCertPassage;

// ICertPassage 0.0 and NDR 2.0, connection-oriented, TCP, IP; composed from [C706] appendix L.
const std::string kUuidFloors =
    "13000d2060ae913c9ecf118d7c00aa00c091be0000"
    "02000000"
    "13000d045d888aeb1cc9119fe808002b1048600200"
    "02000000";
std::string tower_hex(const std::string& port, const std::string& address = "00000000") {
    return "0500" + kUuidFloors + "01000b02000000" + "0100070200" + port + "01000904 00" + address;
}
Bytes octets(std::string hex) {
    std::erase(hex, ' ');
    return from_hex(hex).value();
}
Bytes tower(const std::string& port, const std::string& address = "00000000") {
    return octets(tower_hex(port, address));
}

struct Reply {
    std::vector<Bytes> towers{};
    std::uint32_t status = 0;
    Bytes handle = Bytes(20);
    std::optional<std::uint32_t> told{};
    std::uint32_t room = 8;
    std::uint32_t offset = 0;
};
Bytes stub_of(const Reply& reply) {
    const auto count = static_cast<std::uint32_t>(reply.towers.size());
    NdrWriter out;
    out.octets(reply.handle);
    out.u32(reply.told.value_or(count));
    out.u32(reply.room);
    out.u32(reply.offset);
    out.u32(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        out.u32(3 + i);
    }
    for (const Bytes& each : reply.towers) {
        out.u32(static_cast<std::uint32_t>(each.size()));
        out.u32(static_cast<std::uint32_t>(each.size()));
        out.octets(each);
    }
    out.u32(reply.status);
    return out.take();
}
std::vector<std::uint16_t> ports_of(const Reply& reply) {
    const auto found = decode_ept_map(stub_of(reply), kWanted);
    INFO((found ? std::string() : found.error().sentence()));
    REQUIRE(found);
    return found->ports;
}
std::string code_of(const Reply& reply) {
    const auto found = decode_ept_map(stub_of(reply), kWanted);
    return found ? "found" : to_hex(found.error().code);
}
using Ports = std::vector<std::uint16_t>;

}  // namespace

TEST_CASE("the tower that asks has five floors and leaves port and address open",
          "[epm][C706:appendix-L]") {
    CHECK(to_hex(encode_tower(kWanted)) == to_hex(tower("0000")));
    CHECK(encode_tower(kWanted).size() == 75);
}

TEST_CASE("ept_map asks for any object, in a new search, for at most eight towers",
          "[epm][C706:appendix-O][MS-RPCE:2.2.1.2.5]") {
    CHECK(to_hex(encode_ept_map(kWanted)) ==
          to_hex(octets("01000000 00000000000000000000000000000000"  // object: nil
                        "02000000 4b000000 4b000000" +               // 75 octets
                        tower_hex("0000") +
                        "00"                                         // padding
                        "00000000 00000000000000000000000000000000"  // no handle yet
                        "08000000")));
}

TEST_CASE("the mapper's answer is taken apart", "[epm][C706:appendix-O]") {
    const auto found =
        decode_ept_map(octets("00000000 00000000000000000000000000000000"
                              "01000000 08000000 00000000 01000000 03000000 4b000000 4b000000" +
                              tower_hex("c021", "0a350802") + "00 00000000"),
                       kWanted);
    REQUIRE(found);
    CHECK(found->ports == Ports{49185});
    CHECK(found->handle.empty());
}

TEST_CASE("a port is big-endian, and the address beside it is never looked at", "[epm][hostile]") {
    CHECK(ports_of({.towers = {tower("0087", "ffffffff")}}) == Ports{135});
    CHECK(ports_of({.towers = {tower("c001"), tower("c002")}}) == Ports{49153, 49154});
    CHECK(ports_of({.towers = {tower("c001"), tower("c001", "7f000001")}}) == Ports{49153});
}

TEST_CASE("towers that lead elsewhere are passed over", "[epm][C706:appendix-L]") {
    const auto changed = [](std::size_t at, std::uint8_t to) {
        Bytes other = tower("c002");
        other[at] = to;
        return other;
    };
    const std::pair<const char*, Bytes> rows[] = {
        {"another interface", changed(5, 0x21)},
        {"another major version", changed(21, 1)},
        {"NDR64 or whatever", changed(30, 0x05)},
        {"connectionless", changed(54, 0x0A)},
        {"UDP", changed(61, 0x08)},
        {"port 0", tower("0000")},
        {"a named pipe",
         octets("0500" + kUuidFloors + "01000b020000000 1000f06005c7069706500 010011020000 00")},
        {"three floors", octets("0300" + kUuidFloors + "01000b02000000")},
        {"six floors", octets("0600" + kUuidFloors +
                              "01000b02000000 01000702000001 01000904000000 0000 010009000 0")},
        {"none", octets("0000")},
    };
    for (const auto& [what, other] : rows) {
        CAPTURE(what);
        CHECK(ports_of({.towers = {other, tower("c001")}}) == Ports{49153});
        CHECK(code_of({.towers = {other}}) == "0x800706D9");
    }
    // A later minor version serves the older one too.
    CHECK(ports_of({.towers = {changed(25, 7)}}) == Ports{49154});
}

TEST_CASE("a tower must be filled by its floors", "[epm][hostile]") {
    const Bytes whole = tower("c001");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        const auto port = decode_tower(ByteView(whole).first(size), kWanted);
        REQUIRE_FALSE(port);
        CHECK(port.error().code == kInvalidData);
    }
    Bytes longer = whole;
    longer.push_back(0);
    CHECK_FALSE(decode_tower(longer, kWanted));
    Bytes many = whole;
    many[0] = 7;
    CHECK_FALSE(decode_tower(many, kWanted));
    Bytes huge = whole;
    huge[2] = 0xFF;
    huge[3] = 0xFF;
    CHECK_FALSE(decode_tower(huge, kWanted));
}

TEST_CASE("what the mapper says against it", "[epm][MS-RPCE:2.2.1.2.5]") {
    CHECK(code_of({.status = 0x16C9A0D6}) == "0x800706D9");  // no element: not registered
    CHECK(code_of({.status = 0x16C9A0CD}) == "0x800706D8");
    CHECK(code_of({.status = 5}) == "0x80070005");
    CHECK(code_of({.status = 0x6D8}) == "0x800706D8");
    CHECK(code_of({.status = 0x12345678}) == "0x8000FFFF");
    CHECK(code_of({}) == "0x800706D9");  // success, and nothing
    CHECK(code_of({.towers = {tower("c001")}, .status = 0x16C9A0D6}) == "0x800706D9");
}

TEST_CASE("counts of the answer must agree", "[epm][hostile]") {
    const std::vector<Bytes> one{tower("c001")};
    CHECK(code_of({.towers = one}) == "found");
    CHECK(code_of({.towers = one, .told = 2}) == "0x8007000D");
    CHECK(code_of({.towers = one, .room = 0}) == "0x8007000D");
    CHECK(code_of({.towers = one, .offset = 1}) == "0x8007000D");
    CHECK(code_of({.towers = std::vector<Bytes>(8, one[0])}) == "found");
    CHECK(code_of({.towers = std::vector<Bytes>(9, one[0]), .room = 9}) == "0x8007000D");
    CHECK(code_of({.towers = {Bytes(2000)}}) == "0x8007000D");
    Bytes null_pointer = stub_of({.towers = one});
    null_pointer[36] = 0;
    CHECK_FALSE(decode_ept_map(null_pointer, kWanted));
    Bytes too_long = stub_of({.towers = {Bytes(2004)}});
    CHECK_FALSE(decode_ept_map(too_long, kWanted));
    Bytes other_count = stub_of({.towers = one});
    other_count[40] = 0x4C;
    CHECK_FALSE(decode_ept_map(other_count, kWanted));
    const Bytes whole = stub_of({.towers = one});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(decode_ept_map(ByteView(whole).first(size), kWanted));
    }
}

TEST_CASE("a search that the mapper holds open is given back", "[epm][MS-RPCE:2.2.1.2.8]") {
    Bytes handle(20);
    handle[7] = 0x5A;
    const auto found =
        decode_ept_map(stub_of({.towers = {tower("c001")}, .handle = handle}), kWanted);
    REQUIRE(found);
    CHECK(found->handle == handle);
    CHECK(encode_ept_lookup_handle_free(found->handle) == handle);
}
