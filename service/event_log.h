// Where the events of a pulse go: remembered for the report, and written as one log line each.
// Any thread may record.
#pragma once

#include "engine/base/time.h"
#include "engine/ports.h"

#include <mutex>
#include <string_view>
#include <vector>

namespace ae::service {

enum class LogLevel { quiet, info, debug };

// Standard error, one sentence a line, UTC.  Called once, before anything logs.
void open_log(LogLevel level);
void log_warning(std::string_view sentence);
void log_debug(std::string_view sentence);

class EventLog final : public engine::EventSink {
  public:
    void record(const engine::Event& event) override;
    [[nodiscard]] std::vector<engine::Event> events() const;

  private:
    mutable std::mutex mutex_;
    std::vector<engine::Event> events_;
};

}  // namespace ae::service
