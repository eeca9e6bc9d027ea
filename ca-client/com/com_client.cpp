#include "ca-client/com/com_client.h"

#include <objbase.h>

namespace ae::ca {
namespace {

Result<std::string> set_up() {
    // Without it the apartment, and what is said about security below, would end with the first
    // thread that leaves.
    CO_MTA_USAGE_COOKIE kept = nullptr;
    if (const HRESULT result = ::CoIncrementMTAUsage(&kept); FAILED(result)) {
        return fail(win32_error(static_cast<DWORD>(result), "keep COM's apartment"));
    }
    // Also for what no blanket reaches: giving an object back.  This process starts nothing in its
    // own name, and takes no code that a server names.
    const HRESULT result = ::CoInitializeSecurity(
        nullptr, -1, nullptr, nullptr, RPC_C_AUTHN_LEVEL_PKT_PRIVACY, RPC_C_IMP_LEVEL_IMPERSONATE,
        nullptr, EOAC_DISABLE_AAA | EOAC_NO_CUSTOM_MARSHAL, nullptr);
    if (result == RPC_E_TOO_LATE) {
        // Activation and methods say for themselves how they are protected.
        return std::string(
            "COM's defaults were set by another part of this process before: objects at the CA are "
            "given back under those");
    }
    if (FAILED(result)) {
        return fail(win32_error(static_cast<DWORD>(result), "set COM's security"));
    }
    return std::string();
}

}  // namespace

ComThread::ComThread() : joined_(::CoInitializeEx(nullptr, COINIT_MULTITHREADED)) {
    if (SUCCEEDED(joined_)) {
        cancellable_ = ::CoEnableCallCancellation(nullptr);
    }
}

ComThread::~ComThread() {
    if (SUCCEEDED(cancellable_)) {
        ::CoDisableCallCancellation(nullptr);
    }
    if (SUCCEEDED(joined_)) {
        ::CoUninitialize();
    }
}

Result<std::string> set_up_com() {
    static const Result<std::string> once = set_up();
    return once;
}

void cancel_com_call(DWORD thread_id) {
    // Not by import: Wine's library lacks it, and a call of the missing function ends the process.
    using Cancel = HRESULT(WINAPI*)(DWORD, ULONG);
    const HMODULE ole32 = ::GetModuleHandleW(L"ole32.dll");
    const auto cancel = reinterpret_cast<Cancel>(reinterpret_cast<void*>(
        ole32 != nullptr ? ::GetProcAddress(ole32, "CoCancelCall") : nullptr));
    if (cancel != nullptr) {
        cancel(thread_id, 0);  // the thread itself shows whether it helped
    }
}

}  // namespace ae::ca
