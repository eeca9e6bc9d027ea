// The event log of the host, and the texts that are linked into the program.
#include "engine/base/win32.h"
#include "service/event_sources_registry.h"
#include "service/eventlog_entry.h"
#include "tests/service/message_table.h"
#include "tests/support/skip.h"

#include <array>
#include <optional>

#include <catch2/catch.hpp>

namespace ae::test {

using engine::EventId;
using engine::EventLevel;
using service::Remark;

namespace {

// What a reader of the log makes of an entry with the texts of this program.
std::string shown(const service::EventlogEntry& entry) {
    std::array<std::wstring, 9> texts{};
    std::array<DWORD_PTR, 9> arguments{};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        texts.at(i) = i < entry.strings.size() ? wide(entry.strings[i]) : L"";
        arguments.at(i) = reinterpret_cast<DWORD_PTR>(texts.at(i).c_str());
    }
    UniqueLocalMemory<wchar_t*> text;
    const DWORD length =
        ::FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_HMODULE |
                             FORMAT_MESSAGE_ARGUMENT_ARRAY,
                         nullptr, entry.message, 0, reinterpret_cast<wchar_t*>(text.put()), 0,
                         reinterpret_cast<va_list*>(arguments.data()));
    std::string all = narrow({text.get(), length});
    return all.ends_with("\r\n") ? all.substr(0, all.size() - 2) : all;
}

// HKEY_LOCAL_MACHINE of this process is a key of the test's own meanwhile.
class MachineKey {
  public:
    MachineKey() {
        path_ = L"Software\\aeclient-test-" + std::to_wstring(::GetCurrentProcessId());
        REQUIRE(::RegCreateKeyExW(HKEY_CURRENT_USER, path_.c_str(), 0, nullptr, 0, KEY_ALL_ACCESS,
                                  nullptr, key_.put(), nullptr) == ERROR_SUCCESS);
        REQUIRE(::RegOverridePredefKey(HKEY_LOCAL_MACHINE, key_.get()) == ERROR_SUCCESS);
    }
    MachineKey(const MachineKey&) = delete;
    MachineKey& operator=(const MachineKey&) = delete;
    ~MachineKey() {
        ::RegOverridePredefKey(HKEY_LOCAL_MACHINE, nullptr);
        key_.reset();
        ::RegDeleteTreeW(HKEY_CURRENT_USER, path_.c_str());
    }

  private:
    std::wstring path_;
    UniqueRegistryKey key_;
};

std::wstring key_of(const char* source) {
    return L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" + wide(source);
}

std::string text_value(const char* source, const wchar_t* name) {
    std::array<wchar_t, 300> text{};
    auto size = static_cast<DWORD>(sizeof(text));
    const LSTATUS code =
        ::RegGetValueW(HKEY_LOCAL_MACHINE, key_of(source).c_str(), name,
                       RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, nullptr, text.data(), &size);
    return code == ERROR_SUCCESS ? narrow(text.data()) : "missing";
}

constexpr const char* kSources[] = {"AeClient", "AeClient-AutoEnrollment", "AeClient-CertEnroll"};

struct EventLogTraits {
    using value_type = HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type log) noexcept { ::CloseEventLog(log); }
};

// Whether the newest entries of the log have this as their first string.  Nothing: it cannot be
// read.
std::optional<bool> is_in_log(const std::wstring& words) {
    const UniqueHandle<EventLogTraits> log(::OpenEventLogW(nullptr, L"Application"));
    std::vector<std::uint8_t> records(64 * 1024);
    DWORD size = 0;
    DWORD needed = 0;
    if (!log || ::ReadEventLogW(log.get(), EVENTLOG_SEQUENTIAL_READ | EVENTLOG_BACKWARDS_READ, 0,
                                records.data(), static_cast<DWORD>(records.size()), &size,
                                &needed) == FALSE) {
        return std::nullopt;
    }
    const std::wstring_view all(reinterpret_cast<const wchar_t*>(records.data()),
                                size / sizeof(wchar_t));
    return all.find(words) != std::wstring_view::npos;
}

}  // namespace

TEST_CASE("the program holds the text of every event", "[eventlog]") {
    for (const DeclaredEvent& declared : declared_events()) {
        INFO(declared.name);
        const auto event = engine::make_event(declared.id, marks(declared.parameters));
        CHECK(shown(service::eventlog_entry(event)) == event.text);
    }
    for (const EventLevel level :
         {EventLevel::information, EventLevel::warning, EventLevel::error}) {
        CHECK(shown(service::eventlog_entry(Remark{level, "100 % done", {}})) == "100 % done");
    }
}

TEST_CASE("the event log takes events and remarks, and gives them back", "[eventlog]") {
    const auto log = service::make_system_log(engine::Scope::machine);
    REQUIRE(log);
    CHECK_FALSE(service::standard_error_is_system_log());
    CHECK(log->write(engine::make_event(EventId::ce_enrolled, {"machine"})));
    const std::string words = "aeclient test " + std::to_string(::GetCurrentProcessId()) + "-" +
                              std::to_string(::GetTickCount64());
    REQUIRE(log->write(Remark{EventLevel::information, words, {}}));
    const auto found = is_in_log(wide(words));
    if (!found) {
        AE_SKIP("W-EVENTLOG", "Wine keeps no event log");
        return;
    }
    CHECK(*found);
}

TEST_CASE("the three sources are registered with the program that holds their texts",
          "[eventlog]") {
    const MachineKey machine;
    for (const char* const program :
         {"C:\\Program Files\\aeclient\\aeclient.exe", "D:\\new\\aeclient.exe"}) {
        REQUIRE(service::register_event_sources(program));
        for (const char* const source : kSources) {
            CHECK(text_value(source, L"EventMessageFile") == program);
            DWORD types = 0;
            DWORD size = sizeof(types);
            CHECK(::RegGetValueW(HKEY_LOCAL_MACHINE, key_of(source).c_str(), L"TypesSupported",
                                 RRF_RT_REG_DWORD, nullptr, &types, &size) == ERROR_SUCCESS);
            CHECK(types == 7);
        }
    }
    REQUIRE(service::unregister_event_sources());
    for (const char* const source : kSources) {
        CHECK(text_value(source, L"EventMessageFile") == "missing");
    }
    CHECK(service::unregister_event_sources());
}

TEST_CASE("a source that another program has made stays", "[eventlog]") {
    const MachineKey machine;
    REQUIRE(service::register_event_sources("C:\\aeclient.exe"));
    constexpr std::wstring_view kOther = L"C:\\other.dll";
    REQUIRE(::RegSetKeyValueW(HKEY_LOCAL_MACHINE, key_of("AeClient").c_str(), L"EventMessageFile",
                              REG_EXPAND_SZ, kOther.data(),
                              static_cast<DWORD>((kOther.size() + 1) * sizeof(wchar_t))) ==
            ERROR_SUCCESS);
    REQUIRE(service::unregister_event_sources());
    CHECK(text_value("AeClient", L"EventMessageFile") == "C:\\other.dll");
    CHECK(text_value("AeClient-CertEnroll", L"EventMessageFile") == "missing");
}

}  // namespace ae::test
