#include "service/eventlog_entry.h"

#include "engine/base/text.h"
#include "service/escape.h"

namespace ae::service {
namespace {

using engine::EventLevel;
using engine::EventSource;

// The facilities of events.mc.
constexpr std::uint32_t kAutoEnrollmentTable = 0x101;
constexpr std::uint32_t kAgentTable = 0x102;
constexpr std::uint32_t kCertEnrollTable = 0x103;
// [ReportEvent]: at most 31,839 characters each; nobody reads that many, and all strings of one
// entry together have a limit as well.
constexpr std::size_t kLongestString = 4000;

struct Source {
    const char* name;
    std::uint32_t table;
};

Source source_of(EventSource source) {
    switch (source) {
        case EventSource::autoenrollment:
            return {kAutoEnrollmentSource, kAutoEnrollmentTable};
        case EventSource::cert_enroll:
            return {kCertEnrollSource, kCertEnrollTable};
        case EventSource::certificate_services_client:
            break;
    }
    return {kAgentSource, kAgentTable};
}

// [MS-ERREF] 2.1 has the same layout: severity in the upper two bits.
std::uint32_t severity_of(EventLevel level) {
    switch (level) {
        case EventLevel::information:
            return 0x40000000;
        case EventLevel::warning:
            return 0x80000000;
        case EventLevel::error:
            break;
    }
    return 0xC0000000;
}

std::uint32_t message_of(EventLevel level, std::uint32_t table, std::uint32_t number) {
    return severity_of(level) | table << 16U | number;
}

std::string parameter_of(std::string_view text) {
    std::string safe = event_log_string(text);
    if (safe.size() > kLongestString) {
        safe.resize(kLongestString);
        while (!is_utf8(safe)) {
            safe.pop_back();
        }
    }
    return safe;
}

}  // namespace

EventlogEntry eventlog_entry(const engine::Event& event) {
    const Source source = source_of(event.source);
    EventlogEntry entry{.source = source.name,
                        .level = event.level,
                        .message = message_of(event.level, source.table, event.number)};
    for (const std::string& parameter : event.parameters) {
        entry.strings.push_back(parameter_of(parameter));
    }
    return entry;
}

EventlogEntry eventlog_entry(const Remark& remark) {
    return {.source = kAgentSource,
            .level = remark.level,
            .message = message_of(remark.level, kAgentTable, kRemarkNumber),
            .strings = {parameter_of(remark.text)}};
}

}  // namespace ae::service
