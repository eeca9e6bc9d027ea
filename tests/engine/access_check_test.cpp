#include "engine/access_check.h"

#include "tests/support/builders.h"
#include "tests/support/security_builder.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

// Account U in groups A and B, as in the table of RULES.md "Access check".
constexpr std::string_view kUser = "S-1-5-21-1-2-3-1105";
constexpr std::string_view kA = "S-1-5-21-1-2-3-2001";
constexpr std::string_view kB = "S-1-5-21-1-2-3-2002";
constexpr std::string_view kEveryone = "S-1-5-11";

AccessAnswer ask(const SecurityBuilder& builder, Right right) {
    const SidSet account({sid(kB), sid(kUser), sid(kEveryone), sid(kA), sid(kA)});
    return check_access(parse_security_descriptor(builder.bytes()).value(), right, account);
}

SecurityBuilder row_1() {
    return SecurityBuilder()
        .allow_object(kA, kEnroll)
        .allow_object(kA, kAutoenroll)
        .allow(kEveryone, kReadRights);
}

TEST_CASE("rows of the access table", "[access][S2][S3][S4][S5]") {
    struct Row {
        const char* what;
        SecurityBuilder dacl;
        bool enroll;
        bool autoenroll;
        const char* decides_autoenroll;
    };
    const Row row = GENERATE(values<Row>({
        {"1: object allows for both rights", row_1(), true, true,
         "allow object ACE 2 for S-1-5-21-1-2-3-2001 grants Autoenroll"},
        {"2: a deny before the allow",
         SecurityBuilder()
             .deny_object(kB, kAutoenroll)
             .allow_object(kA, kEnroll)
             .allow_object(kA, kAutoenroll),
         true, false, "deny object ACE 1 for S-1-5-21-1-2-3-2002 denies Autoenroll"},
        {"3: a deny behind the allow",
         SecurityBuilder().allow_object(kA, kAutoenroll).deny_object(kB, kAutoenroll), false, true,
         "allow object ACE 1 for S-1-5-21-1-2-3-2001 grants Autoenroll"},
        {"4: plain full control", SecurityBuilder().allow(kA, kFullControl), true, true,
         "allow ACE 1 for S-1-5-21-1-2-3-2001 grants Autoenroll"},
        {"5: a plain deny before row 1",
         SecurityBuilder()
             .deny(kB, kControlAccess)
             .allow_object(kA, kEnroll)
             .allow_object(kA, kAutoenroll),
         false, false, "deny ACE 1 for S-1-5-21-1-2-3-2002 denies Autoenroll"},
        {"6: an inherit-only allow",
         SecurityBuilder().allow_object(kA, kEnroll, kInheritOnly).allow_object(kA, kAutoenroll),
         false, true, "allow object ACE 2 for S-1-5-21-1-2-3-2001 grants Autoenroll"},
        {"7: an object allow without ObjectType", SecurityBuilder().allow_object(kA, ""), true,
         true, "allow object ACE 1 for S-1-5-21-1-2-3-2001 grants Autoenroll"},
        {"an inherited allow counts", SecurityBuilder().allow_object(kA, kAutoenroll, 0x10), false,
         true, "allow object ACE 1 for S-1-5-21-1-2-3-2001 grants Autoenroll"},
        {"an object allow without CR", SecurityBuilder().allow_object(kA, kAutoenroll, 0, 0x30),
         false, false, "none of the 1 ACEs grants the account Autoenroll"},
        {"full control as Windows writes it, without CR", SecurityBuilder().allow(kA, 0xF00FF),
         false, false, "none of the 1 ACEs grants the account Autoenroll"},
        {"entries for others", SecurityBuilder().allow(kStranger, kFullControl), false, false,
         "none of the 1 ACEs grants the account Autoenroll"},
    }));
    INFO(row.what);
    CHECK(ask(row.dacl, Right::enroll).granted == row.enroll);
    const AccessAnswer answer = ask(row.dacl, Right::autoenroll);
    CHECK(answer.granted == row.autoenroll);
    CHECK(answer.reason == row.decides_autoenroll);
}

TEST_CASE("row 8: rights without Read", "[access][S6]") {
    const auto builder = SecurityBuilder().allow_object(kA, kEnroll).allow_object(kA, kAutoenroll);
    CHECK_FALSE(ask(builder, Right::read).granted);
    CHECK(ask(row_1(), Right::read).granted);
}

TEST_CASE("no DACL grants everything, an empty one nothing", "[access][S1]") {
    for (const Right right : {Right::read, Right::enroll, Right::autoenroll}) {
        CHECK(ask(SecurityBuilder().without_dacl(), right).granted);
        CHECK(ask(SecurityBuilder().with_null_dacl(), right).granted);
        const AccessAnswer empty = ask(SecurityBuilder(), right);
        CHECK_FALSE(empty.granted);
        CHECK(empty.reason == "the DACL is empty and grants nothing");
        CHECK_FALSE(empty.denied);  // nothing denies it: a grant would help
    }
}

