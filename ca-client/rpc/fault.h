// What RPC says when it refuses, as HRESULT ([C706] appendix E, [MS-ERREF] 2.2).  Pure.
#pragma once

#include "ca-client/rpc/pdu.h"
#include "engine/base/result.h"

#include <cstdint>

namespace ae::ca {

inline constexpr std::uint32_t kFaultOperationRange = 0x1C010002;
inline constexpr std::uint32_t kFaultUnknownInterface = 0x1C010003;
inline constexpr Hresult kObjectDisconnected = hresult(0x80010108);
inline constexpr Hresult kInvalidObject = hresult(0x80010114);

Hresult hresult_of_fault(std::uint32_t status);
Hresult hresult_of_bind_nak(std::uint16_t reason);

// What a fault told besides its code.  That the call was not executed counts under the seal only:
// an unsealed fault can be anybody's, and a request whose CA did issue would go to another one.
enum class FaultSaid { nothing, unexecuted };

// It says so, or its code is one with which the runtime refuses a call before any method runs.
bool denies_execution(const Fault& fault);

// "the server refused the call with fault 0x00000005"
Error error_of_fault(const Fault& fault);

}  // namespace ae::ca
