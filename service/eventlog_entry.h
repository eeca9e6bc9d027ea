// What the Windows event log gets of an event or a remark.  Portable, pure, any thread.
//
// The texts stand in packaging/windows/events.mc, by numbers that are made here: severity, the
// table of the source, and in the lower 16 bits the event's number as administrators know it.
#pragma once

#include "engine/events.h"
#include "service/system_log.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ae::service {

struct EventlogEntry {
    std::string source{};  // as registered: "AeClient-AutoEnrollment"
    engine::EventLevel level{};
    std::uint32_t message = 0;
    std::vector<std::string> strings{};  // %1, %2, ...: printable, and short enough for the log
};

inline constexpr const char* kAgentSource = "AeClient";
inline constexpr const char* kAutoEnrollmentSource = "AeClient-AutoEnrollment";
inline constexpr const char* kCertEnrollSource = "AeClient-CertEnroll";
inline constexpr std::uint32_t kRemarkNumber = 100;

EventlogEntry eventlog_entry(const engine::Event& event);
EventlogEntry eventlog_entry(const Remark& remark);

}  // namespace ae::service
