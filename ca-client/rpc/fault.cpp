#include "ca-client/rpc/fault.h"

#include "engine/base/hresult_table.h"

#include <algorithm>
#include <array>

namespace ae::ca {
namespace {

constexpr std::uint16_t kAuthenticationTypeNotRecognized = 8;  // [MS-RPCE] 2.2.2.5

}  // namespace

Hresult hresult_of_fault(std::uint32_t status) {
    switch (status) {
        case kFaultOperationRange:
            return hresult(0x800706D1);  // RPC_S_PROCNUM_OUT_OF_RANGE
        case kFaultUnknownInterface:
            return hresult(0x800706B5);  // RPC_S_UNKNOWN_IF
        case 0x1C010014:                 // nca_s_server_too_busy
            return hresult(0x800706BB);  // RPC_S_SERVER_TOO_BUSY
        case 0x1C00001B:                 // nca_s_fault_remote_no_memory
            return hresult(0x8007000E);  // E_OUTOFMEMORY
        default:
            break;
    }
    if (status >= 0x80000000) {
        return hresult(status);
    }
    // Zero would be success, which a fault never is.
    if (status != 0 && status < 0x10000) {
        return hresult(0x80070000 + status);
    }
    return kCallFailed;
}

Hresult hresult_of_bind_nak(std::uint16_t reason) {
    return reason == kAuthenticationTypeNotRecognized ? hresult(0x800706D3) : kServerUnavailable;
}

bool denies_execution(const Fault& fault) {
    constexpr std::array kBeforeAnyMethod = {
        std::uint32_t{5},           // ERROR_ACCESS_DENIED: COM's access check
        std::uint32_t{0x8001011B},  // RPC_E_ACCESS_DENIED
        kFaultOperationRange, kFaultUnknownInterface};
    return fault.did_not_execute ||
           std::ranges::find(kBeforeAnyMethod, fault.status) != kBeforeAnyMethod.end();
}

Error error_of_fault(const Fault& fault) {
    std::string text = "the server refused the call with fault " + to_hex(hresult(fault.status));
    if (fault.did_not_execute) {
        text += " before running it";
    }
    return {.code = hresult_of_fault(fault.status), .context = std::move(text)};
}

}  // namespace ae::ca
