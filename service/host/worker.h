// One pulse in a process of its own, so that the host stays small, and a library that hangs or
// crashes takes one run with it and nothing else.
// The worker prints the lines of control_protocol.h; its last is a RunResult.
// One thread, that of `loop`; never throws.
//
// It is started from the image that runs now (Linux: /proc/self/exe, followed anew by the kernel
// each time), not from a path: a package that replaces the file meanwhile changes nothing, host and
// worker are always the same build.  The new one runs after the service was restarted.  Windows
// does not let anybody replace the file of a program that runs.
//
// Windows: the worker and all that it starts are in a job object that ends with the host.
#pragma once

#include "service/host/loop.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ae::service {

inline constexpr std::size_t kLongestLine = std::size_t{16} * 1024 * 1024;

struct WorkerEnd {
    bool exited = false;    // by itself, with `code`; else a signal or an exception ended it
    int code = 0;           // exit code, the signal's number, or the exception's NTSTATUS
    std::string warning{};  // what was wrong with its output, one sentence; mostly nothing
};

// Of one that did not exit by itself: "signal 11 ended it".
std::string crash_text(const WorkerEnd& how);

struct WorkerEvents {
    std::function<void(const std::string& line)> line{};  // without its line feed
    std::function<void(const WorkerEnd&)> end{};          // once, after the last line
};

class Worker {
  public:
    virtual ~Worker() = default;     // kills it when it still runs; nothing is called any more
    virtual void ask_to_stop() = 0;  // stop_on_signals.h: it finishes what it has begun
    virtual void kill() = 0;         // with all that it started
};

// `arguments` follow the program's name; without `program` that is this one.  The worker gets no
// input, our standard error, a process group (Windows: a console without a window) of its own and
// no other descriptor or handle of ours; not our service manager's variables either.  What it
// leaves running when it ends is killed.
// A line longer than kLongestLine: the worker is killed.  A last line without a line feed: dropped.
Result<std::unique_ptr<Worker>> start_worker(Loop& loop, const std::vector<std::string>& arguments,
                                             WorkerEvents events, const std::string& program = {});

// For the worker, first thing: it ends when the host does, however that ends.  Also when the host
// ended already: that shows in standard output, which nobody reads any more.
void die_with_parent();

}  // namespace ae::service
