// Where the hook of the Windows tests is.
#pragma once

#include "engine/base/win32.h"

#include <string>

namespace ae::test {

// It stands beside this test.
inline std::string helper_program() {
    std::wstring path(32768, L'\0');
    path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    const std::string own = narrow(path);
    return own.substr(0, own.rfind('\\') + 1) + "hook_helper.exe";
}

}  // namespace ae::test
