// Which of logind's sessions is a logon (rules T1, T6).  Pure, any thread.
#pragma once

#include <cstdint>
#include <string>

namespace ae::service {

// [org.freedesktop.login1(5)], properties of a session.
struct LogonSession {
    std::uint32_t uid = 0;
    std::string session_class{};
    std::string type{};
    std::string service{};  // the PAM service that opened it
    bool remote = false;
};

// Somebody sits there: a terminal, a desktop, or from elsewhere.  Not the logon screen, not the
// screen lock, not the service manager of the account, no timer's and no service's session.
bool is_interactive(const LogonSession& session);

}  // namespace ae::service
