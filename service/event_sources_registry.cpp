#include "service/event_sources_registry.h"

#include "engine/base/text.h"
#include "engine/base/win32.h"
#include "service/eventlog_entry.h"

#include <array>

namespace ae::service {
namespace {

constexpr const wchar_t* kApplicationLog =
    L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\";
constexpr std::array kSources = {kAgentSource, kAutoEnrollmentSource, kCertEnrollSource};
constexpr DWORD kTypes = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
constexpr std::string_view kProgram = "aeclient.exe";

std::wstring key_of(const char* source) { return kApplicationLog + wide(source); }

tl::unexpected<Error> failure(LSTATUS code, const std::string& doing) {
    return fail(win32_error(static_cast<DWORD>(code), doing));
}

Done register_source(const char* source, const std::wstring& program) {
    const std::string doing = std::string("register the event source ") + source;
    UniqueRegistryKey key;
    LSTATUS code = ::RegCreateKeyExW(HKEY_LOCAL_MACHINE, key_of(source).c_str(), 0, nullptr, 0,
                                     KEY_SET_VALUE, nullptr, key.put(), nullptr);
    if (code == ERROR_SUCCESS) {
        const auto size = static_cast<DWORD>((program.size() + 1) * sizeof(wchar_t));
        code = ::RegSetValueExW(key.get(), L"EventMessageFile", 0, REG_EXPAND_SZ,
                                reinterpret_cast<const BYTE*>(program.c_str()), size);
    }
    if (code == ERROR_SUCCESS) {
        code = ::RegSetValueExW(key.get(), L"TypesSupported", 0, REG_DWORD,
                                reinterpret_cast<const BYTE*>(&kTypes), sizeof(kTypes));
    }
    return code == ERROR_SUCCESS ? done() : failure(code, doing);
}

// Empty: there is none.
std::string message_file_of(const char* source) {
    std::array<wchar_t, 1024> path{};
    auto size = static_cast<DWORD>(path.size() * sizeof(wchar_t));
    const LSTATUS code = ::RegGetValueW(
        HKEY_LOCAL_MACHINE, key_of(source).c_str(), L"EventMessageFile",
        RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, nullptr, path.data(), &size);
    return code == ERROR_SUCCESS ? narrow(path.data()) : std::string();
}

bool is_ours(const std::string& message_file) {
    const auto name = message_file.substr(message_file.find_last_of("\\/") + 1);
    return equal_ignoring_case(name, kProgram);
}

Done unregister_source(const char* source) {
    if (!is_ours(message_file_of(source))) {
        return done();
    }
    const LSTATUS code = ::RegDeleteKeyW(HKEY_LOCAL_MACHINE, key_of(source).c_str());
    if (code != ERROR_SUCCESS && code != ERROR_FILE_NOT_FOUND) {
        return failure(code, std::string("remove the event source ") + source);
    }
    return done();
}

}  // namespace

Done register_event_sources(const std::string& program) {
    for (const char* const source : kSources) {
        if (Done registered = register_source(source, wide(program)); !registered) {
            return registered;
        }
    }
    return done();
}

Done unregister_event_sources() {
    for (const char* const source : kSources) {
        if (Done removed = unregister_source(source); !removed) {
            return removed;
        }
    }
    return done();
}

}  // namespace ae::service
