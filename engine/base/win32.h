// What every Windows adapter needs of Win32: text at the border, the last error as one of ours, and
// owners of the commonest handles.  Windows only; any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_handle.h"

#include <string>
#include <string_view>

// In this order.
// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on

namespace ae {

std::wstring wide(std::string_view utf8);  // bad input becomes U+FFFD
std::string narrow(std::wstring_view utf16);

// A Win32 code or an HRESULT (what has the top bit set) as one of ours:
// "open the store MY (Access is denied.)".
Error win32_error(DWORD code, std::string_view doing);
// The calling thread's last error.  Take it before anything else can change it.
Error last_error(std::string_view doing);

struct HandleTraits {  // of the functions that return NULL when they fail
    using value_type = HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type handle) noexcept { ::CloseHandle(handle); }
};
using UniqueWinHandle = UniqueHandle<HandleTraits>;

struct FileHandleTraits {  // of CreateFile, CreateNamedPipe
    using value_type = HANDLE;
    static value_type none() noexcept { return INVALID_HANDLE_VALUE; }
    static void close(value_type handle) noexcept { ::CloseHandle(handle); }
};
using UniqueFileHandle = UniqueHandle<FileHandleTraits>;

struct RegistryKeyTraits {
    using value_type = HKEY;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type key) noexcept { ::RegCloseKey(key); }
};
using UniqueRegistryKey = UniqueHandle<RegistryKeyTraits>;

template <class Pointer>
struct LocalMemoryTraits {  // what the system allocated with LocalAlloc
    using value_type = Pointer;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type memory) noexcept { ::LocalFree(memory); }
};
template <class Pointer>
using UniqueLocalMemory = UniqueHandle<LocalMemoryTraits<Pointer>>;

// Wine stands in for Windows in tests.  For a test that skips what Wine lacks and says so, and for
// selftest; never a reason for the product to behave otherwise.
bool is_wine();

}  // namespace ae
