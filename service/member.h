// Who a context is in its domain, and how it proves that to the directory and to a CA: what the
// platforms do in ways of their own.  Linux: the machine's keytab or the account's Kerberos cache.
// Windows: the logon session that the process runs in; --as-member (as_member.h) says otherwise.
// Errors: kNotDomainJoined, kNoCredentials, kAccessDenied; those of as_member.h.  Asks no network.
#pragma once

#include "ca-client/ca_client.h"
#include "engine/base/time.h"
#include "policy/ldap_directory.h"
#include "service/cli/options.h"

#include <functional>
#include <memory>
#include <string>

namespace ae::service {

struct Member {
    policy::DirectoryOptions directory{};
    std::unique_ptr<policy::DcLocator> locator{};
    ca::CaClientOptions ca{};
    // Rule S13: new tickets in place of those with which this run began.  Empty: there are none, or
    // they are somebody else's.
    std::function<Done()> renew_tickets{};
    std::string annotation{};  // what every event of the run has to say about it; mostly nothing
};

Result<Member> find_member(const Sources& sources, Time now);

// Whether this process may make changes for that context.  Windows: the machine's pulse speaks with
// the process' own logon session, so it must be LocalSystem's, or an administrator would enroll as
// himself.  kAccessDenied.  Linux: whoever can read the keytab.
Done may_act(const Sources& sources);

}  // namespace ae::service
