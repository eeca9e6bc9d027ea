#include "service/host/worker.h"

#include "engine/base/hresult_table.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <optional>

#include "host_support.h"
#include <catch2/catch.hpp>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

namespace ae::service {
namespace {

struct Run {
    Result<std::unique_ptr<Worker>> start(const std::string& program,
                                          const std::vector<std::string>& arguments) {
        return start_worker(loop, arguments,
                            {[this](const std::string& line) { lines.push_back(line); },
                             [this](const WorkerEnd& how) {
                                 CHECK_FALSE(end);
                                 end = how;
                             }},
                            program);
    }
    void shell(const std::string& script) {
        auto started = start("/bin/sh", {"-c", script});
        if (!started) {
            throw std::runtime_error(started.error().sentence());
        }
        worker = std::move(*started);
        CHECK_FALSE(end);
    }
    bool ends() {
        return run_until(loop, [this] { return end.has_value(); });
    }
    bool says(const std::string& text) {
        return run_until(loop, [&] { return std::count(lines.begin(), lines.end(), text) > 0; });
    }

    Loop loop{};
    std::vector<std::string> lines{};
    std::optional<WorkerEnd> end{};
    std::unique_ptr<Worker> worker{};
};

// Whether there is such a process, dead ones that nobody has reaped included.
bool exists(pid_t process) { return ::kill(process, 0) == 0; }

bool is_gone(const std::string& process) {
    std::ifstream status("/proc/" + process + "/stat");
    std::string number;
    std::string name;
    std::string state;
    status >> number >> name >> state;
    return state.empty() || state == "Z";
}

std::size_t own_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("a worker's lines arrive in order, then its exit code", "[host][worker]") {
    Run run;
    run.shell("echo one; echo; echo three; exit 5");
    REQUIRE(run.ends());
    CHECK(run.lines == std::vector<std::string>{"one", "", "three"});
    CHECK(run.end->exited);
    CHECK(run.end->code == 5);
    CHECK(run.end->warning.empty());
}

TEST_CASE("a worker that a signal ended did not exit", "[host][worker]") {
    Run run;
    run.shell("echo before; kill -SEGV $$");
    REQUIRE(run.ends());
    CHECK(run.lines == std::vector<std::string>{"before"});
    CHECK_FALSE(run.end->exited);
    CHECK(run.end->code == SIGSEGV);
}

TEST_CASE("a worker that is asked to stop finishes what it has begun", "[host][worker]") {
    Run run;
    run.shell("trap 'echo finishing; exit 0' TERM; echo up; while :; do read x; sleep 0.01; done");
    REQUIRE(run.says("up"));
    run.worker->ask_to_stop();
    REQUIRE(run.ends());
    CHECK(run.lines == std::vector<std::string>{"up", "finishing"});
    CHECK(run.end->exited);
}

TEST_CASE("a stubborn worker is killed with all that it started", "[host][worker]") {
    Run run;
    run.shell("trap '' TERM; sleep 1000 & echo $!; echo up; wait; wait; sleep 1000");
    REQUIRE(run.says("up"));
    run.worker->ask_to_stop();
    run_for(run.loop, 50ms);
    CHECK_FALSE(run.end);
    run.worker->kill();
    REQUIRE(run.ends());
    CHECK_FALSE(run.end->exited);
    CHECK(run.end->code == SIGKILL);
    CHECK(run_until(run.loop, [&] { return is_gone(run.lines.at(0)); }));
    run.worker->ask_to_stop();  // too late, and harmless
    run.worker->kill();
}

TEST_CASE("what a worker leaves running neither holds up its end nor stays", "[host][worker]") {
    Run run;
    SECTION("in its group") {
        run.shell("sleep 1000 & echo $!; exit 3");
        REQUIRE(run.ends());
        CHECK(run_until(run.loop, [&] { return is_gone(run.lines.at(0)); }));
    }
    SECTION("one that left its group stays, but is not waited for") {
        run.shell("setsid sh -c 'echo $$; exec sleep 1000' & read x; sleep 0.2; exit 3");
        REQUIRE(run.ends());
        ::kill(std::stoi(run.lines.at(0)), SIGKILL);
    }
    CHECK(run.end->exited);
    CHECK(run.end->code == 3);
}

TEST_CASE("megabytes of output arrive whole", "[host][worker]") {
    Run run;
    std::size_t octets = 0;
    run.shell("seq 1000000");
    REQUIRE(run.ends());
    for (const auto& line : run.lines) {
        octets += line.size() + 1;
    }
    CHECK(run.lines.size() == 1000000);
    CHECK(run.lines.back() == "1000000");
    CHECK(octets == 6888896);
}

TEST_CASE("a line of 16 MiB is heard, one octet more ends the worker", "[host][worker]") {
    Run run;
    const std::string longest = std::to_string(kLongestLine);
    SECTION("as long as may be") {
        run.shell("head -c " + longest + " /dev/zero; echo; echo after");
        REQUIRE(run.ends());
        REQUIRE(run.lines.size() == 2);
        CHECK(run.lines[0].size() == kLongestLine);
        CHECK(run.end->exited);
        CHECK(run.end->warning.empty());
    }
    SECTION("longer") {
        run.shell("(head -c " + longest + " /dev/zero; echo 1); echo after; sleep 1000");
        REQUIRE(run.ends());
        CHECK(run.lines.empty());
        CHECK_FALSE(run.end->exited);
        CHECK(run.end->code == SIGKILL);
        CHECK(run.end->warning.find("16 MiB") != std::string::npos);
    }
    SECTION("without an end") {
        run.shell("exec cat /dev/zero");
        REQUIRE(run.ends());
        CHECK(run.end->code == SIGKILL);
        CHECK(run.end->warning.find("16 MiB") != std::string::npos);
    }
}

TEST_CASE("a last line without a line feed is dropped and told of", "[host][worker]") {
    Run run;
    run.shell("echo whole; printf half");
    REQUIRE(run.ends());
    CHECK(run.lines == std::vector<std::string>{"whole"});
    CHECK(run.end->warning == "its last line was cut off");
}

TEST_CASE("a worker inherits our standard error and nothing else", "[host][worker]") {
    Run run;
    const int leaked = ::open("/dev/null", O_RDONLY);  // as a careless library does: no O_CLOEXEC
    REQUIRE(leaked >= 0);
    SECTION("descriptors: no input, the pipe, our standard error") {
        // The one more is that of the listing itself.
        run.shell("readlink /proc/self/fd/0 /proc/self/fd/1; ls /proc/self/fd");
        REQUIRE(run.ends());
        REQUIRE(run.lines.size() >= 2);
        CHECK(run.lines[0] == "/dev/null");
        CHECK(run.lines[1].starts_with("pipe:"));
        CHECK(std::vector(run.lines.begin() + 2, run.lines.end()) ==
              std::vector<std::string>{"0", "1", "2", "3"});
    }
    SECTION("a group of its own") {
        run.shell("ps -o pgid= -p $$ | tr -d ' '; echo $$");
        REQUIRE(run.ends());
        CHECK(run.lines.at(0) == run.lines.at(1));
    }
    SECTION("neither blocked nor ignored signals") {
        ::signal(SIGPIPE, SIG_IGN);
        sigset_t term{};
        ::sigemptyset(&term);
        ::sigaddset(&term, SIGTERM);
        ::sigprocmask(SIG_BLOCK, &term, nullptr);
        run.shell("exec sed -nE 's/Sig(Blk|Ign):.//p' /proc/self/status");
        ::sigprocmask(SIG_UNBLOCK, &term, nullptr);
        ::signal(SIGPIPE, SIG_DFL);
        REQUIRE(run.ends());
        REQUIRE(run.lines.size() == 2);
        for (const auto& mask : run.lines) {
            // The C library keeps two above 31 for itself.
            CHECK((std::stoull(mask, nullptr, 16) & 0x7fffffff) == 0);
        }
    }
    SECTION("not what is between us and the service manager") {
        const Variable socket("NOTIFY_SOCKET", "/nowhere");
        const Variable watchdog("WATCHDOG_USEC", "1000000");
        const Variable other("AE_OTHER", "kept");
        run.shell("echo ${NOTIFY_SOCKET-none} ${WATCHDOG_USEC-none} $AE_OTHER");
        REQUIRE(run.ends());
        CHECK(run.lines == std::vector<std::string>{"none none kept"});
    }
    ::close(leaked);
}

TEST_CASE("a program that is missing or cannot run is an error", "[host][worker]") {
    Run run;
    const auto before = own_descriptors();
    const auto missing = run.start("/nowhere/aeclient", {});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == kFileNotFound);
    const auto folder = run.start("/tmp", {});
    REQUIRE_FALSE(folder);
    CHECK(folder.error().code == kAccessDenied);
    CHECK(own_descriptors() == before);
}

TEST_CASE("the worker is the program that runs, also when its file was replaced",
          "[host][worker]") {
    Run run;
    // This very test, asked for its own list of tests.
    auto started = run.start("/proc/self/exe", {"--list-test-names-only", "a worker that*"});
    REQUIRE(started);
    REQUIRE(run.ends());
    CHECK(std::count(run.lines.begin(), run.lines.end(),
                     "a worker that a signal ended did not exit") == 1);

    // And a copy of it whose file goes away while it runs: it starts itself.
    const TempFolder folder;
    const auto copy = folder / "copy";
    std::filesystem::copy_file("/proc/self/exe", copy);
    Run other;
    auto of_copy = other.start(copy.string(), {"[.removes-itself]", "-r", "compact"});
    REQUIRE(of_copy);
    REQUIRE(other.ends());
    INFO((other.lines.empty() ? std::string() : other.lines.back()));
    CHECK(other.end->code == 0);
    CHECK_FALSE(std::filesystem::exists(copy));
}

TEST_CASE("started by the test above: removes its own file, then starts a worker",
          "[.removes-itself]") {
    std::filesystem::remove(std::filesystem::read_symlink("/proc/self/exe"));
    Run run;
    auto started = run.start("/proc/self/exe", {"--list-test-names-only", "a worker that*"});
    REQUIRE(started);
    REQUIRE(run.ends());
    CHECK(std::count(run.lines.begin(), run.lines.end(),
                     "a worker that a signal ended did not exit") == 1);
}

TEST_CASE("a worker that nobody wants any more is killed, reaped and silent", "[host][worker]") {
    const auto before = own_descriptors();
    {
        Run run;
        SECTION("while it runs") {
            run.shell("echo $$; exec sleep 1000");
            REQUIRE(run_until(run.loop, [&] { return !run.lines.empty(); }));
            run.worker.reset();
        }
        SECTION("from inside its own line") {
            auto started = start_worker(run.loop, {"-c", "echo $$; echo two; exec sleep 1000"},
                                        {[&](const std::string& line) {
                                             run.lines.push_back(line);
                                             run.worker.reset();
                                         },
                                         [](const WorkerEnd&) { FAIL("nobody is to hear of it"); }},
                                        "/bin/sh");
            REQUIRE(started);
            run.worker = std::move(*started);
            REQUIRE(run_until(run.loop, [&] { return !run.lines.empty(); }));
        }
        SECTION("from inside its own end") {
            run.shell("echo $$");
            REQUIRE(run.ends());
            run.worker.reset();
        }
        CHECK(run_until(run.loop, [&] { return !exists(std::stoi(run.lines.at(0))); }));
        run_ready(run.loop);
        CHECK(run.lines.size() == 1);
    }
    CHECK(own_descriptors() == before);
}

TEST_CASE("a host whose starter ignores its children still learns exit codes", "[host][worker]") {
    ::signal(SIGCHLD, SIG_IGN);
    Run run;
    run.shell("exit 4");
    REQUIRE(run.ends());
    ::signal(SIGCHLD, SIG_DFL);
    CHECK(run.end->exited);
    CHECK(run.end->code == 4);
}

namespace {

// In a child, because it cannot be taken back: the kernel refuses pidfd_open from here on.
bool refuse_pidfd() {
    std::array<sock_filter, 4> filter{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    sock_fprog program{filter.size(), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 &&
           ::syscall(SYS_pidfd_open, ::getpid(), 0) == -1;
}

}  // namespace

TEST_CASE("where the kernel has no pidfd, SIGCHLD serves", "[host][worker]") {
    const pid_t child = ::fork();
    if (child == 0) {
        int right = refuse_pidfd() ? 0 : 64;
        for (const std::string script : {"exit 7", "echo up; sleep 0.2; exit 7"}) {
            Run run;
            run.shell(script);
            right |= run.ends() && run.end->exited && run.end->code == 7 ? 0 : 1;
        }
        Run stubborn;
        stubborn.shell("echo up; exec sleep 1000");
        right |= stubborn.says("up") ? 0 : 2;
        stubborn.worker->kill();
        right |= stubborn.ends() && stubborn.end->code == SIGKILL ? 0 : 4;
        ::_exit(right);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a worker ends with its host, also one that the host left before it could ask for that",
          "[host][worker]") {
    // The host is a child of ours, the worker a child of that, which we adopt.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const bool early = GENERATE(false, true);
    std::array<int, 2> told{};   // by the host: the worker's number
    std::array<int, 2> alive{};  // by the worker; not the same pipe, or it may be there first
    std::array<int, 2> output{};
    std::array<int, 2> go{};
    REQUIRE(::pipe2(told.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(alive.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(output.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(go.data(), O_CLOEXEC) == 0);
    const pid_t host = ::fork();
    if (host == 0) {
        const pid_t worker = ::fork();
        if (worker == 0) {
            char ready = 0;
            ::dup2(output[1], STDOUT_FILENO);
            ::close(output[0]);
            ::close(go[1]);
            if (early) {
                (void)!::read(go[0], &ready, 1);  // until the host is gone
            }
            die_with_parent();
            (void)!::write(alive[1], "s", 1);
            for (;;) {
                ::pause();
            }
        }
        (void)!::write(told[1], &worker, sizeof worker);
        if (!early) {
            ::pause();
        }
        ::_exit(0);
    }
    ::close(output[0]);
    ::close(output[1]);
    ::close(go[0]);
    pid_t worker = 0;
    REQUIRE(::read(told[0], &worker, sizeof worker) == sizeof worker);
    if (!early) {
        char survives = 0;
        REQUIRE(::read(alive[0], &survives, 1) == 1);
        ::kill(host, SIGKILL);
    }
    CHECK(::waitpid(host, nullptr, 0) == host);
    ::close(go[1]);
    int status = 0;
    Loop loop;
    CHECK(run_until(loop, [&] { return ::waitpid(worker, &status, WNOHANG) == worker; }));
    if (status == 0) {
        ::kill(worker, SIGKILL);  // one that survives does not stay
    }
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGKILL);
    for (const int end : {told[0], told[1], alive[0], alive[1]}) {
        ::close(end);
    }
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace ae::service
