#include "engine/base/hresult_table.h"
#include "policy/ldap_connection.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::policy;

TEST_CASE("Linux binds with tickets and never with a user's name and password", "[ldap]") {
    const auto connection =
        LdapConnection::open({"dc1.corp.example.test", "corp.example.test", "127.0.0.1"},
                             {.user = "alice", .domain = "CORP", .explicit_member = true});
    REQUIRE_FALSE(connection);
    CHECK(connection.error().code == kNotSupported);
    CHECK(connection.error().context == "a bind with a user's name and password is for Windows");
}
