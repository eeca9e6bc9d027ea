// Kerberos credentials for one LDAP service, out of a credential cache that the caller filled.
//
// Asking the KDC for the service ticket here, before the bind, costs nothing extra (the bind finds
// the ticket in the cache) and gives the KDC's own reason when it fails; behind SASL it would be
// one blurred text. Never asks for a password, never reads a keytab.
#pragma once

#include "engine/base/result.h"

#include <string>

namespace ae::policy {

// `cache` as Kerberos names it ("FILE:/run/...", "MEMORY:x"); empty: the process' own default.
// Errors: kNoCredentials (no cache), kContextExpired, kTargetUnknown, kNoKdc, kTimeSkew,
// kLogonFailure, kSecurityInternal.  Blocks as long as krb5.conf lets the library try KDCs.
//
// Also proves that the host is a domain controller of `domain_dns`: SRV records are anybody's word,
// and a computer may register ldap/<its host> for itself, but only a controller's object may carry
// the three-part ldap/<host>/<domain> ([MS-ADTS] 3.1.1.5.3.1.1.4, 5.1.1.4).
Done fetch_ldap_ticket(const std::string& cache, const std::string& dns_host,
                       const std::string& domain_dns);

// Makes `cache` the calling thread's default for GSSAPI while it lives: OpenLDAP takes a credential
// handle (LDAP_OPT_X_SASL_GSS_CREDS) only in the middle of a bind.  Afterwards the thread has the
// process' default again.
class ThreadCredentialCache {
  public:
    explicit ThreadCredentialCache(const std::string& cache);
    ThreadCredentialCache(const ThreadCredentialCache&) = delete;
    ThreadCredentialCache& operator=(const ThreadCredentialCache&) = delete;
    ThreadCredentialCache(ThreadCredentialCache&&) = delete;
    ThreadCredentialCache& operator=(ThreadCredentialCache&&) = delete;
    ~ThreadCredentialCache();

    [[nodiscard]] bool ok() const { return ok_; }

  private:
    bool set_ = false;
    bool ok_ = true;
};

}  // namespace ae::policy
