#include "engine/base/win32.h"
#include "service/start_up.h"

#include <cstdlib>

#include <shellapi.h>

namespace ae::service {
namespace {

UINT former_code_page = 0;  // of the console; 0: there is none

// The shell that started us keeps its own.
void restore_code_page() { static_cast<void>(::SetConsoleOutputCP(former_code_page)); }

void speak_utf8() {
    former_code_page = ::GetConsoleOutputCP();
    if (former_code_page != 0 && former_code_page != CP_UTF8 &&
        ::SetConsoleOutputCP(CP_UTF8) != FALSE) {
        static_cast<void>(std::atexit(restore_code_page));
    }
}

// argv has lost what the system's code page cannot say; Windows before 1903 does not heed the
// manifest's.
std::vector<std::string> arguments_of(int argc, const char* const* argv) {
    int count = 0;
    const UniqueLocalMemory<wchar_t**> words(::CommandLineToArgvW(::GetCommandLineW(), &count));
    if (!words) {
        return {argv, argv + argc};
    }
    std::vector<std::string> arguments;
    for (int i = 0; i < count; ++i) {
        arguments.push_back(narrow(words.get()[i]));
    }
    return arguments;
}

}  // namespace

std::vector<std::string> start_up(int argc, const char* const* argv) {
    // Before anything that may load a library.
    static_cast<void>(::SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32));
    static_cast<void>(::HeapSetInformation(nullptr, HeapEnableTerminationOnCorruption, nullptr, 0));
    // Crash dialogs stay the system's to decide: error reporting is how a crash is found.
    static_cast<void>(::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX));
    speak_utf8();
    return arguments_of(argc, argv);
}

}  // namespace ae::service