TEST_CASE("Read is collected, and a deny takes only what is not granted yet", "[access][S6]") {
    struct Row {
        const char* what;
        SecurityBuilder dacl;
        bool read;
    };
    constexpr std::uint32_t kReadControl = 0x20000;
    constexpr std::uint32_t kListAndProperty = 0x14;
    const Row row = GENERATE_COPY(values<Row>({
        {"two allows together",
         SecurityBuilder().allow(kA, kReadControl).allow(kB, kListAndProperty), true},
        {"one of them missing", SecurityBuilder().allow(kA, kReadControl), false},
        {"a deny of a granted bit", SecurityBuilder().allow(kA, kReadRights).deny(kB, kReadControl),
         true},
        {"a deny of a missing bit", SecurityBuilder().deny(kB, 0x4).allow(kA, kReadRights), false},
        {"read property of one attribute only",
         SecurityBuilder().allow(kA, kReadControl | 0x4).allow_object(kA, kEnroll, 0, 0x10), false},
        {"a deny for one attribute only",
         SecurityBuilder().deny_object(kB, kEnroll, 0, 0x10).allow(kA, kReadRights), true},
        {"an object allow without ObjectType is one for all",
         SecurityBuilder().allow_object(kA, "", 0, kReadRights), true},
        {"the owner has read control", SecurityBuilder().owner(kUser).allow(kA, kListAndProperty),
         true},
        {"another owner gives nothing",
         SecurityBuilder().owner(kStranger).allow(kA, kListAndProperty), false},
        {"inherit-only", SecurityBuilder().allow(kA, kReadRights, kInheritOnly), false},
    }));
    INFO(row.what);
    CHECK(ask(row.dacl, Right::read).granted == row.read);
}

TEST_CASE("the owner never has extended rights by being the owner", "[access][S6]") {
    CHECK_FALSE(ask(SecurityBuilder().owner(kUser), Right::enroll).granted);
}

TEST_CASE("conditional entries count only where they deny", "[access][S7]") {
    const std::uint8_t allow = GENERATE(std::uint8_t{0x09}, std::uint8_t{0x0B});
    const std::uint8_t deny = allow == 0x09 ? 0x0A : 0x0C;
    const auto one = [](std::uint8_t type, SecurityBuilder builder) {
        return type == 0x09 || type == 0x0A ? builder.plain(type, kA, kControlAccess)
                                            : builder.object(type, kA, kEnroll);
    };
    CHECK_FALSE(ask(one(allow, {}), Right::enroll).granted);
    const AccessAnswer denied = ask(one(deny, {}).allow(kA, kFullControl), Right::enroll);
    CHECK_FALSE(denied.granted);
    CHECK(denied.denied);
    CHECK_THAT(denied.reason, Catch::StartsWith("deny conditional "));
}

TEST_CASE("generic rights stand for what the directory maps them to", "[access][S8]") {
    constexpr std::uint32_t kGenericAll = 0x10000000;
    constexpr std::uint32_t kGenericRead = 0x80000000;
    CHECK(ask(SecurityBuilder().allow(kA, kGenericAll), Right::autoenroll).granted);
    CHECK(ask(SecurityBuilder().allow(kA, kGenericAll), Right::read).granted);
    CHECK(ask(SecurityBuilder().allow(kA, kGenericRead), Right::read).granted);
    CHECK_FALSE(ask(SecurityBuilder().allow(kA, kGenericRead), Right::enroll).granted);
    CHECK_FALSE(ask(SecurityBuilder().deny(kB, kGenericAll).allow(kA, kFullControl), Right::enroll)
                    .granted);
}

TEST_CASE("domain controllers come in through the SIDs that S9 adds", "[access][S9]") {
    const auto builder = SecurityBuilder().allow_object("S-1-5-9", kAutoenroll);
    const auto descriptor = parse_security_descriptor(builder.bytes()).value();
    CHECK_FALSE(check_access(descriptor, Right::autoenroll, SidSet({sid(kUser)})).granted);
    CHECK(
        check_access(descriptor, Right::autoenroll, SidSet({sid(kUser), sid("S-1-5-9")})).granted);
}

TEST_CASE("an account with 1,600 groups", "[access][S10]") {
    std::vector<Sid> groups;
    for (std::uint32_t rid = 3600; rid > 2000; --rid) {
        groups.push_back(sid("S-1-5-21-1-2-3").child(rid));
    }
    const auto descriptor =
        parse_security_descriptor(SecurityBuilder().allow_object(kA, kEnroll).bytes()).value();
    CHECK(check_access(descriptor, Right::enroll, SidSet(groups)).granted);
}

}  // namespace
}  // namespace ae::engine
