#include "service/hooks/hook_folder_win32.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/hooks/hook_folder.h"
#include "stores/file_access_win32.h"
#include "stores/files_win32.h"

#include <algorithm>
#include <array>
#include <optional>

#include <objbase.h>
#include <shlobj.h>

namespace ae::service {
namespace {

using engine::Scope;
using stores::ProtectedFolder;

struct FindTraits {
    using value_type = HANDLE;
    static value_type none() noexcept { return INVALID_HANDLE_VALUE; }
    static void close(value_type handle) noexcept { ::FindClose(handle); }
};
using UniqueFind = UniqueHandle<FindTraits>;

std::string folder_from(UINT(WINAPI* ask)(wchar_t*, UINT)) {
    std::array<wchar_t, MAX_PATH> path{};
    const UINT length = ask(path.data(), static_cast<UINT>(path.size()));
    return narrow({path.data(), std::min<std::size_t>(length, path.size() - 1)});
}
std::string windows_folder() { return folder_from(&::GetSystemWindowsDirectoryW); }
std::string system_folder() { return folder_from(&::GetSystemDirectoryW); }

std::string known_folder(const KNOWNFOLDERID& which) {
    wchar_t* path = nullptr;
    const HRESULT how = ::SHGetKnownFolderPath(which, KF_FLAG_DONT_VERIFY, nullptr, &path);
    std::string found = SUCCEEDED(how) ? narrow(path) : std::string();
    ::CoTaskMemFree(path);
    return found;
}

std::string from_environment(const wchar_t* name) {
    std::wstring value(32768, L'\0');  // [GetEnvironmentVariableW]: none is longer
    value.resize(::GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size())));
    return narrow(value);
}

std::string extension_of(const std::string& name) {
    const auto dot = name.rfind('.');
    return dot == std::string::npos ? std::string() : to_lower(name.substr(dot));
}

// What cmd.exe reads as itself: it takes its command line apart by rules of its own, and a sign
// like & or % in a path would be an order.
bool is_plain_for_cmd(std::string_view path) {
    return std::ranges::all_of(path, [](char letter) {
        const bool alphanumeric = (letter >= '0' && letter <= '9') ||
                                  (letter >= 'A' && letter <= 'Z') ||
                                  (letter >= 'a' && letter <= 'z');
        return alphanumeric || static_cast<unsigned char>(letter) >= 0x80 ||
               std::string_view(" ._-\\:~").find(letter) != std::string_view::npos;
    });
}

// Nothing: no program.
Result<std::optional<std::vector<std::string>>> command_for(const std::string& path) {
    const std::string kind = extension_of(path);
    if (kind == ".exe") {
        return std::vector{path};
    }
    if (kind == ".ps1") {
        return std::vector<std::string>{
            system_folder() + R"(\WindowsPowerShell\v1.0\powershell.exe)",
            "-NoProfile",
            "-NonInteractive",
            "-ExecutionPolicy",
            "Bypass",
            "-File",
            path};
    }
    if (kind != ".cmd" && kind != ".bat") {
        return std::nullopt;
    }
    if (!is_plain_for_cmd(path)) {
        return fail(kInvalidArgument, "cmd.exe cannot be given the path " + printable(path),
                    "Use letters, digits, blanks, dots, hyphens and underscores in the names of "
                    "command scripts, or write it as a .ps1 script");
    }
    return std::vector<std::string>{system_folder() + R"(\cmd.exe)", "/d", "/c", path};
}

