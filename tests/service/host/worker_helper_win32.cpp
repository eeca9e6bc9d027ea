// The worker of the tests: does what its first argument says.
#include "engine/base/win32.h"
#include "service/host/new_process_win32.h"
#include "service/stop_event_win32.h"
#include "service/stop_on_signals.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <fcntl.h>
#include <io.h>
#include <shellapi.h>

using namespace ae;

namespace {

using Arguments = std::vector<std::string>;

void say(const std::string& line) {
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);
}

std::uint64_t number_in(const Arguments& all) {
    return std::strtoull(all.at(0).c_str(), nullptr, 10);
}

void print_x(std::uint64_t count) {
    const std::string part(4096, 'x');
    while (count != 0) {
        const auto now = std::min<std::uint64_t>(count, part.size());
        std::fwrite(part.data(), 1, now, stdout);
        count -= now;
    }
}

// This program once more, as a careless library does it: with everything that can be inherited.
DWORD start_another() {
    std::wstring path(32768, L'\0');
    path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    std::wstring line = L"another forever";
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

int run_forever(const Arguments&) {
    ::Sleep(INFINITE);
    return 0;
}

int finish_when_asked(const Arguments&) {
    const std::stop_source stop;
    service::stop_on_signals(stop);
    say(::GetEnvironmentVariableW(service::kStopEventVariable, nullptr, 0) == 0 ? "up"
                                                                                : "not hidden");
    while (!stop.stop_requested()) {
        ::Sleep(20);
    }
    say("finishing");
    return 0;
}

// How its handles of that number, if any, answer to being set.
int set_event(const Arguments& all) {
    ::SetEvent(reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(number_in(all))));
    return 0;
}

int describe_streams(const Arguments&) {
    char octet = 0;
    DWORD count = 1;
    const bool read =
        ::ReadFile(::GetStdHandle(STD_INPUT_HANDLE), &octet, 1, &count, nullptr) != FALSE;
    say(!read || count == 0 ? "no input" : "input");
    say(::GetFileType(::GetStdHandle(STD_OUTPUT_HANDLE)) == FILE_TYPE_PIPE ? "pipe" : "no pipe");
    say(::GetConsoleWindow() == nullptr ? "no window" : "window");
    return 0;
}

const std::map<std::string, std::function<int(const Arguments&)>> kDeeds{
    {"lines", [](const Arguments&) { return say("one"), say(""), say("three"), 5; }},
    {"arguments",
     [](const Arguments& all) {
         std::for_each(all.begin(), all.end(), say);
         return 0;
     }},
    {"count",
     [](const Arguments& all) {
         for (std::uint64_t i = 1; i <= number_in(all); ++i) {
             std::fputs((std::to_string(i) + "\n").c_str(), stdout);
         }
         return 0;
     }},
    {"long-line",
     [](const Arguments& all) {
         print_x(number_in(all));
         say("");
         say("after");
         return 0;
     }},
    {"endless-line",
     [](const Arguments&) {
         print_x(UINT64_MAX);
         return 0;
     }},
    {"half",
     [](const Arguments&) {
         say("whole");
         std::fputs("half", stdout);
         return 0;
     }},
    {"crash",
     [](const Arguments&) {
         say("before");
         ::RaiseException(EXCEPTION_ACCESS_VIOLATION, EXCEPTION_NONCONTINUABLE, 0, nullptr);
         return 0;
     }},
    {"finish-when-asked", finish_when_asked},
    {"stubborn",
     [](const Arguments& all) {
         say(std::to_string(start_another()));
         say("up");
         return run_forever(all);
     }},
    {"leave-another",
     [](const Arguments&) {
         say(std::to_string(start_another()));
         return 3;
     }},
    {"forever", run_forever},
    {"own-number",
     [](const Arguments& all) {
         say(std::to_string(::GetCurrentProcessId()));
         say("two");
         return run_forever(all);
     }},
    {"set-event", set_event},
    {"streams", describe_streams},
    {"variable",
     [](const Arguments& all) {
         const char* value = std::getenv(all.at(0).c_str());
         say(value == nullptr ? "none" : value);
         return 0;
     }},
};

}  // namespace

int main() {
    ::_setmode(::_fileno(stdout), _O_BINARY);
    int count = 0;
    const UniqueLocalMemory<wchar_t**> words(::CommandLineToArgvW(::GetCommandLineW(), &count));
    Arguments all;
    for (int i = 1; i < count; ++i) {
        all.push_back(narrow(words.get()[i]));
    }
    const auto deed = all.empty() ? kDeeds.end() : kDeeds.find(all.front());
    return deed == kDeeds.end() ? 64 : deed->second({all.begin() + 1, all.end()});
}
