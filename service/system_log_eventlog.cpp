#include "engine/base/win32.h"
#include "service/eventlog_entry.h"
#include "service/system_log.h"
#include "stores/key_acl_win32.h"

#include <algorithm>
#include <vector>

#include <sddl.h>

namespace ae::service {
namespace {

struct EventSourceTraits {
    using value_type = HANDLE;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type source) noexcept { ::DeregisterEventSource(source); }
};
using UniqueEventSource = UniqueHandle<EventSourceTraits>;

WORD type_of(engine::EventLevel level) {
    switch (level) {
        case engine::EventLevel::information:
            return EVENTLOG_INFORMATION_TYPE;
        case engine::EventLevel::warning:
            return EVENTLOG_WARNING_TYPE;
        case engine::EventLevel::error:
            break;
    }
    return EVENTLOG_ERROR_TYPE;
}

// The largest n of "%n" in the text of a message of this program.
std::size_t insertions_of(std::uint32_t message) {
    UniqueLocalMemory<wchar_t*> text;
    const DWORD length =
        ::FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_HMODULE |
                             FORMAT_MESSAGE_IGNORE_INSERTS,
                         nullptr, message, 0, reinterpret_cast<wchar_t*>(text.put()), 0, nullptr);
    std::size_t largest = 0;
    for (DWORD i = 0; i + 1 < length; ++i) {
        const wchar_t next = text.get()[i + 1];
        if (text.get()[i] == L'%' && next >= L'1' && next <= L'9') {
            largest = std::max(largest, static_cast<std::size_t>(next - L'0'));
        }
    }
    return largest;
}

class WindowsEventLog final : public SystemLog {
  public:
    WindowsEventLog() {
        // Whose run it was; without it the column "User" is empty, and nothing else is lost.
        if (const auto sid = stores::current_user_sid()) {
            ::ConvertStringSidToSidW(wide(*sid).c_str(), user_.put());
        }
    }

    Done write(const engine::Event& event) override { return report(eventlog_entry(event)); }
    Done write(const Remark& remark) override { return report(eventlog_entry(remark)); }

  private:
    // Opened for each entry: there are few, and the log's service may be started again meanwhile.
    Done report(const EventlogEntry& entry) {
        const UniqueEventSource source(::RegisterEventSourceW(nullptr, wide(entry.source).c_str()));
        if (!source) {
            return fail(last_error("open the event log for " + entry.source));
        }
        std::vector<std::wstring> texts;
        for (const std::string& text : entry.strings) {
            texts.push_back(wide(text));
        }
        // A text that is missing would be shown as "%4".
        texts.resize(std::max(texts.size(), insertions_of(entry.message)));
        std::vector<const wchar_t*> strings;
        for (const std::wstring& text : texts) {
            strings.push_back(text.c_str());
        }
        if (::ReportEventW(source.get(), type_of(entry.level), 0, entry.message, user_.get(),
                           static_cast<WORD>(strings.size()), 0, strings.data(),
                           nullptr) == FALSE) {
            return fail(last_error("write to the event log"));
        }
        return done();
    }

    UniqueLocalMemory<PSID> user_{};
};

}  // namespace

bool standard_error_is_system_log() { return false; }

std::unique_ptr<SystemLog> make_system_log(engine::Scope /*both write to the same log*/) {
    return std::make_unique<WindowsEventLog>();
}

}  // namespace ae::service
