#include "engine/security_descriptor.h"

#include "tests/support/security_builder.h"

#include <random>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

SecurityBuilder full() {
    return SecurityBuilder()
        .owner("S-1-5-21-1-2-3-519")
        .deny("S-1-5-21-1-2-3-666", kControlAccess)
        .allow_object("S-1-5-21-1-2-3-515", kEnroll)
        .plain(0x0A, "S-1-5-21-1-2-3-7", kControlAccess)
        .allow("S-1-5-11", kReadRights);
}

TEST_CASE("a descriptor keeps owner, order, masks, types and trustees", "[security][DTYP:2.4.6]") {
    const auto parsed = parse_security_descriptor(full().bytes());
    REQUIRE(parsed);
    CHECK(parsed->owner == sid("S-1-5-21-1-2-3-519"));
    REQUIRE(parsed->dacl);
    REQUIRE(parsed->dacl->size() == 4);
    const Ace& second = parsed->dacl->at(1);
    CHECK(second.type == AceType::allow_object);
    CHECK(second.position == 2);
    CHECK(second.mask == kControlAccess);
    CHECK(second.object_type == Guid::parse(kEnroll));
    CHECK(second.trustee == sid("S-1-5-21-1-2-3-515"));
    CHECK(parsed->dacl->at(0).denies());
    CHECK(parsed->dacl->at(2).is_callback());
}

TEST_CASE("an absent and a NULL DACL are no DACL, an empty one is a list", "[security][S1]") {
    CHECK_FALSE(parse_security_descriptor(SecurityBuilder().without_dacl().bytes())->dacl);
    CHECK_FALSE(parse_security_descriptor(SecurityBuilder().with_null_dacl().bytes())->dacl);
    const auto empty = parse_security_descriptor(SecurityBuilder().bytes());
    REQUIRE(empty->dacl);
    CHECK(empty->dacl->empty());
}

TEST_CASE("ACE types that stand in no check are stepped over by their size",
          "[security][DTYP:2.4.4.1]") {
    const auto parsed = parse_security_descriptor(SecurityBuilder()
                                                      .raw(0x02, 0, Bytes(16, 0xFF))
                                                      .raw(0x13, 0, {})
                                                      .raw(0xFF, 0, Bytes(3, 0))
                                                      .allow("S-1-5-11", kReadRights)
                                                      .bytes());
    REQUIRE(parsed);
    REQUIRE(parsed->dacl->size() == 1);
    CHECK(parsed->dacl->front().position == 4);
}

TEST_CASE("an inherited object type is stepped over", "[security][S3]") {
    Bytes body{0, 1, 0, 0, 3, 0, 0, 0};
    const Guid right = Guid::parse(kAutoenroll).value();
    body.insert(body.end(), right.wire.begin(), right.wire.end());
    body.insert(body.end(), 16, 0xEE);
    const Bytes trustee = sid("S-1-5-11").to_wire();
    body.insert(body.end(), trustee.begin(), trustee.end());
    const auto parsed = parse_security_descriptor(SecurityBuilder().raw(0x05, 0x10, body).bytes());
    REQUIRE(parsed);
    CHECK(parsed->dacl->front().object_type == right);
    CHECK(parsed->dacl->front().trustee == sid("S-1-5-11"));
}

TEST_CASE("every truncation of a valid descriptor is refused with a sentence",
          "[security][hostile]") {
    const Bytes whole = full().bytes();
    REQUIRE(parse_security_descriptor(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of exactly that size: a read past the end is then seen by the address sanitizer.
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto parsed = parse_security_descriptor(cut);
        INFO("size " << size);
        REQUIRE_FALSE(parsed);
        CHECK_THAT(parsed.error().context, Catch::StartsWith("security descriptor: "));
    }
}

TEST_CASE("a changed octet never reads outside and never invents an ACE", "[security][hostile]") {
    const Bytes whole = full().bytes();
    std::mt19937 random(1);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (int round = 0; round < 8; ++round) {
            Bytes changed = whole;
            changed[at] = static_cast<std::uint8_t>(random());
            const auto parsed = parse_security_descriptor(changed);
            if (parsed && parsed->dacl) {
                CHECK(parsed->dacl->size() <= changed.size() / 8);
            }
        }
    }
}

TEST_CASE("a count of entries that the list does not hold is refused", "[security][hostile]") {
    const auto parsed = parse_security_descriptor(full().claim_count(5000).bytes());
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().context ==
          "security descriptor: ACE 5 of 5000 runs past the end of the DACL");
}

TEST_CASE(
    "an entry that claims more than the list holds is refused, also of a type that is skipped",
    "[security][hostile]") {
    Bytes octets = SecurityBuilder().raw(0xFF, 0, {}).bytes();
    REQUIRE(parse_security_descriptor(octets));
    octets.at(20 + 8 + 2) = 5;  // the size of the only entry
    const auto parsed = parse_security_descriptor(octets);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().context ==
          "security descriptor: ACE 1 of 1 runs past the end of the DACL");
}

TEST_CASE("a list filled to the 64 KiB limit is read", "[security][hostile]") {
    SecurityBuilder builder;
    constexpr int kEntries = (0xFFFF - 8) / 36;  // a plain ACE with a domain SID has 36 octets
    for (int i = 0; i < kEntries; ++i) {
        builder.deny("S-1-5-21-1-2-3-4000", kControlAccess);
    }
    const auto parsed = parse_security_descriptor(builder.bytes());
    REQUIRE(parsed);
    CHECK(parsed->dacl->size() == kEntries);
}

TEST_CASE("malformed descriptors are named", "[security][hostile]") {
    struct Row {
        const char* what;
        Bytes octets;
        const char* sentence;
    };
    const auto changed = [](std::size_t at, std::uint8_t value) {
        Bytes bytes = full().bytes();
        bytes.at(at) = value;
        return bytes;
    };
    constexpr std::size_t kDacl = 20 + 28;  // header and owner
    const Row row = GENERATE_COPY(values<Row>({
        {"revision", changed(0, 2), "not the self-relative form of revision 1"},
        {"absolute form", changed(3, 0), "not the self-relative form of revision 1"},
        {"owner inside the header", changed(4, 19), "the owner is no valid SID"},
        {"owner behind the end", changed(5, 0xFF), "the owner is no valid SID"},
        {"owner of a wrong revision", changed(20, 9), "the owner is no valid SID"},
        {"DACL inside the header", changed(16, 8), "the DACL stands outside"},
        {"DACL behind the end", changed(19, 0x7F), "the DACL stands outside"},
        {"DACL of a wrong revision", changed(kDacl, 3), "the DACL has revision 3"},
        {"DACL smaller than its header", changed(kDacl + 2, 7), "runs past"},
        {"ACE smaller than its header", changed(kDacl + 8 + 2, 3), "ACE 1 of 4 runs past the end"},
        {"ACE too short for its type", changed(kDacl + 8 + 2, 6), "ACE 1 is too short"},
        {"ACE too short for its SID", changed(kDacl + 8 + 2, 12), "ACE 1 holds no valid SID"},
    }));
    INFO(row.what);
    Bytes octets = row.octets;
    if (std::string(row.what) == "DACL smaller than its header") {
        octets.at(kDacl + 3) = 0;
    }
    const auto parsed = parse_security_descriptor(octets);
    REQUIRE_FALSE(parsed);
    CHECK_THAT(parsed.error().context, Catch::Contains(row.sentence));
}

}  // namespace
}  // namespace ae::engine
