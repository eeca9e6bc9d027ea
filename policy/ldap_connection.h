// One LDAP connection to one domain controller: Kerberos (SASL GSSAPI), every octet sealed.
//
// Never a simple bind, never an unsealed one, no referral is followed.  The controller's name is
// used as given, without reverse DNS, because reverse records decide nothing about identity.
// Searches are paged; attributes that the server sends in ranges are fetched to the end.
// Changes nothing but what remove_value() is told to remove.
// One thread at a time.  A failed connection is not used again: make a new one.
#pragma once

#include "engine/base/result.h"
#include "policy/ldap_api.h"
#include "policy/search_answer.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace ae::policy {

struct LdapServer {
    std::string dns_name{};    // Kerberos must prove that it is a controller
    std::string domain_dns{};  // of this domain
    std::string address{};     // numeric
    std::uint16_t port = 389;
};

struct LdapTimeouts {
    std::chrono::milliseconds connect{5000};  // also for each answer during the bind
    std::chrono::milliseconds answer{30000};  // for each message of a search
};

enum class SearchScope { base, one_level, subtree };
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
    // next); all others concern the credentials.  Blocks for connect + bind; Kerberos has its own
    // limits.
    static Result<LdapConnection> open(const LdapServer& server,
                                       const std::string& credential_cache,
                                       const LdapTimeouts& timeouts = {});

    // Errors: the HRESULT of the LDAP code, with base and server text as context.  What a server
    // cut or referred is no error but an answer that is not complete.
    Result<SearchAnswer> search(const SearchRequest& request);
    // All first pages travel together: one round trip instead of many.  Answers in the same order;
    // a search that failed is one that is not complete.
    std::vector<SearchAnswer> search_all(const std::vector<SearchRequest>& requests);

    // Takes exactly this value out of an attribute (rule X2).  Error: kNoSuchAttribute when it is
    // not there, kAccessDenied when the account may not.
    Done remove_value(const std::string& dn, const std::string& attribute, ByteView value);

    [[nodiscard]] int strength() const { return strength_; }  // SSF of the sealed connection

  private:
    LdapConnection(UniqueLdap ldap, LdapTimeouts timeouts, int strength)
        : ldap_(std::move(ldap)), timeouts_(timeouts), strength_(strength) {}

    Result<UniqueLdapMessage> next_message(int message_id);
    Result<int> send(const SearchRequest& request, const std::string& cookie);
    // Collects one page into `answer`; the new cookie, empty after the last page.
    Result<std::string> receive(int message_id, SearchAnswer& answer);
    Result<std::string> finish_page(LDAPMessage* message, SearchAnswer& answer);
    Done complete_ranges(LdapEntry& entry);
    Result<SearchAnswer> finish(Result<int> first, const SearchRequest& request);

    UniqueLdap ldap_;
    LdapTimeouts timeouts_;
    int strength_ = 0;
};

}  // namespace ae::policy