Result<std::optional<HookProgram>> program_at(const ProtectedFolder& folder,
                                              const WIN32_FIND_DATAW& found) {
    const std::string name = narrow(found.cFileName);
    const std::string path = folder.path_of(name);
    auto command = command_for(path);
    if (command && !*command) {
        return std::nullopt;
    }
    if ((found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
        return fail(kAccessDenied, printable(path) + " is a link",
                    "Put the program itself there; links are not followed");
    }
    if ((found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        return std::nullopt;
    }
    if (Done checked = stores::check_only_we_write(path); !checked) {
        return pass(checked);
    }
    if (!command) {
        return pass(command);
    }
    return HookProgram{name, std::move(**command)};
}

void read_into(HookFolder& folder, const ProtectedFolder& from) {
    WIN32_FIND_DATAW found{};
    const UniqueFind search(::FindFirstFileW(wide(from.path_of("*")).c_str(), &found));
    for (bool more = static_cast<bool>(search); more;
         more = ::FindNextFileW(search.get(), &found) != FALSE) {
        auto program = program_at(from, found);
        if (!program) {
            folder.refused.push_back(std::move(program.error()));
        } else if (*program) {
            folder.programs.push_back(std::move(**program));
        }
    }
    if (const DWORD code = ::GetLastError(); code != ERROR_NO_MORE_FILES) {
        folder.refused.push_back(
            stores::file_error(stores::Access::read, code, "list", from.path()));
    }
    std::ranges::sort(folder.programs, {}, &HookProgram::name);
}

bool is_missing(const std::string& path) {
    return ::GetFileAttributesW(wide(path).c_str()) == INVALID_FILE_ATTRIBUTES &&
           (::GetLastError() == ERROR_FILE_NOT_FOUND || ::GetLastError() == ERROR_PATH_NOT_FOUND);
}

}  // namespace

std::string hook_folder(Scope /*scope*/, const std::string& state_dir) {
    return state_dir + "\\hooks.d";
}

Done make_hook_folder(const std::string& state_dir) {
    auto top = ProtectedFolder::open_or_create(state_dir, Scope::machine);
    if (!top) {
        return pass(top);
    }
    auto made =
        ProtectedFolder::open_or_create(hook_folder(Scope::machine, state_dir), Scope::machine);
    return made ? done() : Done(pass(made));
}

HookFolder read_hook_folder(Scope scope, const std::string& path) {
    HookFolder folder;
    if (is_missing(path)) {
        return folder;
    }
    // Both stay open, so that nobody exchanges them meanwhile.
    const auto above = ProtectedFolder::open(path.substr(0, path.find_last_of('\\')), scope);
    if (!above) {
        folder.refused.push_back(above.error());
        return folder;
    }
    const auto opened = ProtectedFolder::open(path, scope);
    if (!opened) {
        folder.refused.push_back(opened.error());
        return folder;
    }
    read_into(folder, *opened);
    return folder;
}

std::vector<std::pair<std::string, std::string>> hook_environment(Scope scope) {
    const std::string windows = windows_folder();
    const std::string system = system_folder();
    const std::string local = known_folder(FOLDERID_LocalAppData);
    const std::string temporary =
        scope == Scope::user && !local.empty() ? local + "\\Temp" : windows + "\\Temp";
    std::vector<std::pair<std::string, std::string>> all{
        {"SystemRoot", windows},
        {"windir", windows},
        {"SystemDrive", windows.substr(0, 2)},
        {"PATH",
         system + ';' + windows + ';' + system + "\\Wbem;" + system + R"(\WindowsPowerShell\v1.0)"},
        {"PATHEXT", ".COM;.EXE;.BAT;.CMD"},  // without it PowerShell finds no program by its name
        {"ComSpec", system + "\\cmd.exe"},
        {"ProgramFiles", known_folder(FOLDERID_ProgramFiles)},
        {"COMPUTERNAME", from_environment(L"COMPUTERNAME")},
        {"PROCESSOR_ARCHITECTURE", "AMD64"},
        {"TEMP", temporary},
        {"TMP", temporary},
        {"ProgramData", known_folder(FOLDERID_ProgramData)}};
    if (scope == Scope::user) {
        all.insert(all.end(), {{"USERPROFILE", known_folder(FOLDERID_Profile)},
                               {"APPDATA", known_folder(FOLDERID_RoamingAppData)},
                               {"LOCALAPPDATA", local},
                               {"USERNAME", from_environment(L"USERNAME")},
                               {"USERDOMAIN", from_environment(L"USERDOMAIN")}});
    }
    std::erase_if(all, [](const auto& one) { return one.second.empty(); });
    return all;
}

}  // namespace ae::service
