// Prints what start_up() made of this process, a line each, for start_up_test.py.
#include "start_up_probe.h"

#include "engine/base/bytes.h"
#include "engine/base/win32.h"
#include "service/start_up.h"

#include <array>
#include <iostream>

namespace {

// Planted beside the program by the test; only the system's folder may be looked at.
bool planted_library_loads() { return ::LoadLibraryW(L"ae_planted.dll") != nullptr; }
bool system_library_loads() { return ::LoadLibraryW(L"version.dll") != nullptr; }

std::string message() {
    const std::wstring who = L"it";
    std::array<DWORD_PTR, 1> inserts{reinterpret_cast<DWORD_PTR>(who.c_str())};
    std::array<wchar_t, 64> text{};
    const DWORD length = ::FormatMessageW(
        FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY | FORMAT_MESSAGE_MAX_WIDTH_MASK,
        nullptr, PROBE_MESSAGE, 0, text.data(), text.size(),
        reinterpret_cast<va_list*>(inserts.data()));
    return ae::narrow({text.data(), length});
}

}  // namespace

int main(int argc, char** argv) {
    for (const std::string& argument : ae::service::start_up(argc, argv)) {
        std::cout << "argument " << ae::to_hex(ae::as_bytes(argument)) << '\n';
    }
    std::cout << "planted " << planted_library_loads() << '\n'
              << "system " << system_library_loads() << '\n'
              << "error-mode " << ::GetErrorMode() << '\n'
              << "message " << message() << '\n';
    return 0;
}
