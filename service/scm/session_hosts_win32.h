// The hosts of all users who are logged on: one process for each session, started at the logon (and
// for the sessions that exist when the service starts), ended at the logoff and with the service.
// Which events count, and how often one that fails is started again: session_rules.h.
// Whether a user's host does anything is that user's own AEPolicy.
// Windows only.  It has a thread of its own.  Never throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ae::service {

// From the wish to stop until they are killed; no shorter than what a host grants its run.
inline constexpr std::chrono::milliseconds kUserHostGrace{4700};

class SessionHosts {
  public:
    // `command`: the host's program and its arguments (user_host_win32.h).
    explicit SessionHosts(std::vector<std::string> command);
    SessionHosts(const SessionHosts&) = delete;
    SessionHosts& operator=(const SessionHosts&) = delete;
    SessionHosts(SessionHosts&&) = delete;
    SessionHosts& operator=(SessionHosts&&) = delete;
    ~SessionHosts();  // end()

    void begin();  // its thread, and the sessions that exist; once
    // The next two: any thread, at any time; what comes before begin() waits for it.
    // `event`: WTS_SESSION_LOGON and its like.
    void session_changed(std::uint32_t event, std::uint32_t session);
    void stop();  // all are asked to end, and no further one is started
    // stop(), and waits until all have ended: kUserHostGrace at most.
    void end();

  private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace ae::service
