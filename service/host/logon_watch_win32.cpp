// On Windows a user's host lives within one logon session: a logon is its start (rule T1), and its
// end is the session's.  So there is no further logon that it could be told of; the machine's
// service starts it (service/scm/session_hosts_win32.h).
#include "service/host/watches.h"

namespace ae::service {

Result<std::unique_ptr<Watch>> watch_logons(Loop& /*loop*/, const AccountId& /*account*/,
                                            Changed /*changed*/, Trouble /*trouble*/) {
    return std::make_unique<Watch>();
}

}  // namespace ae::service
