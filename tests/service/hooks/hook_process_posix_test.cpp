// A hook as a process on Linux.
#include "engine/base/hresult_table.h"
#include "service/hooks/hook_process.h"

#include <csignal>
#include <thread>

#include "hook_world.h"
#include <catch2/catch.hpp>

namespace ae::service {
namespace {

using namespace std::chrono_literals;
using test::Fifo;
using test::HookWorld;
using test::read_text;

struct ProcessWorld : HookWorld {
    Done process(const std::string& script, const std::string& input = "news\n",
                 std::chrono::milliseconds limit = 30s, const std::stop_token& stop = {}) const {
        const auto program = add("hook", script);
        return run_hook_process({.command = {program.string()},
                                 .environment = {{"PATH", "/usr/bin:/bin"}, {"ONE", "1 2"}},
                                 .input = input,
                                 .limit = limit,
                                 .stop = stop});
    }
    [[nodiscard]] Error failure(const std::string& script, const std::string& input = "news\n",
                                std::chrono::milliseconds limit = 30s) const {
        const Done ran = process(script, input, limit);
        return ran ? Error{} : ran.error();
    }
};

// As /proc/self/status shows them, without the two that the C library keeps for itself.
unsigned long long signals_in(const std::string& status, const std::string& name) {
    constexpr unsigned long long kOfTheLibrary = 0x180000000;
    return std::stoull(status.substr(status.find(name) + name.size()), nullptr, 16) &
           ~kOfTheLibrary;
}

TEST_CASE("a hook finds the document on its standard input", "[hooks]") {
    const ProcessWorld world;
    CHECK(world.process("cat > " + world.file("seen")));
    CHECK(read_text(world.file("seen")) == "news\n");
    CHECK(world.process("cat /dev/stdin > " + world.file("again")));
    CHECK(read_text(world.file("again")) == "news\n");
}

TEST_CASE("a hook need not read a document, however large", "[hooks]") {
    const ProcessWorld world;
    const std::string large(4'000'000, 'x');
    CHECK(world.process("exit 0", large));
    CHECK(world.process("exec <&-; exit 0", large));
    CHECK(world.process("test $(wc -c) = 4000000", large));
}

TEST_CASE("a hook's environment is the one given and nothing else", "[hooks]") {
    const ProcessWorld world;
    ::setenv("AE_TEST_SECRET", "1", 1);
    CHECK(world.process("tr '\\0' '\\n' < /proc/$$/environ > " + world.file("seen")));
    CHECK(read_text(world.file("seen")) == "PATH=/usr/bin:/bin\nONE=1 2\n");
}

TEST_CASE("a hook has three descriptors, its own folder and no signal of ours", "[hooks]") {
    const ProcessWorld world;
    // What a careless library leaves open, and what we ignore and hold back.
    const int careless = ::open("/dev/null", O_RDONLY);
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    sigset_t held{};
    sigset_t old{};
    ::sigemptyset(&held);
    ::sigaddset(&held, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &held, &old);
    // The fourth is the folder that is listed.
    CHECK(world.process("ls /proc/self/fd > " + world.file("open") +
                        "; grep -E 'Sig(Blk|Ign)' /proc/self/status > " + world.file("signals") +
                        "; pwd > " + world.file("folder")));
    ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
    std::signal(SIGPIPE, before);
    ::close(careless);
    CHECK(read_text(world.file("open")) == "0\n1\n2\n3\n");
    CHECK(signals_in(read_text(world.file("signals")), "SigBlk:") == 0);
    CHECK(signals_in(read_text(world.file("signals")), "SigIgn:") == 0);
    CHECK(read_text(world.file("folder")) == "/\n");
}

TEST_CASE("a hook that ends badly is told with its last words", "[hooks]") {
    const ProcessWorld world;
    const Error error = world.failure("echo first; echo last words >&2; exit 3");
    CHECK(error.code == kProcessAborted);
    CHECK(error.context == "it ended with exit code 3; it said: last words");
    CHECK(world.failure("kill -SEGV $$").context == "it ended with signal 11; it said nothing");
}

TEST_CASE("a hook that cannot be started is told why", "[hooks]") {
    const ProcessWorld world;
    CHECK(run_hook_process({.command = {world.file("missing")}, .limit = 30s}).error().code ==
          kFileNotFound);
    const auto program = world.add("hook", "");
    ::chmod(program.c_str(), 0644);
    CHECK(run_hook_process({.command = {program.string()}, .limit = 30s}).error().code ==
          kAccessDenied);
    test::write_text(program, "no first line that names an interpreter\n");
    ::chmod(program.c_str(), 0755);
    const Done ran = run_hook_process({.command = {program.string()}, .limit = 30s});
    REQUIRE_FALSE(ran);
    CHECK(ran.error().context == "it cannot be started (Exec format error)");
}

TEST_CASE("a hook that never ends is killed with its children when its time is over", "[hooks]") {
    const ProcessWorld world;
    const Fifo fifo(world.file("fifo"));
    const Error error = world.failure(
        "echo going on; { echo up; exec sleep 1000; } > " + world.file("fifo") + " & sleep 1000",
        "news\n", 1s);
    CHECK(error.code == kTimeout);
    CHECK(error.context == "it did not end within 1 s and was killed; it said: going on");
    CHECK(fifo.next() == "up\n");
    CHECK(fifo.next().empty());
}

TEST_CASE("what a hook leaves running is killed, and not waited for", "[hooks]") {
    const ProcessWorld world;
    const Fifo fifo(world.file("fifo"));
    // The child holds the hook's output, too.
    const std::string script = "{ echo up; exec sleep 1000 >&3; } 3>&1 > " + world.file("fifo") +
                               " & read ready < " + world.file("ready") + "; exit 0";
    ::mkfifo(world.file("ready").c_str(), 0600);
    std::string first;
    const std::jthread lets_it_end([&] {
        first = fifo.next();
        std::ofstream(world.file("ready")) << "go\n";
    });
    CHECK(world.process(script));
    CHECK(fifo.next().empty());
}

TEST_CASE("a hook that closes its output may go on", "[hooks]") {
    const ProcessWorld world;
    CHECK(world.failure("echo bye; exec >&- 2>&-; sleep 0.3; exit 4").context ==
          "it ended with exit code 4; it said: bye");
}

TEST_CASE("a hook that never stops printing is read, and killed when its time is over", "[hooks]") {
    const ProcessWorld world;
    const Error error = world.failure("exec yes", "news\n", 1s);
    CHECK(error.code == kTimeout);
    CHECK(error.context == "it did not end within 1 s and was killed; it said: y");
    CHECK(world.failure("yes | head -c 3000000; echo; echo done; exit 5").context ==
          "it ended with exit code 5; it said: done");
}

TEST_CASE("a hook is killed when this run is to end", "[hooks]") {
    const ProcessWorld world;
    const Fifo fifo(world.file("fifo"));
    std::stop_source stop;
    std::string first;
    std::jthread asks([&] {
        first = fifo.next();
        stop.request_stop();
    });
    const Done ran = world.process("{ echo up; exec sleep 1000; } > " + world.file("fifo"),
                                   "news\n", 60s, stop.get_token());
    asks.join();
    CHECK(first == "up\n");
    REQUIRE_FALSE(ran);
    CHECK(ran.error().code == kOperationAborted);
    CHECK(fifo.next().empty());
}

TEST_CASE("a hook's exit code is known where those of children are ignored", "[hooks]") {
    const ProcessWorld world;
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    CHECK(world.failure("exit 6").context == "it ended with exit code 6; it said nothing");
    std::signal(SIGCHLD, before);
}

}  // namespace
}  // namespace ae::service
