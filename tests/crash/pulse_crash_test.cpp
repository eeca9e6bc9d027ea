// The crash matrix of whole pulses: each is killed at each of its changes to the disk, the machine
// starts again, and one more pulse leaves what an undisturbed one leaves.
#include "tests/crash/crash_points.h"
#include "tests/crash/pulse_matrix.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>

#include <catch2/catch.hpp>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

// What a child that may be killed tells its parent.
struct Trace {
    bool finished = false;
    int steps = 0;
    std::array<int, kCalls.size()> times{};
};

class SharedTrace {
  public:
    SharedTrace()
        : memory_(::mmap(nullptr, sizeof(Trace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                         -1, 0)) {
        REQUIRE(memory_ != MAP_FAILED);
        *get() = Trace{};
    }
    SharedTrace(const SharedTrace&) = delete;
    SharedTrace& operator=(const SharedTrace&) = delete;
    ~SharedTrace() { ::munmap(memory_, sizeof(Trace)); }
    [[nodiscard]] Trace* get() const { return static_cast<Trace*>(memory_); }

  private:
    void* memory_;
};

// The child dies of the strike in any case: a power cut also comes right after the pulse.
Trace run_killed(const Scene& scene, const Strike& strike) {
    const SharedTrace trace;
    const pid_t child = ::fork();
    if (child == 0) {
        arm(strike, scene.disk());
        pulse(scene);
        trace.get()->steps = steps_seen();
        std::ranges::transform(kCalls, trace.get()->times.begin(), times_seen);
        trace.get()->finished = true;
        strike_now();
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(was_struck(status));
    return *trace.get();
}

struct Count {
    int points = 0;
    std::array<int, kCalls.size()> times{};
};

void kill_everywhere(const Story& story, Fault fault, Count& count) {
    const TemporaryFolder folder;
    const Stage stage = prepare(story, folder.path());
    for (int step = 1;; ++step) {
        Scene scene = stage.base.copied_to(folder.path() / "killed");
        const Trace trace = run_killed(scene, {fault, step});
        INFO(story.name << ", killed at step " << step);
        check_recovered(story, scene, stage);
        fs::remove_all(scene.folder);
        if (trace.finished) {
            count.points += trace.steps;
            std::ranges::transform(count.times, trace.times, count.times.begin(), std::plus<>());
            CHECK(trace.steps == step - 1);
            return;
        }
    }
}

Count kill_everywhere(Fault fault) {
    Count count;
    for (const Story& story : stories()) {
        kill_everywhere(story, fault, count);
    }
    return count;
}

}  // namespace

TEST_CASE("a pulse that is killed at any change to the disk is made good by the next one",
          "[crash][W6][W7][X4]") {
    const Count count = kill_everywhere(Fault::kill);
    std::cout << count.points << " kill points:";
    for (std::size_t i = 0; i < kCalls.size(); ++i) {
        std::cout << ' ' << kCalls[i] << ' ' << count.times[i];
    }
    std::cout << '\n';
    CHECK(count.points >= 200);
}

TEST_CASE("a power cut at any change to the disk, with all that was not fsynced gone, is made good",
          "[crash][W6][W7][X4]") {
    CHECK(kill_everywhere(Fault::power_cut).points >= 200);
}

TEST_CASE("a power cut that keeps names and loses data is made good", "[crash][W6][W7][X4]") {
    CHECK(kill_everywhere(Fault::names_kept).points >= 200);
}

}  // namespace ae::test
