// The control socket CADIR/control.sock: one line in, text out, one connection per command.
//
// Commands: list, approve ID, deny ID, revoke ID, set KEY=VALUE, set off, set (shows what is set).
// The answer's first line is "ok" or "error SENTENCE"; the text follows.  Only the socket's owner
// can connect (mode 0600).
#pragma once

#include "tests/lab/ca/enrollment.h"
#include "tests/lab/ca/handles.h"

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

namespace ae::labca {

class ControlServer {
  public:
    ControlServer(std::filesystem::path socket, Enrollment& enrollment, FaultSwitch& faults);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

  private:
    void loop();

    std::filesystem::path path_;
    Enrollment& enrollment_;
    FaultSwitch& faults_;
    UniqueFd listener_{};
    std::atomic<bool> stopping_{false};
    std::thread thread_{};
};

std::string run_command(const std::string& line, Enrollment& enrollment, FaultSwitch& faults);

struct ControlAnswer {
    bool ok = false;
    std::string text{};
};
ControlAnswer send_command(const std::filesystem::path& socket, const std::string& line);

}  // namespace ae::labca
