// Everything that one domain controller answered in one pulse, as plain data, and what the engine
// learns from it.
//
// The adapter (ldap_directory.h) fetches and these functions read, so whoever holds the same
// answers (a capture, service/capture) has the same account and the same replica.
// Not for: LDAP, decisions.  Values: any thread.  Pure, portable.
#pragma once

#include "engine/base/guid.h"
#include "engine/directory.h"
#include "policy/search_answer.h"

#include <optional>
#include <string>

namespace ae::policy {

struct DirectoryAnswers {
    std::string server_name{};     // "dc1.corp.example.test"
    std::string server_address{};  // for people; empty when unknown
    std::string client_site{};     // by the netlogon ping; empty when unknown
    std::string domain_dns{};      // the account's: "corp.example.test"
    // Of the controller's database ([MS-ADTS] 3.1.1.1.9): a restored or rebuilt controller of the
    // same name has another one.  Empty: it did not say.
    std::string invocation_id{};
    LdapEntry root_dse{};
    LdapEntry account{};                      // with the whole of tokenGroups and userCertificate
    std::string user_certificates_problem{};  // why userCertificate could not be read
    std::optional<LdapEntry> forest_root{};   // the forest root domain: objectSid, objectGUID
    // The five searches below CN=Public Key Services.
    SearchAnswer templates{};
    SearchAnswer services{};
    SearchAnswer roots{};
    SearchAnswer intermediates{};
    SearchAnswer nt_auth{};
    bool operator==(const DirectoryAnswers&) const = default;
};

// Where those searches begin (rule C4: below the configuration partition that the root DSE names).
struct SearchBases {
    std::string public_key_services{};
    std::string templates{};
    std::string services{};
    std::string roots{};
    std::string intermediates{};
    std::string nt_auth{};
};
SearchBases search_bases(const std::string& configuration_nc);

// Empty when the root DSE does not say.
std::string configuration_nc(const DirectoryAnswers& answers);
// objectGUID of the forest root domain (rule A6); nothing when it was not read.
std::optional<Guid> forest_root_guid(const DirectoryAnswers& answers);

// Error: kInvalidData when objectSid, primaryGroupID or tokenGroups is missing or unreadable.
Result<engine::Account> account_of(const DirectoryAnswers& answers, engine::Scope scope);

// Of a root DSE that was asked for tokenGroups: sorted, unique.  Errors: kNotSupported when it has
// none, kInvalidData.
Result<std::vector<Sid>> session_sids_of(const LdapEntry& root_dse);

// A trust container that was not read whole says so in its TrustSet (rule K3).
// Error: templates or enrollment services were not read whole; the code is the search's own.
Result<engine::Replica> replica_of(const DirectoryAnswers& answers);

}  // namespace ae::policy
