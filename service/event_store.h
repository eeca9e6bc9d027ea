// The events of one context as `aeclient events` shows them, on every platform, at every LogLevel:
// one JSON object a line in events.jsonl, at most kLargestEventFile octets and as much again in
// events.1.jsonl, which is the older half.
// Foreign text is escaped where it is printed: nothing here reaches a terminal or a spreadsheet
// raw. Pure but for the two functions that take a folder.  Any thread.
#pragma once

#include "engine/base/time.h"
#include "engine/events.h"
#include "service/state_folder.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// An event with number 0 is no event of Windows': a sentence of the agent's own (system_log.h
// Remark).  Its source is written "aeclient".
struct StoredEvent {
    Time when{};
    engine::Event event{};
};

inline constexpr std::string_view kEventFile = "events.jsonl";
inline constexpr std::string_view kOlderEventFile = "events.1.jsonl";
inline constexpr std::size_t kLargestEventFile = std::size_t{1024} * 1024;
inline constexpr std::size_t kLongestEventText = 4096;  // octets of each text; the rest is cut off

// {"time", "source", "id", "level", "text", "parameters", "template", "ca"} and a line feed.
std::string line_of(const StoredEvent& event);
std::optional<StoredEvent> event_from_line(std::string_view line);  // nothing: not one of ours

Done append_events(const StateFolder& folder, const std::vector<StoredEvent>& events);
// Oldest first; lines that are no events (a disk that filled up) are left out.
Result<std::vector<StoredEvent>> read_events(const StateFolder& folder, std::optional<Time> since);
// The same from wherever the two files are; others may write to them meanwhile.
using ReadStateFile = std::function<Result<std::optional<std::string>>(std::string_view name)>;
Result<std::vector<StoredEvent>> read_events(const ReadStateFile& read, std::optional<Time> since);

std::string events_as_text(const std::vector<StoredEvent>& events);
std::string events_as_json(const std::vector<StoredEvent>& events);  // an array, ASCII only
std::string events_as_csv(const std::vector<StoredEvent>& events);   // RFC 4180, formulas defused

// "2026-11-21T12:00:00Z", "2026-11-21", or a period before `now`: "90m", "8h", "7d".
// Error: kInvalidArgument.
Result<Time> since_from_text(std::string_view text, Time now);

}  // namespace ae::service
