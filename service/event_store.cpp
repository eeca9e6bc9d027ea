#include "service/event_store.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/escape.h"
#include "service/report_parts.h"
#include "stores/json_members.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ae::service {
namespace {

using engine::Event;
using engine::EventLevel;
using engine::EventSource;

constexpr std::string_view kOwnSource = "aeclient";
constexpr std::string_view kCut = "...";
constexpr unsigned kContinuation = 0x80;  // of a UTF-8 sequence: 10xxxxxx
constexpr unsigned kContinuationMask = 0xC0;

std::string_view source_of(const Event& event) {
    return event.number == 0 ? kOwnSource : engine::to_string(event.source);
}

// Names of the directory can be long without end; a line cannot.
std::string shortened(std::string_view text) {
    if (text.size() <= kLongestEventText) {
        return std::string(text);
    }
    std::size_t end = kLongestEventText - kCut.size();
    while (end > 0 &&
           (static_cast<unsigned char>(text[end]) & kContinuationMask) == kContinuation) {
        --end;
    }
    return std::string(text.substr(0, end)).append(kCut);
}

Json json_of(const StoredEvent& stored) {
    Json parameters = Json::array();
    for (const std::string& one : stored.event.parameters) {
        parameters.push_back(shortened(one));
    }
    return {{"time", to_string(stored.when)},
            {"source", source_of(stored.event)},
            {"id", stored.event.number},
            {"level", engine::to_string(stored.event.level)},
            {"text", shortened(stored.event.text)},
            {"parameters", std::move(parameters)},
            {"template", shortened(stored.event.template_name)},
            {"ca", shortened(stored.event.ca)}};
}

template <class T, std::size_t N>
std::optional<T> named(const std::array<T, N>& all, std::string_view name) {
    const auto at =
        std::ranges::find_if(all, [&](T one) { return engine::to_string(one) == name; });
    return at == all.end() ? std::nullopt : std::optional<T>(*at);
}
constexpr std::array kSources{EventSource::autoenrollment, EventSource::certificate_services_client,
                              EventSource::cert_enroll};
constexpr std::array kLevels{EventLevel::information, EventLevel::warning, EventLevel::error};

std::optional<std::vector<std::string>> texts_of(const Json& list) {
    if (!list.is_array()) {
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (const Json& one : list) {
        if (!one.is_string()) {
            return std::nullopt;
        }
        texts.push_back(one.get<std::string>());
    }
    return texts;
}

void read_lines(std::string_view text, std::optional<Time> since,
                std::vector<StoredEvent>& events) {
    for (const std::string_view line : split(text, '\n')) {
        auto event = event_from_line(line);
        if (event && (!since || event->when >= *since)) {
            events.push_back(std::move(*event));
        }
    }
}

std::optional<Seconds> period_from_text(std::string_view text) {
    struct Unit {
        char letter;
        Seconds length;
    };
    constexpr std::array units{Unit{'m', std::chrono::minutes(1)}, Unit{'h', std::chrono::hours(1)},
                               Unit{'d', std::chrono::days(1)}};
    std::uint32_t count = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
    if (parsed.ec != std::errc{} || parsed.ptr + 1 != text.data() + text.size()) {
        return std::nullopt;
    }
    const auto unit = std::ranges::find(units, *parsed.ptr, &Unit::letter);
    return unit == units.end() ? std::nullopt : std::optional(count * unit->length);
}

}  // namespace

std::string line_of(const StoredEvent& event) {
    return json_of(event).dump(-1, ' ', true, Json::error_handler_t::replace) + '\n';
}

std::optional<StoredEvent> event_from_line(std::string_view line) {
    const Json json = stores::parse_json(line);
    std::string problem;
    stores::Members members(json, stores::Missing::blamed, problem);
    StoredEvent stored;
    stored.when = members.time("time");
    const std::string source = members.text("source");
    const auto number = members.number("id");
    const auto level = named(kLevels, members.text("level"));
    stored.event.text = members.text("text");
    stored.event.template_name = members.text("template");
    stored.event.ca = members.text("ca");
    if (!problem.empty() || !number || !level || !json.contains("parameters")) {
        return std::nullopt;
    }
    auto parameters = texts_of(json["parameters"]);
    const auto known = named(kSources, source);
    const bool own = *number == 0 && source == kOwnSource;
    if (!parameters || !(own || (known && *number != 0))) {
        return std::nullopt;
    }
    stored.event.source = known.value_or(EventSource{});
    stored.event.number = *number;
    stored.event.level = *level;
    stored.event.parameters = std::move(*parameters);
    return stored;
}

Result<std::vector<StoredEvent>> read_events(const ReadStateFile& read, std::optional<Time> since) {
    auto newer = read(kEventFile);
    if (!newer) {
        return pass(newer);
    }
    auto older = read(kOlderEventFile);
    if (!older) {
        return pass(older);
    }
    // Read in this order nothing can fall between the two files.  What became the older one
    // meanwhile begins with what was read first.
    if (*newer && !(*newer)->empty() && *older && (*older)->starts_with(**newer)) {
        newer = read(kEventFile);
        if (!newer) {
            return pass(newer);
        }
    }
    std::vector<StoredEvent> events;
    read_lines(older->value_or(""), since, events);
    read_lines(newer->value_or(""), since, events);
    return events;
}

std::string events_as_text(const std::vector<StoredEvent>& events) {
    if (events.empty()) {
        return "no events\n";
    }
    std::vector<std::vector<std::string>> rows{{"TIME", "LEVEL", "SOURCE", "ID", "TEXT"}};
    for (const StoredEvent& stored : events) {
        const Event& event = stored.event;
        rows.push_back({to_string(stored.when), std::string(engine::to_string(event.level)),
                        std::string(source_of(event)),
                        event.number == 0 ? "-" : std::to_string(event.number),
                        printable(event.text)});
    }
    return table(rows);
}

std::string events_as_json(const std::vector<StoredEvent>& events) {
    return json_text(json_list(events, json_of));
}

std::string events_as_csv(const std::vector<StoredEvent>& events) {
    std::string text = "time,level,source,id,template,ca,text\r\n";
    for (const StoredEvent& stored : events) {
        const Event& event = stored.event;
        text += to_string(stored.when) + ',' + std::string(engine::to_string(event.level)) + ',' +
                std::string(source_of(event)) + ',' + std::to_string(event.number) + ',' +
                csv_field(event.template_name) + ',' + csv_field(event.ca) + ',' +
                csv_field(event.text) + "\r\n";
    }
    return text;
}

Result<Time> since_from_text(std::string_view text, Time now) {
    if (const auto time = time_from_string(text)) {
        return *time;
    }
    if (const auto day = time_from_string(std::string(text) + "T00:00:00Z")) {
        return *day;
    }
    if (const auto period = period_from_text(text)) {
        return now - *period;
    }
    return fail(kInvalidArgument, "\"" + printable(text) + "\" is neither a time nor a period",
                "Write 2026-11-21, 2026-11-21T12:00:00Z, or a period such as 90m, 8h or 7d.");
}

}  // namespace ae::service
