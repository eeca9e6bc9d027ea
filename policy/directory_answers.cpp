#include "policy/directory_answers.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/account_parser.h"
#include "policy/directory_objects.h"
#include "policy/ldap_error.h"
#include "policy/template_parser.h"

#include <algorithm>
#include <utility>

namespace ae::policy {
namespace {

std::string below(std::string_view child, const std::string& parent) {
    return "CN=" + std::string(child) + ',' + parent;
}

Error problem_of(const SearchAnswer& answer, const std::string& base, Hresult otherwise) {
    return {answer.code == kOk ? otherwise : answer.code, base + ": " + answer.problem, {}};
}

enum class Absence { is_empty, is_unknown };

engine::TrustSet trust_set_of(const SearchAnswer& answer, const std::string& base,
                              Absence absence) {
    engine::TrustSet set;
    // Rule K3: an empty answer counts only when the container itself was in it.
    bool container_seen = false;
    for (const auto& entry : answer.entries) {
        container_seen = container_seen || equal_ignoring_case(entry.dn, base);
        add_trust_object(entry.attributes, entry.dn, set);
    }
    // A forest that never had a CA has no NTAuthCertificates: that is an answer, and an empty one.
    // The containers stand in every forest; a missing one is hidden from this account.
    const bool none =
        absence == Absence::is_empty && !answer.complete && answer.code == kNoSuchObject;
    set.complete = none || (answer.complete && container_seen);
    if (set.complete) {
        return set;
    }
    set.problem = answer.complete ? base + " is not readable for this account"
                                  : problem_of(answer, base, kReadFault).sentence();
    return set;
}

std::string forest_id_of(const DirectoryAnswers& answers) {
    const auto id = forest_root_guid(answers);
    return id ? id->to_string() : std::string{};
}

}  // namespace

SearchBases search_bases(const std::string& configuration_nc) {
    const auto root = below("Public Key Services", below("Services", configuration_nc));
    return {root,
            below("Certificate Templates", root),
            below("Enrollment Services", root),
            below("Certification Authorities", root),
            below("AIA", root),
            below("NTAuthCertificates", root)};
}

std::string configuration_nc(const DirectoryAnswers& answers) {
    return text_of(answers.root_dse.attributes, "configurationNamingContext")
        .value_or(std::string{});
}

std::optional<Guid> forest_root_guid(const DirectoryAnswers& answers) {
    if (!answers.forest_root) {
        return std::nullopt;
    }
    const auto& values = values_of(answers.forest_root->attributes, "objectGUID");
    return values.empty() ? std::nullopt : Guid::from_wire(values.front());
}

Result<engine::Account> account_of(const DirectoryAnswers& answers, engine::Scope scope) {
    const auto& entry = answers.account;
    const auto& groups = values_of(entry.attributes, "tokenGroups");
    if (groups.empty()) {
        return fail(kInvalidData, "the server sends no tokenGroups for " + printable(entry.dn));
    }
    std::optional<Sid> forest_root_domain;
    if (answers.forest_root) {
        // Rule S9: only a read-only controller needs it; without it one group is missing, which can
        // only take rights away.
        if (auto sid = object_sid(answers.forest_root->attributes)) {
            forest_root_domain = std::move(*sid);
        }
    }
    auto own = object_sid(entry.attributes);
    auto sids = account_sids(entry.attributes, groups, forest_root_domain);
    if (!own || !sids) {
        return pass(sids);
    }
    engine::Account account;
    account.scope = scope;
    account.distinguished_name = entry.dn;
    account.sam_account_name = text_of(entry.attributes, "sAMAccountName").value_or(std::string{});
    account.domain_dns = answers.domain_dns;
    account.dns_host_name = text_of(entry.attributes, "dNSHostName").value_or(std::string{});
    account.object_sid = std::move(*own);
    account.sids = std::move(*sids);
    account.user_certificates = values_of(entry.attributes, "userCertificate");
    account.user_certificates_problem = answers.user_certificates_problem;
    return account;
}

Result<std::vector<Sid>> session_sids_of(const LdapEntry& root_dse) {
    const auto& groups = values_of(root_dse.attributes, "tokenGroups");
    if (groups.empty()) {
        return fail(kNotSupported, "the root DSE shows no tokenGroups");
    }
    return sids_of_values(groups);
}

Result<engine::Replica> replica_of(const DirectoryAnswers& answers) {
    engine::Replica replica;
    replica.server = {answers.server_name, answers.server_address, answers.client_site,
                      configuration_nc(answers), forest_id_of(answers)};
    const auto bases = search_bases(replica.server.configuration_nc);
    for (const auto& [answer, base] : {std::pair(&answers.templates, &bases.templates),
                                       std::pair(&answers.services, &bases.services)}) {
        if (!answer->complete) {
            return fail(problem_of(*answer, *base, kReadFault));
        }
    }
    for (const auto& entry : answers.templates.entries) {
        replica.templates.push_back(parse_template(entry.attributes));
    }
    for (const auto& entry : answers.services.entries) {
        replica.services.push_back(parse_enrollment_service(entry.attributes));
    }
    replica.roots = trust_set_of(answers.roots, bases.roots, Absence::is_unknown);
    replica.intermediates =
        trust_set_of(answers.intermediates, bases.intermediates, Absence::is_unknown);
    replica.nt_auth = trust_set_of(answers.nt_auth, bases.nt_auth, Absence::is_empty);
    // The server's order means nothing; a stable one makes two pulses comparable.
    std::stable_sort(
        replica.templates.begin(), replica.templates.end(),
        [](const auto& a, const auto& b) { return to_lower(a.name) < to_lower(b.name); });
    std::stable_sort(replica.services.begin(), replica.services.end(),
                     [](const auto& a, const auto& b) { return to_lower(a.cn) < to_lower(b.cn); });
    return replica;
}

}  // namespace ae::policy
