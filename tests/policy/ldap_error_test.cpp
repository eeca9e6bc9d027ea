#include "policy/ldap_error.h"

#include "engine/base/hresult_table.h"

#include <catch2/catch.hpp>

using namespace ae;
using namespace ae::policy;

TEST_CASE("LDAP codes become the HRESULTs that Windows shows for them",
          "[ldap-error][MS-ERREF:2.2]") {
    struct Row {
        int ldap;
        Hresult code;
    };
    for (const auto& row :
         {Row{-1, kServerUnavailable}, Row{-5, kTimeout}, Row{3, kTimeout},
          Row{4, kDirectorySizeLimit}, Row{10, kDirectoryReferral}, Row{12, hresult(0x8007202C)},
          Row{16, hresult(0x8007200A)}, Row{32, kNoSuchObject}, Row{49, kLogonFailure},
          Row{50, kAccessDenied}, Row{51, kBusy}, Row{53, hresult(0x80072035)},
          Row{80, hresult(0x80072020)}, Row{81, kServerUnavailable}, Row{85, kTimeout},
          Row{91, kServerUnavailable}, Row{82, hresult(0x80072020)},
          Row{-99, hresult(0x80072020)}}) {
        INFO(row.ldap);
        CHECK(hresult_from_ldap(row.ldap) == row.code);
        CHECK(failed(hresult_from_ldap(row.ldap)));
    }
}
