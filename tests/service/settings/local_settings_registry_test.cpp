// Local settings on Windows: the local key of the registry, read back by the readers of policy.
#include "engine/base/win32.h"
#include "service/settings/change_setting.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

TEST_CASE("a local setting is written to the registry, read back and taken away",
          "[settings][registry]") {
    Sources sources;
    sources.scope = engine::Scope::user;  // HKEY_CURRENT_USER: no rights are needed
    auto changed = change_setting(sources, "AEPolicy", "7");
    REQUIRE(changed);
    CHECK(changed->place == "the registry");
    CHECK(is_in_force(*changed));
    REQUIRE(changed->after.from);
    CHECK(changed->after.from->key ==
          "HKEY_CURRENT_USER\\Software\\Microsoft\\Cryptography\\AutoEnrollment");
    changed = change_setting(sources, "AEPolicy", "none");
    REQUIRE(changed);
    CHECK_FALSE(changed->after.from);
    // Once more: what is not there is taken away without a complaint.
    CHECK(change_setting(sources, "AEPolicy", "none"));
}

TEST_CASE("a text is written whole", "[settings][registry]") {
    Sources sources;
    const std::string name =
        "KeyProviders\\Pr\xC3\xBC"
        "fer";
    auto changed = change_setting(sources, name, "tpm");
    REQUIRE(changed);
    REQUIRE(changed->after.from);
    CHECK(changed->after.from->value == "tpm");
    CHECK(change_setting(sources, name, "none"));
}

}  // namespace
}  // namespace ae::service
