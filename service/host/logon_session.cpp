#include "service/host/logon_session.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace ae::service {
namespace {

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// [pam_systemd(8)]: "user", and what newer versions split off from it.  Not "user-incomplete": it
// has no home folder yet, and so no store.  The others are background, manager, greeter,
// lock-screen and their kin.
constexpr std::array<std::string_view, 4> kClasses{"user", "user-early", "user-light",
                                                   "user-early-light"};
constexpr std::array<std::string_view, 5> kTypes{"tty", "x11", "wayland", "mir", "web"};
// pam_systemd makes these "background" by itself; a PAM stack that says otherwise changes nothing.
constexpr std::array<std::string_view, 5> kServices{"cron", "crond", "anacron", "atd",
                                                    "systemd-user"};

}  // namespace

bool is_interactive(const LogonSession& session) {
    return is_one_of(kClasses, session.session_class) && !is_one_of(kServices, session.service) &&
           (session.remote || is_one_of(kTypes, session.type));
}

}  // namespace ae::service
