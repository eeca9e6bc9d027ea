// The hook of the tests: does what its first argument says.
#include "engine/base/win32.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <io.h>

using namespace ae;

namespace {

std::string all_input() {
    std::string all;
    std::array<char, 4096> buffer{};
    for (std::size_t count = 1; count != 0;) {
        count = std::fread(buffer.data(), 1, buffer.size(), stdin);
        all.append(buffer.data(), count);
    }
    return all;
}

// This program once more, holding all that can be inherited.
DWORD start_another() {
    std::wstring path(32768, L'\0');
    path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    std::wstring line = L"hook forever";
    STARTUPINFOW how{};
    how.cb = sizeof how;
    PROCESS_INFORMATION made{};
    if (!::CreateProcessW(path.c_str(), line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr,
                          &how, &made)) {
        return 0;
    }
    ::CloseHandle(made.hThread);
    ::CloseHandle(made.hProcess);
    return made.dwProcessId;
}

std::string variables() {
    std::string all;
    wchar_t* const block = ::GetEnvironmentStringsW();
    for (const wchar_t* at = block; *at != L'\0'; at += std::wstring(at).size() + 1) {
        all += narrow(at) + "\n";
    }
    ::FreeEnvironmentStringsW(block);
    return all;
}

}  // namespace

int main(int count, char** words) {
    ::_setmode(_fileno(stdin), _O_BINARY);
    const std::string deed = count > 1 ? words[1] : "";
    const std::string argument = count > 2 ? words[2] : "";
    if (deed == "copy") {
        std::ofstream(argument, std::ios::binary) << all_input();
        return 0;
    }
    if (deed == "variables") {
        std::ofstream(argument, std::ios::binary) << variables();
        return 0;
    }
    if (deed == "fail") {
        std::puts("first");
        std::fputs("last words\n", stderr);
        return std::atoi(argument.c_str());
    }
    if (deed == "crash") {
        ::TerminateProcess(::GetCurrentProcess(), 0xC0000005);
    }
    if (deed == "set") {  // whatever of its handles has that number
        ::SetEvent(reinterpret_cast<HANDLE>(
            static_cast<std::uintptr_t>(std::strtoull(argument.c_str(), nullptr, 10))));
        return 0;
    }
    if (deed == "leave" || deed == "wait") {
        std::ofstream(argument, std::ios::binary) << start_another();
        if (deed == "leave") {
            return 0;
        }
    }
    if (deed == "flood") {
        while (std::puts("y") >= 0) {
        }
        return 0;
    }
    if (deed == "wait" || deed == "forever") {
        std::puts("going on");
        std::fflush(stdout);
        ::Sleep(INFINITE);
    }
    return 0;
}
