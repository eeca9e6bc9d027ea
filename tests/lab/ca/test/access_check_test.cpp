#include "tests/lab/ca/access_check.h"

#include "tests/lab/ca/ndr.h"
#include "tests/lab/ca/sid.h"
#include "tests/lab/ca/test/support.h"

using namespace ae::labca;

namespace {

const Guid kAutoEnroll = Guid::parse("a05b8cc2-17bc-4802-a710-e7c15ab866a2");
constexpr std::uint32_t kControl = 0x100;
const std::string kA = "S-1-5-21-1-2-3-1001";
const std::string kB = "S-1-5-21-1-2-3-1002";

struct Ace {
    std::uint8_t type;
    std::uint32_t mask;
    std::string sid;
    std::optional<Guid> object = std::nullopt;
    std::uint8_t flags = 0;
};

Bytes descriptor(const std::vector<Ace>& aces, std::uint16_t control = 0x8004) {
    NdrWriter list;
    for (const Ace& ace : aces) {
        NdrWriter body;
        body.u32(ace.mask);
        if (ace.type == 5 || ace.type == 6) {
            body.u32(ace.object ? 1 : 0);
            if (ace.object) {
                body.guid(*ace.object);
            }
        }
        body.raw(sid_bytes(ace.sid));
        list.u8(ace.type);
        list.u8(ace.flags);
        list.u16(static_cast<std::uint16_t>(4 + body.size()));
        list.raw(body.bytes());
    }
    NdrWriter out;
    out.u8(1);
    out.u8(0);
    out.u16(control);
    out.u32(0);
    out.u32(0);
    out.u32(0);
    out.u32(20);
    out.u16(4);
    out.u16(static_cast<std::uint16_t>(8 + list.size()));
    out.u16(static_cast<std::uint16_t>(aces.size()));
    out.u16(0);
    out.raw(list.bytes());
    return out.release();
}

bool enrolls(const std::vector<Ace>& aces) {
    return check_extended_right(descriptor(aces), kEnrollRight, {kA, kB}) == Access::granted;
}

}  // namespace

TEST_CASE("Enroll is decided by the first ACE that fits", "[access][MS-ADTS:5.1.3.3.4]") {
    const Ace allow{5, kControl, kA, kEnrollRight};
    const Ace deny{6, kControl, kB, kEnrollRight};
    CHECK(enrolls({allow}));
    CHECK(enrolls({allow, deny}));
    CHECK_FALSE(enrolls({deny, allow}));
    CHECK_FALSE(enrolls({}));
    CHECK_FALSE(enrolls({{5, kControl, kA, kAutoEnroll}}));
    CHECK(enrolls({{6, kControl, kB, kAutoEnroll}, allow}));
    CHECK_FALSE(enrolls({{5, kControl, "S-1-5-21-1-2-3-1003", kEnrollRight}}));
}

TEST_CASE("plain and unnamed ACEs carry all extended rights", "[access][MS-CRTD:2.5.1]") {
    CHECK(enrolls({{0, 0xF01FF, kA}}));
    CHECK(enrolls({{5, kControl, kA}}));
    CHECK(enrolls({{0, 0x10000000, kA}}));     // GENERIC_ALL
    CHECK_FALSE(enrolls({{0, 0x20094, kA}}));  // read only
    CHECK_FALSE(enrolls({{1, kControl, kB}, {5, kControl, kA, kEnrollRight}}));
    CHECK_FALSE(enrolls({{5, kControl, kA, kEnrollRight, 0x08}}));  // inherit only
    CHECK(enrolls({{5, kControl, kA, kEnrollRight, 0x10}}));        // inherited
    CHECK_FALSE(enrolls({{9, kControl, kA}}));                      // conditional allow
}

TEST_CASE("no DACL grants, a broken one is refused", "[access]") {
    CHECK(check_extended_right(descriptor({}, 0x8000), kEnrollRight, {kA}) == Access::granted);
    const Bytes good = descriptor({{5, kControl, kA, kEnrollRight}});
    for (std::size_t length = 0; length < good.size(); ++length) {
        CHECK_THROWS_AS(check_extended_right(View(good).first(length), kEnrollRight, {kA}),
                        ParseError);
    }
}

TEST_CASE("the token of a caller without a PAC is empty", "[access]") {
    CHECK(token_sids({}, 0).empty());
    const auto has = [](const std::vector<std::string>& sids, const std::string& sid) {
        return std::find(sids.begin(), sids.end(), sid) != sids.end();
    };
    CHECK(has(token_sids({kA}, 0x80), "S-1-5-11"));
    CHECK_FALSE(has(token_sids({kA}, 0x80), "S-1-5-9"));
    CHECK(has(token_sids({kA}, 0x100), "S-1-5-9"));  // a domain controller
}
