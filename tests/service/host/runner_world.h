// For tests of the runner: a program that plays the worker, a shell script of each test's own, and
// clients that wait for runs.
#pragma once

#include "engine/base/hresult_table.h"
#include "service/event_log.h"
#include "service/host/runner.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "host_support.h"
#include <catch2/catch.hpp>
#include <sys/stat.h>

namespace ae::service {

using engine::DueRun;
using engine::LastRun;
using engine::Outcome;
using engine::Scope;
using engine::Trigger;
using Counted = std::map<Outcome, std::uint64_t>;

// So far ahead that the alarm, which goes by the machine's own clock, never rings by itself.
inline const Time kNow = *time_from_string("2100-01-01T00:00:00Z");
inline constexpr Seconds kPeriod = engine::kTimerPeriod;
inline constexpr RunRequest kManual{.trigger = Trigger::manual};

inline std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Client final : public Listener {
  public:
    void tell(const std::string& line) override {
        CHECK(finished == 0);
        const bool ended = !line.empty() && line.back() == '\n';
        lines.push_back(ended ? line.substr(0, line.size() - 1) : line);
    }
    void finish() override { ++finished; }

    [[nodiscard]] bool heard(const std::string& line) const {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    }
    // What the last line refuses with; it has to be one.
    [[nodiscard]] Error refusal() const {
        const auto answer = answer_from_line(lines.empty() ? "" : lines.back());
        REQUIRE(answer);
        REQUIRE(*answer);
        REQUIRE(std::holds_alternative<Refused>(**answer));
        return std::get<Refused>(**answer).error;
    }

    std::vector<std::string> lines{};
    int finished = 0;
};

inline std::string result_line() {
    std::string line = line_of(ControlAnswer(RunResult{0, "nothing to do", "{}"}));
    line.pop_back();
    return line;
}

inline RunRecord record_of(const LastRun& last, const Counted& runs) {
    RunRecord record;
    record.last = last;
    record.account_sid = "S-1-5-21-1-2-3-1104";
    record.counters.runs = runs;
    return record;
}

inline LastRun ended(Time at, Outcome outcome = Outcome::done) {
    return {.trigger = Trigger::manual, .started = at - 5s, .ended = at, .outcome = outcome};
}

// A runner and what its workers do.  In a script:
//   record  leaves the run.json that the test prepared
//   result  prints a RunResult
//   await   waits until the test says go()
//   $run    is 1 in the first run, 2 in the second
struct World {
    explicit World(const std::string& script) {
        open_log(ConsoleLevel::quiet);
        std::filesystem::create_directories(folder / "state/machine");
        std::ofstream(folder / "result") << result_line() << '\n';
        std::ofstream(folder / "event")
            << line_of(ControlAnswer(EventLine{"information", "CertEnroll", 19, "result"}));
        if (::mkfifo((folder / "go").c_str(), 0600) != 0) {
            throw std::runtime_error("no fifo");
        }
        go_ = ::open((folder / "go").c_str(), O_RDWR | O_CLOEXEC);
        std::ofstream(program) << "#!/bin/sh\ncd '" << (folder / ".").string() << "'\n"
                               << "printf '%s|' \"$@\" >>calls; echo >>calls\n"
                                  "run=$(wc -l <calls)\n"
                                  "record() { cp prepared state/machine/.w && mv state/machine/.w "
                                  "state/machine/run.json; }\n"
                                  "result() { cat result; }\n"
                                  "await() { read -r word <go; }\n"
                               << script << '\n';
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() { ::close(go_); }

    // Begins as the host does, after a test has prepared the disk.
    Runner& open() {
        runner = std::make_unique<Runner>(loop,
                                          RunnerOptions{.scope = Scope::machine,
                                                        .state = state,
                                                        .worker_program = program,
                                                        .worker_arguments = {"pulse", "--worker"},
                                                        .clock = [this] { return now; }},
                                          [this] { changed(); });
        if (const Done opened = runner->open(); !opened) {
            throw std::runtime_error(opened.error().sentence());
        }
        return *runner;
    }
    std::shared_ptr<Client> ask(const RunRequest& request = kManual) {
        auto client = std::make_shared<Client>();
        const auto accepted = runner->ask(request, client);
        REQUIRE(accepted);
        merged = accepted->merged;
        return client;
    }
    void prepare(const RunRecord& record) { std::ofstream(folder / "prepared") << to_json(record); }
    // As another process does, or somebody's hand.
    void write(const std::string& text) { REQUIRE(state.write(kRunRecordFile, text)); }
    void write(const RunRecord& record) { write(to_json(record)); }
    void go() const { REQUIRE(::write(go_, "\n", 1) == 1); }
    [[nodiscard]] bool runs_until(const std::function<bool()>& came) {
        return run_until(loop, came);
    }
    [[nodiscard]] bool rests() {
        const bool rested = runs_until([this] { return !runner->running(); });
        run_ready(loop);
        return rested && !runner->running();
    }
    void stop() {
        runner->stop([this] { ++stops; });
    }

    [[nodiscard]] std::vector<std::string> calls() const {
        std::ifstream file(folder / "calls");
        std::vector<std::string> all;
        for (std::string line; std::getline(file, line);) {
            all.push_back(line);
        }
        return all;
    }
    [[nodiscard]] std::string disk() const { return text_of(folder / "state/machine/run.json"); }
    [[nodiscard]] RunRecord recorded() const {
        const auto record = run_record_from_json(disk());
        REQUIRE(record);
        return *record;
    }

    TempFolder folder{};
    std::string program = (folder / "worker").string();
    StateFolder state{(folder / "state").string(), Scope::machine};
    Loop loop{};
    Time now = kNow;
    bool merged = false;
    int stops = 0;
    std::function<void()> changed = [this] { static_cast<void>(runner->status()); };
    std::unique_ptr<Runner> runner{};

  private:
    int go_ = -1;
};

}  // namespace ae::service
