// What of a run reaches standard error: the test's own goes into a file meanwhile.
#include "engine/base/hresult_table.h"
#include "service/event_log.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace ae;
using namespace ae::service;
using engine::EventId;
using policy::LogLevel;

const auto kInformation = engine::make_event(EventId::ae_enrollment_called, {"machine"});
const auto kError =
    engine::make_event(EventId::ae_failed, {"machine", "0x8007054B", "no\x1b[2J\ndomain"});
const Remark kRemark{engine::EventLevel::warning, "template Web: not enrolled", "Web"};

class Captured {
  public:
    Captured() : saved_(::dup(STDERR_FILENO)) {
        std::string name = "/tmp/ae-console-XXXXXX";
        const int file = ::mkstemp(name.data());
        REQUIRE(file >= 0);
        REQUIRE(::dup2(file, STDERR_FILENO) == STDERR_FILENO);
        ::close(file);
        path_ = name;
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
    ~Captured() {
        ::dup2(saved_, STDERR_FILENO);
        ::close(saved_);
        ::unlink(path_.c_str());
        open_log(ConsoleLevel::quiet);
    }
    // The lines without their times.
    [[nodiscard]] std::vector<std::string> lines() const {
        std::ifstream file(path_);
        std::vector<std::string> all;
        for (std::string line; std::getline(file, line);) {
            const auto blank = line.find(' ');
            CHECK(time_from_string(line.substr(0, blank)));
            all.push_back(line.substr(blank + 1));
        }
        return all;
    }

  private:
    int saved_;
    std::string path_{};
};

using Lines = std::vector<std::string>;
const std::string kInformationLine =
    "info AutoEnrollment 4: Autoenrollment for the machine: enrollment is called.";
const std::string kErrorLine =
    "error AutoEnrollment 6: Autoenrollment for the machine failed: no\\x1b[2J\\x0adomain";
const std::string kRemarkLine = "warning template Web: not enrolled";

class DeafSystemLog final : public SystemLog {
  public:
    Done write(const engine::Event&) override { return fail(kWriteFault, "the journal is gone"); }
    Done write(const Remark&) override { return fail(kWriteFault, "the journal is gone"); }
};
class PatientSystemLog final : public SystemLog {
  public:
    Done write(const engine::Event&) override { return done(); }
    Done write(const Remark&) override { return done(); }
};

Lines said(ConsoleLevel console_level, EventOutputs outputs) {
    const Captured captured;
    open_log(console_level);
    {
        EventLog log(std::move(outputs));
        log.record(kInformation);
        log.record(kError);
        log.remark(kRemark);
    }
    return captured.lines();
}

EventOutputs in_background(LogLevel level, std::unique_ptr<SystemLog> system) {
    EventOutputs outputs;
    outputs.level = level;
    outputs.console = Console::background;
    outputs.system = std::move(system);
    return outputs;
}

}  // namespace

TEST_CASE("in the foreground standard error says everything, whatever LogLevel", "[console]") {
    for (const auto level : {LogLevel::none, LogLevel::all}) {
        EventOutputs outputs;
        outputs.level = level;
        CHECK(said(ConsoleLevel::info, std::move(outputs)) ==
              Lines{kInformationLine, kErrorLine, kRemarkLine});
    }
    CHECK(said(ConsoleLevel::info, {}) == Lines{kInformationLine, kErrorLine, kRemarkLine});
    CHECK(said(ConsoleLevel::quiet, {}).empty());  // --json
}

TEST_CASE("in the background standard error is silent where there is a system log", "[console]") {
    CHECK(
        said(ConsoleLevel::info, in_background(LogLevel::all, std::make_unique<PatientSystemLog>()))
            .empty());
}

TEST_CASE("in the background standard error stands in where there is none", "[console]") {
    CHECK(said(ConsoleLevel::debug, in_background(LogLevel::information, nullptr)) ==
          Lines{kInformationLine, kErrorLine, kRemarkLine});
    CHECK(said(ConsoleLevel::debug, in_background(LogLevel::warning, nullptr)) ==
          Lines{kErrorLine, kRemarkLine});
    CHECK(said(ConsoleLevel::debug, in_background(LogLevel::error, nullptr)) == Lines{kErrorLine});
    CHECK(said(ConsoleLevel::debug, in_background(LogLevel::none, nullptr)).empty());
}

TEST_CASE("what the system's log does not take is on standard error", "[console]") {
    const Lines lines =
        said(ConsoleLevel::info, in_background(LogLevel::error, std::make_unique<DeafSystemLog>()));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].starts_with("warning the journal is gone: "));
    CHECK(lines[1] == kErrorLine);
}

TEST_CASE("a store that does not take events is one warning", "[console]") {
    EventOutputs outputs = in_background(LogLevel::none, nullptr);
    outputs.store = [](const std::vector<StoredEvent>&) -> Done {
        return fail(kDiskFull, "cannot write events.jsonl (No space left on device)");
    };
    const Captured captured;
    open_log(ConsoleLevel::info);
    {
        EventLog log(std::move(outputs));
        for (std::size_t i = 0; i < 3 * kMostUnstored; ++i) {
            log.record(kInformation);
        }
    }
    const Lines lines = captured.lines();
    REQUIRE(lines.size() == 1);
    CHECK(
        lines[0].starts_with("warning events of this run are missing in the event store: cannot "
                             "write events.jsonl (No space left on device)"));
}
