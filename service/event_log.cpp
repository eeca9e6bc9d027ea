#include "service/event_log.h"

#include "engine/base/text.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace ae::service {
namespace {

spdlog::level::level_enum spdlog_level(engine::EventLevel level) {
    switch (level) {
        case engine::EventLevel::error:
            return spdlog::level::err;
        case engine::EventLevel::warning:
            return spdlog::level::warn;
        case engine::EventLevel::information:
            break;
    }
    return spdlog::level::info;
}

}  // namespace

void open_log(LogLevel level) {
    auto logger = std::make_shared<spdlog::logger>(
        "aeclient", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%SZ %l %v", spdlog::pattern_time_type::utc);
    logger->set_level(level == LogLevel::debug  ? spdlog::level::debug
                      : level == LogLevel::info ? spdlog::level::info
                                                : spdlog::level::off);
    spdlog::set_default_logger(std::move(logger));
}

void log_warning(std::string_view sentence) { spdlog::warn("{}", printable(sentence)); }
void log_debug(std::string_view sentence) { spdlog::debug("{}", printable(sentence)); }

void EventLog::record(const engine::Event& event) {
    spdlog::log(spdlog_level(event.level), "{} {}: {}", engine::to_string(event.source),
                event.number, printable(event.text));
    const std::scoped_lock lock(mutex_);
    events_.push_back(event);
}

std::vector<engine::Event> EventLog::events() const {
    const std::scoped_lock lock(mutex_);
    return events_;
}

}  // namespace ae::service
