// Where the events of a run go: remembered for the report, kept in the event store at every level,
// and told to the system's log, to standard error and to whoever listens.  One object for each run.
// The one place that knows spdlog.  Any thread may record; listeners are called one at a time, in
// the order of the events, and must not call back.
#pragma once

#include "engine/base/time.h"
#include "engine/ports.h"
#include "policy/agent_settings.h"
#include "service/event_store.h"
#include "service/system_log.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace ae::service {

// What standard error shows.  Not policy::LogLevel, which an administrator sets and which steers
// the system's log.
enum class ConsoleLevel { quiet, error, warning, info, debug };
// Of a program that runs in the background, where standard error stands in for the system's log.
ConsoleLevel console_level_of(policy::LogLevel level);

// Standard error, one sentence a line, UTC.  Called once, before anything logs.
void open_log(ConsoleLevel level);
// A service has no standard error on Windows: its warnings go there too.  Called once, before other
// threads log.
void also_warn_in(std::unique_ptr<SystemLog> log);
void log_warning(std::string_view sentence);
void log_info(std::string_view sentence);
void log_debug(std::string_view sentence);

// Whether the system's log gets events of this level.
bool passes(policy::LogLevel setting, engine::EventLevel level);

enum class Console {
    watched,     // a person or a script reads standard error: all that open_log() lets through
    background,  // standard error is used only where there is no system log, and follows LogLevel;
                 // also right where standard error is the system's log
};

struct EventOutputs {
    policy::LogLevel level = policy::LogLevel::warning;
    Console console = Console::watched;
    std::unique_ptr<SystemLog> system{};  // nullptr: there is none
    std::function<Done(const std::vector<StoredEvent>&)> store{};
    std::function<Time()> clock{};  // of the stored events; missing: the system's
    std::function<void(const engine::Event&)> on_event{};
    std::function<void(const engine::Step&)> on_step{};
};

class EventLog final : public engine::EventSink {
  public:
    EventLog() : EventLog(EventOutputs{}) {}
    explicit EventLog(EventOutputs outputs);
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;
    EventLog(EventLog&&) = delete;
    EventLog& operator=(EventLog&&) = delete;
    ~EventLog() override;  // flushes

    void record(const engine::Event& event) override;
    void step(const engine::Step& step) override;
    void remark(const Remark& remark);  // no event: not in events(), not for `on_event`
    // From here on every event ends with these words; none: nothing changes.
    void annotate(std::string words);
    // Stores what was recorded since the last time, in one write.  Happens by itself at the end and
    // when kMostUnstored wait, so that a run that does little writes once.  A store that does not
    // take it is one warning, and never a run that fails.
    void flush();
    [[nodiscard]] std::vector<engine::Event> events() const;

  private:
    template <class Said>
    void say(const Said& said);
    void keep(engine::Event event);
    void store_kept();  // mutex_ is held, here and above

    mutable std::mutex mutex_;
    EventOutputs outputs_;
    std::string annotation_{};
    bool store_failed_ = false;
    std::vector<engine::Event> events_{};
    std::vector<StoredEvent> unstored_{};
};

inline constexpr std::size_t kMostUnstored = 64;

}  // namespace ae::service
