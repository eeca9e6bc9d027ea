#include "engine/base/win32.h"

#include "engine/base/text.h"

namespace ae {
namespace {

constexpr DWORD kHresultBit = 0x80000000U;
constexpr DWORD kFromWin32 = 0x80070000U;
constexpr DWORD kLargestWin32Code = 0xFFFF;

std::string system_text(DWORD code) {
    UniqueLocalMemory<wchar_t*> text;
    const DWORD length =
        ::FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                             FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK,
                         nullptr, code, 0, reinterpret_cast<wchar_t*>(text.put()), 0, nullptr);
    return length == 0 ? std::string() : printable(trim(narrow({text.get(), length})));
}

}  // namespace

std::wstring wide(std::string_view utf8) {
    const auto size = static_cast<int>(utf8.size());
    std::wstring text(
        static_cast<std::size_t>(::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0)),
        L'\0');
    ::MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, text.data(),
                          static_cast<int>(text.size()));
    return text;
}

std::string narrow(std::wstring_view utf16) {
    const auto size = static_cast<int>(utf16.size());
    std::string text(static_cast<std::size_t>(::WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size,
                                                                    nullptr, 0, nullptr, nullptr)),
                     '\0');
    ::WideCharToMultiByte(CP_UTF8, 0, utf16.data(), size, text.data(),
                          static_cast<int>(text.size()), nullptr, nullptr);
    return text;
}

Error win32_error(DWORD code, std::string_view doing) {
    const bool is_hresult = (code & kHresultBit) != 0 || code > kLargestWin32Code;
    std::string context(doing);
    if (const std::string text = system_text(code); !text.empty()) {
        context += " (" + text + ')';
    }
    return {hresult(is_hresult ? code : kFromWin32 | code), std::move(context)};
}

Error last_error(std::string_view doing) { return win32_error(::GetLastError(), doing); }

bool is_wine() {
    return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

}  // namespace ae
