// Every result code that this project names: value, symbol, plain meaning, remedy.
// Sources: [MS-ERREF] 2.1 and 2.2; the certification authority's rows from [MS-WCCE] 2.2.4.
// The table is sorted by value and has no duplicates (tested).
#pragma once

#include "engine/base/result.h"

#include <span>
#include <string>
#include <string_view>

namespace ae {

struct HresultRow {
    Hresult code;
    std::string_view symbol;
    std::string_view meaning;
    std::string_view remedy;  // empty: nothing general can be said
};

std::span<const HresultRow> hresult_rows();

// nullptr when the code is not in the table.
const HresultRow* find_hresult(Hresult code);

// "RPC_S_SERVER_UNAVAILABLE (0x800706BA): the host is unreachable", or "0x8BADF00D" when unknown.
std::string describe(Hresult code);
// "0x800706BA"
std::string to_hex(Hresult code);
// Empty when the code is unknown or has no general remedy.
std::string_view remedy_for(Hresult code);

inline constexpr Hresult kOk = hresult(0);
inline constexpr Hresult kUnexpected = hresult(0x8000FFFF);
inline constexpr Hresult kNoInterface = hresult(0x80004002);
inline constexpr Hresult kFileNotFound = hresult(0x80070002);
inline constexpr Hresult kAccessDenied = hresult(0x80070005);
inline constexpr Hresult kInvalidData = hresult(0x8007000D);
inline constexpr Hresult kWriteFault = hresult(0x8007001D);
inline constexpr Hresult kReadFault = hresult(0x8007001E);
inline constexpr Hresult kNotSupported = hresult(0x80070032);
inline constexpr Hresult kInvalidArgument = hresult(0x80070057);
inline constexpr Hresult kDiskFull = hresult(0x80070070);
inline constexpr Hresult kBusy = hresult(0x800700AA);
inline constexpr Hresult kOperationAborted = hresult(0x800703E3);
inline constexpr Hresult kServiceNotActive = hresult(0x80070426);
inline constexpr Hresult kProcessAborted = hresult(0x8007042B);
inline constexpr Hresult kTimeout = hresult(0x800705B4);
inline constexpr Hresult kTimeSkew = hresult(0x80070576);
inline constexpr Hresult kLogonFailure = hresult(0x8007052E);
inline constexpr Hresult kNoSuchDomain = hresult(0x8007054B);
inline constexpr Hresult kServerUnavailable = hresult(0x800706BA);
inline constexpr Hresult kProtocolError = hresult(0x800706C0);
inline constexpr Hresult kCallFailed = hresult(0x800706BE);
inline constexpr Hresult kWriteProtected = hresult(0x80070013);
inline constexpr Hresult kNotDomainJoined = hresult(0x80070A84);
inline constexpr Hresult kSecurityPackage = hresult(0x80070721);
inline constexpr Hresult kTargetUnknown = hresult(0x80090303);
inline constexpr Hresult kNoCredentials = hresult(0x8009030E);
inline constexpr Hresult kNoKdc = hresult(0x80090311);
inline constexpr Hresult kContextExpired = hresult(0x80090317);
inline constexpr Hresult kSecurityInternal = hresult(0x80090304);
inline constexpr Hresult kNoRevocationCheck = hresult(0x80092012);
inline constexpr Hresult kRevocationOffline = hresult(0x80092013);
inline constexpr Hresult kRevocationFailure = hresult(0x800B010E);

}  // namespace ae
