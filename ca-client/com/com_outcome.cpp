#include "ca-client/com/com_outcome.h"

#include "engine/base/hresult_table.h"

#include <algorithm>
#include <array>

namespace ae::ca {
namespace {

constexpr std::array kNotRun = {
    hresult(0x80010001),  // RPC_E_CALL_REJECTED
    hresult(0x80010012),  // RPC_E_SERVER_DIED_DNE
    hresult(0x80010110),  // RPC_E_VERSION_MISMATCH
    hresult(0x80010111),  // RPC_E_INVALID_HEADER
    hresult(0x8001011B),  // RPC_E_ACCESS_DENIED
    hresult(0x80070005),  // E_ACCESSDENIED
    hresult(0x800706B5),  // RPC_S_UNKNOWN_IF
    hresult(0x800706BA),  // RPC_S_SERVER_UNAVAILABLE: no connection came about
    hresult(0x800706BB),  // RPC_S_SERVER_TOO_BUSY
    hresult(0x800706BF),  // RPC_S_CALL_FAILED_DNE
    hresult(0x800706D1),  // RPC_S_PROCNUM_OUT_OF_RANGE
    hresult(0x800706D3),  // RPC_S_UNKNOWN_AUTHN_SERVICE
    hresult(0x800706D9),  // EPT_S_NOT_REGISTERED: nobody listens
};

constexpr std::array kGone = {
    hresult(0x800401FD),  // CO_E_OBJNOTCONNECTED
    hresult(0x80010108),  // RPC_E_DISCONNECTED
    hresult(0x80010114),  // RPC_E_INVALID_OBJECT
};

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};
// What a runtime says besides: errors of COM, of RPC, of the security under it, and a server's
// crash.  Win32 errors that an RPC range encloses and a CA may mean itself are left out.
constexpr std::array kRuntime = {
    Range{0x80010000, 0x8001FFFF},  // FACILITY_RPC
    Range{0x8007000E, 0x8007000E},  // E_OUTOFMEMORY: on either side
    Range{0x800706A4, 0x800706F7},  // RPC_S_INVALID_STRING_BINDING to RPC_X_BAD_STUB_DATA
    Range{0x800706FF, 0x800706FF},  // RPC_S_CALL_IN_PROGRESS
    Range{0x80070719, 0x8007072A},  // RPC_S_NO_INTERFACES to RPC_S_DO_NOT_DISTURB
    Range{0x80070779, 0x8007077E},  // RPC_S_SEND_INCOMPLETE to RPC_X_PIPE_APP_MEMORY
    Range{0x80090300, 0x8009036F},  // SEC_E_*
    Range{0xC0000000, 0xFFFFFFFF},  // NTSTATUS: an exception
};

}  // namespace

ComOutcome outcome_of(Hresult result) {
    if (std::ranges::find(kGone, result) != kGone.end()) {
        return ComOutcome::gone;
    }
    if (std::ranges::find(kNotRun, result) != kNotRun.end()) {
        return ComOutcome::not_run;
    }
    const bool runtime = std::ranges::any_of(kRuntime, [&](const Range& range) {
        return value_of(result) >= range.first && value_of(result) <= range.last;
    });
    return runtime ? ComOutcome::unclear : ComOutcome::answered;
}

}  // namespace ae::ca
