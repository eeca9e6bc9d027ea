// Rule S13 on Windows: the purge that klist purge does.
#include "service/logon_tickets_win32.h"

#include "engine/base/hresult_table.h"
#include "tests/support/skip.h"

#include <catch2/catch.hpp>

namespace ae::service {
namespace {

TEST_CASE("the tickets of this logon session are purged, or it is said why not", "[tickets][S13]") {
    const Done purged = purge_logon_tickets();
    if (purged) {
        CHECK(purge_logon_tickets());  // none are left, and that is no error
        return;
    }
    CHECK(purged.error().context == "purge the Kerberos tickets of the logon session");
    CHECK(failed(purged.error().code));
    CHECK_THAT(purged.error().remedy, Catch::StartsWith("Sign out and in again"));
    AE_SKIP("W-TICKET-PURGE", "the system's Kerberos does not purge: " + purged.error().sentence());
}

}  // namespace
}  // namespace ae::service
