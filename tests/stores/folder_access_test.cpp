#include "stores/folder_access.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

namespace ae::test {

using engine::Ace;
using engine::AceType;
using stores::Others;

namespace {

constexpr const char* kAlice = "S-1-5-21-1-2-3-1001";
constexpr const char* kUsers = "S-1-5-32-545";
constexpr const char* kSystem = "S-1-5-18";
constexpr std::uint32_t kAll = 0x001F01FF;
constexpr std::uint32_t kReadAndExecute = 0x001200A9;

Ace entry(const char* who, std::uint32_t mask, AceType type = AceType::allow,
          std::uint8_t flags = 0) {
    return {.type = type, .flags = flags, .mask = mask, .trustee = *Sid::parse(who)};
}

Done check(const char* owner, const std::vector<Ace>& entries, const char* account = kSystem,
           Others others = Others::may_read) {
    return stores::check_only_ours({.owner = Sid::parse(owner), .dacl = entries},
                                   *Sid::parse(account), "C:\\folder", others);
}

}  // namespace

TEST_CASE("a folder is ours when SYSTEM, Administrators or the account itself own it",
          "[folder_access]") {
    CHECK(check(kSystem, {}));
    CHECK(check("S-1-5-32-544", {}));
    CHECK(check("S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464", {}));
    CHECK(check(kAlice, {}, kAlice));
    const Done refused = check(kAlice, {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kAccessDenied);
    CHECK_THAT(refused.error().sentence(),
               Catch::Contains("C:\\folder belongs to " + std::string(kAlice)));
    CHECK_FALSE(stores::check_only_ours({.dacl = std::vector<Ace>{}}, *Sid::parse(kSystem), "x",
                                        Others::may_read));
}

TEST_CASE("without an access list everybody may write", "[folder_access]") {
    const Done refused = stores::check_only_ours(
        {.owner = Sid::parse(kSystem)}, *Sid::parse(kSystem), "C:\\folder", Others::may_read);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == kAccessDenied);
}

TEST_CASE("others may read, and nobody else may write", "[folder_access]") {
    struct Row {
        const char* story;
        Ace entry;
        bool accepted;
    };
    for (const Row& row :
         {Row{"users read", entry(kUsers, kReadAndExecute), true},
          Row{"SYSTEM does everything", entry(kSystem, kAll), true},
          Row{"administrators do everything", entry("S-1-5-32-544", kAll), true},
          Row{"the owner has rights", entry("S-1-3-4", kAll), true},
          Row{"users do everything", entry(kUsers, kAll), false},
          Row{"users add files", entry(kUsers, 0x2), false},
          Row{"users add folders", entry(kUsers, 0x4), false},
          Row{"users delete what is in it", entry(kUsers, 0x40), false},
          Row{"users delete it", entry(kUsers, 0x10000), false},
          Row{"users change the list", entry(kUsers, 0x40000), false},
          Row{"users take it over", entry(kUsers, 0x80000), false},
          Row{"users have generic write", entry(kUsers, 0x40000000), false},
          Row{"users have generic all", entry(kUsers, 0x10000000), false},
          Row{"users have generic read", entry(kUsers, 0x80000000), true},
          Row{"denied to users", entry(kUsers, kAll, AceType::deny), true},
          Row{"on a condition", entry(kUsers, kAll, AceType::allow_callback), false},
          Row{"with an object type", entry(kUsers, kAll, AceType::allow_object), false},
          Row{"only for what is made in it",
              entry("S-1-3-0", kAll, AceType::allow, engine::kInheritOnlyAce), true},
          Row{"another user", entry(kAlice, 0x2), false}}) {
        INFO(row.story);
        const Done checked = check(kSystem, {entry(kSystem, kAll), row.entry});
        CHECK(checked.has_value() == row.accepted);
        if (!checked) {
            CHECK(checked.error().code == kAccessDenied);
            CHECK_THAT(checked.error().remedy, Catch::Contains("icacls"));
        }
    }
}

TEST_CASE("where others may do nothing they may not read either", "[folder_access]") {
    const auto accepted = [](Ace foreign) {
        return check(kSystem, {entry(kSystem, kAll), std::move(foreign)}, kSystem,
                     Others::may_nothing)
            .has_value();
    };
    CHECK_FALSE(accepted(entry(kUsers, 0x1)));
    CHECK_FALSE(accepted(entry(kUsers, 0x80000000)));
    CHECK_FALSE(accepted(entry(kUsers, 0x10000000)));
    CHECK_FALSE(accepted(entry(kUsers, kReadAndExecute)));
    CHECK_FALSE(accepted(entry(kUsers, 0x2)));
    CHECK(accepted(entry(kUsers, 0x00120088)));  // its attributes and its list
    CHECK(accepted(entry(kUsers, 0x1, AceType::deny)));
}

}  // namespace ae::test
