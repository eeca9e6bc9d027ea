// One LDAP connection to one domain controller: authenticated both ways, every octet sealed.
//
// Never a simple bind, never an unsealed one, no referral is followed.  The controller's name is
// used as given, without reverse DNS, because reverse records decide nothing about identity.
//   Linux: Kerberos (SASL GSSAPI) and nothing else, and the KDC must know the host as a controller
//   of the domain (ldap_credentials.h).
//   Windows: Negotiate of the system, sign and seal demanded.  The system chooses Kerberos wherever
//   it can and builds the service's name from the controller's name by itself, as for Windows' own
//   client; the three-part name is not asked for, and that NTLM was not chosen is not enforced.
// Searches are paged; attributes that the server sends in ranges are fetched to the end.
// Changes nothing but what remove_value() is told to remove.
// One thread at a time.  A failed connection is not used again: make a new one.
#pragma once

#include "engine/base/result.h"
#include "engine/base/secret.h"
#include "policy/ldap_api.h"
#include "policy/ldap_sealing.h"
#include "policy/search_answer.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ae::policy {

struct LdapServer {
    std::string dns_name{};    // Kerberos must prove that it is a controller
    std::string domain_dns{};  // of this domain
    std::string address{};     // numeric
    std::uint16_t port = 389;
};

// As whom the bind speaks; everything empty: as the process.
struct LdapCredentials {
    // Linux: "FILE:/run/...", "MEMORY:x"; empty: the process' default.  Windows: not used.
    std::string cache{};
    // Windows: an account other than the logon session's.  Linux: refused.
    std::string user{};
    std::string domain{};
    std::shared_ptr<const Secret> password{};  // UTF-8
    // The account is that of `--as-member`.  Only then, where the system's LDAP library cannot say
    // whether a connection is sealed (Wine, which seals all the same), the bind is not refused for
    // that, and sealing() says so.
    bool explicit_member = false;
};

struct LdapTimeouts {
    std::chrono::milliseconds connect{5000};  // also for each answer during the bind
    std::chrono::milliseconds answer{30000};  // for each message of a search
};

enum class SecurityDescriptors { leave_out, include };  // by the SD-flags control
enum class Names { plain, extended };                   // extended_name.h

struct SearchRequest {
    std::string base{};
    SearchScope scope = SearchScope::base;
    std::string filter = "(objectClass=*)";
    std::vector<std::string> attributes{};
    SecurityDescriptors descriptors = SecurityDescriptors::leave_out;
    Names names = Names::plain;
};

class LdapConnection {
  public:
    // Errors: kTimeout and kServerUnavailable when this controller does not serve us (try the
    // next); all others concern the credentials.  Blocks for connect + bind; Kerberos and Negotiate
    // have limits of their own.
    static Result<LdapConnection> open(const LdapServer& server, const LdapCredentials& credentials,
                                       const LdapTimeouts& timeouts = {});

    // Errors: the HRESULT of the LDAP code, with base and server text as context.  What a server
    // cut or referred is no error but an answer that is not complete.
    Result<SearchAnswer> search(const SearchRequest& request);
    // The same, and all of it within `limit`: kTimeout otherwise, after which the connection may
    // still be used.
    Result<SearchAnswer> search(const SearchRequest& request, std::chrono::milliseconds limit);
    // All first pages travel together: one round trip instead of many.  Answers in the same order;
    // a search that failed is one that is not complete.
    std::vector<SearchAnswer> search_all(const std::vector<SearchRequest>& requests);

    // Takes exactly this value out of an attribute (rule X2).  Error: kNoSuchAttribute when it is
    // not there, kAccessDenied when the account may not.
    Done remove_value(const std::string& dn, const std::string& attribute, ByteView value);

    // SSF of the sealed connection; Windows tells no number: 0.
    [[nodiscard]] int strength() const { return strength_; }
    [[nodiscard]] Sealing sealing() const { return sealing_; }

  private:
    LdapConnection(UniqueLdap ldap, LdapTimeouts timeouts, int strength, Sealing sealing)
        : ldap_(std::move(ldap)), timeouts_(timeouts), strength_(strength), sealing_(sealing) {}

    // For the next message.
    [[nodiscard]] std::chrono::milliseconds patience() const;
    // Anything but Arrival::nothing and Arrival::failure.
    Result<Arrival> next_message(int message_id, UniqueLdapMessage& message);
    Result<int> send(const SearchRequest& request, const std::string& cookie);
    // Collects one page into `answer`; the new cookie, empty after the last page.
    Result<std::string> receive(int message_id, SearchAnswer& answer);
    Result<std::string> finish_page(LDAPMessage* message, SearchAnswer& answer);
    Done complete_ranges(LdapEntry& entry);
    Result<SearchAnswer> finish(Result<int> first, const SearchRequest& request);

    UniqueLdap ldap_;
    LdapTimeouts timeouts_;
    int strength_ = 0;
    Sealing sealing_ = Sealing::not_shown;
    std::optional<std::chrono::steady_clock::time_point> deadline_{};  // of one search
};

}  // namespace ae::policy
