#include "engine/base/hresult_table.h"
#include "engine/base/win32.h"
#include "service/selftest/host_side.h"
#include "service/system_log.h"

#include <array>
#include <thread>

#include <winevt.h>

namespace ae::service {
namespace {

struct EventTraits {
    using value_type = EVT_HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type handle) noexcept { ::EvtClose(handle); }
};
using UniqueEvent = UniqueHandle<EventTraits>;

constexpr const wchar_t* kChannel = L"Application";
// Whoever wrote it: the words are unique, and the newest come first.
constexpr const wchar_t* kLastMinute = L"*[System[TimeCreated[timediff(@SystemTime) <= 60000]]]";
// The log's service takes an event a moment after its writer was told that it did.
constexpr int kTries = 20;
constexpr std::chrono::milliseconds kPause{100};

std::wstring xml_of(const UniqueEvent& event) {
    DWORD size = 0;
    DWORD count = 0;
    ::EvtRender(nullptr, event.get(), EvtRenderEventXml, 0, nullptr, &size, &count);
    std::wstring text(size / sizeof(wchar_t), L'\0');
    const BOOL rendered =
        ::EvtRender(nullptr, event.get(), EvtRenderEventXml, size, text.data(), &size, &count);
    return rendered != FALSE ? text : std::wstring();
}

Result<bool> is_logged(const std::wstring& words) {
    const UniqueEvent query(
        ::EvtQuery(nullptr, kChannel, kLastMinute, EvtQueryChannelPath | EvtQueryReverseDirection));
    if (!query) {
        return fail(last_error("read the event log Application"));
    }
    UniqueEvent event;
    DWORD count = 0;
    while (::EvtNext(query.get(), 1, event.put(), INFINITE, 0, &count) != FALSE) {
        if (xml_of(event).find(words) != std::wstring::npos) {
            return true;
        }
    }
    return false;
}

Done find_in_log(const std::string& words) {
    for (int i = 0; i < kTries; ++i) {
        const auto logged = is_logged(wide(words));
        if (!logged) {
            return fail(logged.error());
        }
        if (*logged) {
            return done();
        }
        std::this_thread::sleep_for(kPause);
    }
    return fail(kFileNotFound, "an event was written to the event log and is not found there",
                "Look whether the log Application is full and keeps its old events");
}

Done write_and_find(engine::Scope scope, const std::string& words) {
    const auto log = make_system_log(scope);
    if (!log) {
        return fail(kNotSupported, "there is no event log");
    }
    Done written = log->write(Remark{.level = engine::EventLevel::information, .text = words});
    return written ? find_in_log(words) : pass(written, "write to the event log");
}

// Each is measured; a newer Wine that can do it passes.
std::vector<Gap> gaps_of_wine() {
    return {{"events.system-log", "Wine keeps no event log"},
            {"keys.base-v1-0", "Wine's base provider makes keys of 1024 bits at most"},
            {"keys.platform-crypto", "Wine has no TPM"},
            {"keys.software-key-storage", "Wine keeps no CNG key beyond its handle"},
            {"store.ec", "Wine makes no ECDSA key in a key storage provider"},
            {"member", "Wine is a member of no domain"}};
}

}  // namespace

HostSide host_side(engine::Scope scope) {
    return {
        .system_log = [scope](const std::string& words) { return write_and_find(scope, words); },
        .gaps = is_wine() ? gaps_of_wine() : std::vector<Gap>{}};
}

}  // namespace ae::service
