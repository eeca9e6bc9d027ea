#include "service/event_store.h"

namespace ae::service {

Done append_events(const StateFolder& folder, const std::vector<StoredEvent>& events) {
    const auto append = [&](const std::string& lines) {
        return folder.append(kEventFile, kOlderEventFile, lines, kLargestEventFile);
    };
    std::string lines;
    for (const StoredEvent& event : events) {
        const std::string line = line_of(event);
        if (lines.size() + line.size() > kLargestEventFile) {
            if (Done appended = append(lines); !appended) {
                return appended;
            }
            lines.clear();
        }
        lines += line;
    }
    return lines.empty() ? done() : append(lines);
}

Result<std::vector<StoredEvent>> read_events(const StateFolder& folder, std::optional<Time> since) {
    return read_events([&](std::string_view name) { return folder.read(name); }, since);
}

}  // namespace ae::service
