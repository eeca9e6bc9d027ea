// The directory as the engine sees it (port engine::Directory), over LDAP to an Active Directory
// domain controller: the account, and the Public Key Services replica.
//
// One connection serves a whole pulse.  read_account() finds a controller, binds and reads the
// account; read_replica() goes on over the same connection and sends its searches together;
// unpublish() takes values out of that account's userCertificate and changes nothing else (rule
// X2). Every name below the configuration partition starts at rootDSE's configurationNamingContext
// (rule C4), so a child domain works like the forest root.
// This part only fetches; what the answers mean is read by directory_answers.h.
// Not for: decisions, stores, getting Kerberos tickets (the caller fills the cache).
// Errors: kNoSuchDomain when no controller serves us, with every failure on the way in the context;
// Kerberos' own codes at once, because another controller would answer the same.
#pragma once

#include "engine/ports.h"
#include "policy/dc_locator.h"
#include "policy/directory_answers.h"
#include "policy/fetch_url.h"
#include "policy/ldap_connection.h"
#include "policy/sid_names.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ae::policy {

struct DirectoryOptions {
    std::string domain_dns{};    // "corp.example.test"
    std::string account_name{};  // sAMAccountName: "WS1$", "alice"
    LdapCredentials credentials{};
    // Fills their cache.  Called for each controller that was found, before the bind: without a
    // controller, that is what the caller should hear, not that no KDC was there.
    std::function<Done(const DomainController&)> prepare_credentials{};
    // Gets a copy of all answers so far, after the account was read and once more after the
    // replica: before they are judged, so also when they are the reason of an error.
    std::function<void(const DirectoryAnswers&)> recorder{};
    LdapTimeouts timeouts{};
};

class LdapDirectory : public engine::Directory {
  public:
    // Who we are by the tickets of the bind, as the controller sees it: the rootDSE attribute
    // tokenGroups ([MS-ADTS] 3.1.1.3.2.41).  read_account() computes the groups of today, this does
    // not (rule S13).  Sorted, unique.  kNotSupported: the controller does not say, or nothing is
    // connected.
    virtual Result<std::vector<Sid>> session_sids() = 0;

    // What a certificate names by an LDAP URL, from the controller that read_account() bound to.
    // kFileNotFound: it has no such entry; kServerUnavailable: nothing is connected; kTimeout: it
    // took more than 5 s.
    virtual Result<SearchAnswer> look_up(const LdapUrl& url) = 0;

    // What the domain of this account calls those SIDs; one search, 5 s at most.  kNotSupported:
    // nothing is connected.
    virtual Result<SidNames> names_of(const std::vector<Sid>& sids) = 0;
};

std::unique_ptr<LdapDirectory> create_ldap_directory(
    DirectoryOptions options, std::unique_ptr<DcLocator> locator = create_dc_locator());

}  // namespace ae::policy
