// Several agents over one store: whoever comes second gets kBusy and changes nothing; whoever dies
// leaves a lock that nobody holds.
#include "tests/crash/crash_points.h"
#include "tests/crash/pulse_scene.h"
#include "tests/support/builders.h"

#include <algorithm>
#include <atomic>
#include <new>

#include <catch2/catch.hpp>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ae::test {
namespace {

namespace fs = std::filesystem;

using Lines = std::vector<std::string>;

constexpr int kPulses = 50;  // of each agent
constexpr int kWentWrong = 2;

// Shared by the agents.  All versions are used within the clocks' 10 minutes (rule Q10).
struct Board {
    std::atomic<std::uint32_t> version{100};  // of the template: each pulse finds it raised
    std::atomic<int> busy{0};
    std::atomic<int> waiting{0};
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

class SharedBoard {
  public:
    SharedBoard()
        : memory_(::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                         -1, 0)) {
        REQUIRE(memory_ != MAP_FAILED);
        board_ = new (memory_) Board;
    }
    SharedBoard(const SharedBoard&) = delete;
    SharedBoard& operator=(const SharedBoard&) = delete;
    ~SharedBoard() { ::munmap(memory_, sizeof(Board)); }
    Board* operator->() const { return board_; }

  private:
    void* memory_;
    Board* board_ = nullptr;
};

Scene empty_machine(const fs::path& folder) {
    Scene scene;
    scene.folder = folder;
    scene.forest.now = kNow;
    scene.forest.templates = {small_template("CorpMachine")};
    fs::create_directories(scene.disk());
    fs::create_directories(scene.ca());
    return scene;
}

bool is_busy(const Ran& ran) {
    return ran.troubles.size() == 1 &&
           ran.troubles.front().find("another aeclient is working") != std::string::npos;
}

// One pulse that gets the lock, for a template that was raised since the latest one (rule Q6).
Ran pulse_in_turn(Scene scene, const SharedBoard& board) {
    const std::uint32_t version = ++board->version;
    scene.forest.templates.front().major_version = version;
    scene.forest.now += std::chrono::seconds(version);  // the newer certificate is the newer one
    for (;;) {
        Ran ran = pulse(scene);
        if (!is_busy(ran)) {
            return ran;
        }
        ++board->busy;
        ::sched_yield();
    }
}

pid_t start_agent(const Scene& scene, const SharedBoard& board) {
    const pid_t child = ::fork();
    if (child == 0) {
        for (++board->waiting; board->waiting < 2;) {
            ::sched_yield();
        }
        for (int i = 0; i < kPulses; ++i) {
            if (!pulse_in_turn(scene, board).troubles.empty()) {
                ::_exit(kWentWrong);
            }
        }
        ::_exit(0);
    }
    return child;
}

int status_of(pid_t child) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

std::ptrdiff_t shown(const Scene& scene) {
    const Lines lines = picture(scene);
    return std::ranges::count_if(lines, [](const std::string& line) {
        return line.starts_with("my ") && line.find(" archived ") == std::string::npos;
    });
}

}  // namespace

TEST_CASE("two agents that pulse 50 times each over one store lose and double nothing",
          "[crash][lock]") {
    const TemporaryFolder folder;
    const Scene scene = empty_machine(folder.path());
    hierarchy();  // both believe in the same authority
    const SharedBoard board;
    const pid_t first = start_agent(scene, board);
    const pid_t second = start_agent(scene, board);
    CHECK(status_of(first) == 0);
    CHECK(status_of(second) == 0);
    CHECK(damages(scene) == Lines{});
    CHECK(shown(scene) == 1);
    // A pulse that finds a newer version renews nothing, and then another one did.
    const std::size_t issued = records_of(scene.ca()).size();
    CHECK(issued >= kPulses);
    CHECK(usable_certificates(scene).size() == issued);
    CHECK(board->busy > 0);
}

TEST_CASE("an agent that is killed again and again does not keep another from its work",
          "[crash][lock]") {
    const TemporaryFolder folder;
    const Scene scene = empty_machine(folder.path());
    hierarchy();
    const SharedBoard board;
    ++board->waiting;
    const pid_t steady = start_agent(scene, board);
    std::size_t killed = 0;
    for (int i = 0; i < kPulses; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            arm({Fault::kill, 1 + 7 * i % 70}, scene.disk());
            pulse_in_turn(scene, board);
            ::_exit(0);
        }
        killed += was_struck(status_of(child)) ? 1U : 0U;
    }
    CHECK(status_of(steady) == 0);
    CHECK(pulse_in_turn(scene, board).troubles == Lines{});
    CHECK(damages(scene) == Lines{});
    CHECK(shown(scene) == 1);
    CHECK(killed > 0);
    const std::size_t issued = records_of(scene.ca()).size();
    CHECK(usable_certificates(scene).size() + killed >= issued);
}

}  // namespace ae::test
