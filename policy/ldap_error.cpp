#include "policy/ldap_error.h"

#include "engine/base/hresult_table.h"

#include <algorithm>
#include <array>

namespace ae::policy {
namespace {

struct Row {
    int ldap;
    Hresult code;
};
constexpr std::array kRows = {
    Row{-5, kTimeout},             // LDAP_TIMEOUT
    Row{-1, kServerUnavailable},   // LDAP_SERVER_DOWN
    Row{1, hresult(0x80072020)},   // operationsError: ERROR_DS_OPERATIONS_ERROR
    Row{2, hresult(0x80072021)},   // protocolError: ERROR_DS_PROTOCOL_ERROR
    Row{3, kTimeout},              // timeLimitExceeded
    Row{4, kDirectorySizeLimit},   // sizeLimitExceeded
    Row{7, hresult(0x80072027)},   // authMethodNotSupported
    Row{8, hresult(0x80072028)},   // strongerAuthRequired
    Row{10, kDirectoryReferral},   // referral
    Row{11, hresult(0x80072024)},  // adminLimitExceeded
    Row{12, hresult(0x8007202C)},  // unavailableCriticalExtension: ..._UNAVAILABLE_CRIT_EXTENSION
    Row{16, kNoSuchAttribute},     // noSuchAttribute
    Row{32, kNoSuchObject},        // noSuchObject
    Row{34, hresult(0x80072032)},  // invalidDNSyntax
    Row{49, kLogonFailure},        // invalidCredentials
    Row{50, kAccessDenied},        // insufficientAccessRights
    Row{51, kBusy},                // busy
    Row{52, hresult(0x8007200F)},  // unavailable: ERROR_DS_UNAVAILABLE
    Row{53, hresult(0x80072035)},  // unwillingToPerform
    Row{81, kServerUnavailable},   // Wldap32: LDAP_SERVER_DOWN
    Row{85, kTimeout},             // Wldap32: LDAP_TIMEOUT
    Row{91, kServerUnavailable},   // Wldap32: LDAP_CONNECT_ERROR
};

}  // namespace

Hresult hresult_from_ldap(int code) {
    const auto* row = std::find_if(kRows.begin(), kRows.end(),
                                   [&](const Row& candidate) { return candidate.ldap == code; });
    // Everything else arrives as the general failure of the directory service.
    return row == kRows.end() ? hresult(0x80072020) : row->code;
}

}  // namespace ae::policy
