#include "service/event_log.h"

#include "engine/base/text.h"
#include "service/clock.h"

#include <utility>

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

spdlog::level::level_enum spdlog_level(ConsoleLevel level) {
    switch (level) {
        case ConsoleLevel::quiet:
            return spdlog::level::off;
        case ConsoleLevel::error:
            return spdlog::level::err;
        case ConsoleLevel::warning:
            return spdlog::level::warn;
        case ConsoleLevel::info:
            return spdlog::level::info;
        case ConsoleLevel::debug:
            break;
    }
    return spdlog::level::debug;
}

void print(const engine::Event& event) {
    spdlog::log(spdlog_level(event.level), "{} {}: {}", engine::to_string(event.source),
                event.number, printable(event.text));
}
void print(const Remark& remark) {
    spdlog::log(spdlog_level(remark.level), "{}", printable(remark.text));
}

std::unique_ptr<SystemLog>& background_log() {
    static std::unique_ptr<SystemLog> log;
    return log;
}

}  // namespace

ConsoleLevel console_level_of(policy::LogLevel level) {
    switch (level) {
        case policy::LogLevel::none:
        case policy::LogLevel::critical:
            return ConsoleLevel::quiet;
        case policy::LogLevel::error:
            return ConsoleLevel::error;
        case policy::LogLevel::warning:
            return ConsoleLevel::warning;
        case policy::LogLevel::information:
            return ConsoleLevel::info;
        case policy::LogLevel::all:
            break;
    }
    return ConsoleLevel::debug;
}

void open_log(ConsoleLevel level) {
    // Made once: when the level changes later, other threads may be logging.
    static const auto logger = [] {
        auto made = std::make_shared<spdlog::logger>(
            "aeclient", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%Y-%m-%dT%H:%M:%SZ %l %v", spdlog::pattern_time_type::utc);
        spdlog::set_default_logger(made);
        return made;
    }();
    logger->set_level(spdlog_level(level));
}

void also_warn_in(std::unique_ptr<SystemLog> log) { background_log() = std::move(log); }

void log_warning(std::string_view sentence) {
    spdlog::warn("{}", printable(sentence));
    if (SystemLog* log = background_log().get()) {
        // There is nowhere else to say that it failed.
        static_cast<void>(log->write(
            Remark{.level = engine::EventLevel::warning, .text = std::string(sentence)}));
    }
}
void log_info(std::string_view sentence) { spdlog::info("{}", printable(sentence)); }
void log_debug(std::string_view sentence) { spdlog::debug("{}", printable(sentence)); }

bool passes(policy::LogLevel setting, engine::EventLevel level) {
    switch (level) {
        case engine::EventLevel::error:
            return setting >= policy::LogLevel::error;
        case engine::EventLevel::warning:
            return setting >= policy::LogLevel::warning;
        case engine::EventLevel::information:
            break;
    }
    return setting >= policy::LogLevel::information;
}

EventLog::EventLog(EventOutputs outputs) : outputs_(std::move(outputs)) {
    if (!outputs_.clock) {
        outputs_.clock = wall_clock;
    }
}

EventLog::~EventLog() { flush(); }

void EventLog::annotate(std::string words) {
    const std::scoped_lock lock(mutex_);
    annotation_ = std::move(words);
}

void EventLog::record(const engine::Event& plain) {
    const std::scoped_lock lock(mutex_);
    engine::Event event = plain;
    if (!annotation_.empty()) {
        event.text += ' ' + annotation_;
        // Windows' event log makes its texts out of the parameters.
        if (!event.parameters.empty()) {
            event.parameters.back() += ' ' + annotation_;
        }
    }
    say(event);
    keep(event);
    if (outputs_.on_event) {
        outputs_.on_event(event);
    }
    events_.push_back(std::move(event));
}

void EventLog::step(const engine::Step& step) {
    const std::scoped_lock lock(mutex_);
    if (outputs_.on_step) {
        outputs_.on_step(step);
    }
}

void EventLog::remark(const Remark& plain) {
    const std::scoped_lock lock(mutex_);
    Remark remark = plain;
    if (!annotation_.empty()) {
        remark.text += ' ' + annotation_;
    }
    say(remark);
    keep({.level = remark.level, .text = remark.text, .template_name = remark.template_name});
}

void EventLog::flush() {
    const std::scoped_lock lock(mutex_);
    store_kept();
}

std::vector<engine::Event> EventLog::events() const {
    const std::scoped_lock lock(mutex_);
    return events_;
}

template <class Said>
void EventLog::say(const Said& said) {
    const bool wanted = passes(outputs_.level, said.level);
    bool told = false;
    if (wanted && outputs_.system) {
        const Done written = outputs_.system->write(said);
        told = written.has_value();
        if (!told) {
            log_warning(written.error().sentence());
        }
    }
    if (outputs_.console == Console::watched || (wanted && !told)) {
        print(said);
    }
}

void EventLog::keep(engine::Event event) {
    if (!outputs_.store) {
        return;
    }
    unstored_.push_back({outputs_.clock(), std::move(event)});
    if (unstored_.size() >= kMostUnstored) {
        store_kept();
    }
}

void EventLog::store_kept() {
    if (unstored_.empty()) {
        return;
    }
    const Done stored = outputs_.store(unstored_);
    // A disk that stays full would make this list grow, so what it did not take is gone.
    unstored_.clear();
    if (!stored && !std::exchange(store_failed_, true)) {
        log_warning("events of this run are missing in the event store: " +
                    stored.error().sentence());
    }
}

}  // namespace ae::service
