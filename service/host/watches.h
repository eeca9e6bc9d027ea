// What wakes the host: each watch calls back on the loop's thread, and stops when it is destroyed.
// Idle watches cost no wake-up.  None of them throws.
#pragma once

#include "service/account.h"
#include "service/host/loop.h"

#include <chrono>
#include <memory>
#include <string>

namespace ae::service {

class Watch {
  public:
    virtual ~Watch() = default;
};

// Something in the policy folder may have changed: files written, renamed, removed, chmod; also the
// folder itself made, removed or replaced later (until it exists, its nearest existing parent is
// what is looked at).  Its subfolders do not count.  Reading never does.
// Changes within kPolicySettles after the first are one call.
inline constexpr std::chrono::milliseconds kPolicySettles{1000};
Result<std::unique_ptr<Watch>> watch_policy(Loop& loop, const std::string& folder, Changed changed);

// An address or a route appeared (not: went away) by which another host may be reachable; not one
// that is only prolonged.  What comes in one go is one call.
// The kernel tells every change of every interface, so keep this watch only while a run waits for
// a network: then an idle host is not woken by it.
Result<std::unique_ptr<Watch>> watch_network(Loop& loop, Changed changed);

// A new interactive session of this account (logind SessionNew; class "user", remote ones too;
// never unlock, never a service's or a cron job's session: rules T1, T6). Error: no system bus.
// `trouble`: there is no logind on it yet, or the bus went away; the watch goes on by itself, first
// after kFirstReconnect, then ever more slowly until kSlowestReconnect.
inline constexpr std::chrono::seconds kFirstReconnect{1};
inline constexpr std::chrono::seconds kSlowestReconnect{600};
Result<std::unique_ptr<Watch>> watch_logons(Loop& loop, const AccountId& account, Changed changed,
                                            Trouble trouble);

// SIGTERM and SIGINT; every one of them.
std::unique_ptr<Watch> watch_stop_signals(Loop& loop, Changed stop);

}  // namespace ae::service
