#include "policy/ldap_directory.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/account_parser.h"
#include "policy/directory_objects.h"
#include "policy/ldap_error.h"
#include "policy/template_parser.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace ae::policy {
namespace {

// Section 5.1 of the rules; a list, because "all attributes" would not bring the descriptor.
const std::vector<std::string> kTemplateAttributes = {"cn",
                                                      "displayName",
                                                      "revision",
                                                      "flags",
                                                      "nTSecurityDescriptor",
                                                      "pKICriticalExtensions",
                                                      "pKIExtendedKeyUsage",
                                                      "pKIDefaultCSPs",
                                                      "pKIDefaultKeySpec",
                                                      "pKIExpirationPeriod",
                                                      "pKIOverlapPeriod",
                                                      "pKIKeyUsage",
                                                      "pKIMaxIssuingDepth",
                                                      "msPKI-Template-Schema-Version",
                                                      "msPKI-Template-Minor-Revision",
                                                      "msPKI-RA-Signature",
                                                      "msPKI-Minimal-Key-Size",
                                                      "msPKI-Cert-Template-OID",
                                                      "msPKI-Supersede-Templates",
                                                      "msPKI-RA-Application-Policies",
                                                      "msPKI-Certificate-Policy",
                                                      "msPKI-Certificate-Application-Policy",
                                                      "msPKI-Enrollment-Flag",
                                                      "msPKI-Private-Key-Flag",
                                                      "msPKI-Certificate-Name-Flag"};
const std::vector<std::string> kServiceAttributes = {"cn",
                                                     "displayName",
                                                     "dNSHostName",
                                                     "cACertificate",
                                                     "certificateTemplates",
                                                     "msPKI-Site-Name",
                                                     "nTSecurityDescriptor"};
const std::vector<std::string> kTrustAttributes = {"objectClass", "cACertificate",
                                                   "crossCertificatePair"};

// Another controller may serve us where this one did not.
bool is_worth_another_controller(Hresult code) {
    return code == kTimeout || code == kServerUnavailable || code == kTargetUnknown ||
           code == kBusy || code == kNoKdc || code == hresult_from_ldap(52);
}

std::string below(std::string_view child, const std::string& parent) {
    return "CN=" + std::string(child) + ',' + parent;
}

engine::TrustSet to_trust_set(Result<SearchAnswer> answer, const std::string& base) {
    engine::TrustSet set;
    if (!answer) {
        // A forest that never had a CA has no NTAuthCertificates; that is an answer, and an empty
        // one.
        set.complete = answer.error().code == kNoSuchObject;
        set.problem = set.complete ? "" : answer.error().sentence();
        return set;
    }
    // Rule K3: an empty answer counts only when the container itself was in it.
    bool container_seen = false;
    for (const auto& entry : answer->entries) {
        container_seen = container_seen || equal_ignoring_case(entry.dn, base);
        add_trust_object(entry.attributes, entry.dn, set);
    }
    set.complete = answer->complete && container_seen;
    if (!answer->complete) {
        set.problem = base + ": " + answer->problem;
    } else if (!container_seen) {
        set.problem = base + " is not readable for this account";
    }
    return set;
}

class LdapDirectory final : public engine::Directory {
  public:
    LdapDirectory(DirectoryOptions options, std::unique_ptr<DcLocator> locator)
        : options_(std::move(options)), locator_(std::move(locator)) {}

    Result<engine::Account> read_account(engine::Scope scope) override {
        connection_.reset();
        if (auto connected = connect(); !connected) {
            return pass(connected);
        }
        auto account = account_of(scope);
        if (!account) {
            return pass(account,
                        "read account " + options_.account_name + " from " + server_.dns_name);
        }
        return account;
    }

    Result<engine::Replica> read_replica() override {
        if (!connection_) {
            if (auto connected = connect(); !connected) {
                return pass(connected);
            }
        }
        auto replica = replica_of();
        if (!replica) {
            connection_.reset();
            return pass(replica, "read Public Key Services from " + server_.dns_name);
        }
        return replica;
    }

  private:
    Done connect() {
        std::set<std::string> avoid;
        std::string failures;
        for (;;) {
            auto found = locator_->find(options_.domain_dns, avoid);
            if (!found) {
                if (!failures.empty()) {
                    found.error().context = failures + "; then " + found.error().context;
                }
                return pass(found, "find a domain controller of " + options_.domain_dns);
            }
            auto opened = prepare_and_open(*found);
            if (opened) {
                return opened;
            }
            if (!is_worth_another_controller(opened.error().code)) {
                return opened;
            }
            failures += (failures.empty() ? "" : "; ") + opened.error().context;
            avoid.insert(to_lower(found->dns_name));
        }
    }

    Done prepare_and_open(const DomainController& controller) {
        if (options_.prepare_credentials) {
            if (auto prepared = options_.prepare_credentials(controller); !prepared) {
                return prepared;
            }
        }
        return open(controller);
    }

    Done open(const DomainController& controller) {
        auto connection = LdapConnection::open(
            {controller.dns_name, options_.domain_dns, controller.address, controller.port},
            options_.credential_cache, options_.timeouts);
        if (!connection) {
            return pass(connection);
        }
        auto root =
            connection->search({.attributes = {"configurationNamingContext", "defaultNamingContext",
                                               "rootDomainNamingContext"}});
        if (!root) {
            return pass(root);
        }
        if (root->entries.size() != 1) {
            return fail(kInvalidData, controller.dns_name + " shows no root DSE");
        }
        const auto& attributes = root->entries.front().attributes;
        const auto value = [&](std::string_view name) {
            return text_of(attributes, name).value_or(std::string{});
        };
        server_ = {controller.dns_name, controller.address, controller.client_site,
                   value("configurationNamingContext")};
        domain_nc_ = value("defaultNamingContext");
        root_domain_nc_ = value("rootDomainNamingContext");
        if (server_.configuration_nc.empty() || domain_nc_.empty()) {
            return fail(kInvalidData, controller.dns_name + " names no configuration partition");
        }
        connection_.emplace(std::move(*connection));
        return done();
    }

    Result<engine::Account> account_of(engine::Scope scope) {
        auto found = connection_->search(
            {.base = domain_nc_,
             .scope = SearchScope::subtree,
             .filter = "(sAMAccountName=" + escape_filter_value(options_.account_name) + ")",
             .attributes = {"sAMAccountName", "objectSid", "primaryGroupID", "userAccountControl",
                            "dNSHostName"}});
        if (!found) {
            return pass(found);
        }
        if (found->entries.size() != 1) {
            return fail(kNoSuchObject, "the domain has no such account",
                        "Join this host to the domain again.");
        }
        const auto& entry = found->entries.front();
        auto groups = token_groups(entry.dn);
        if (!groups) {
            return pass(groups);
        }
        auto own = object_sid(entry.attributes);
        auto sids = account_sids(entry.attributes, *groups, forest_root_domain(entry.attributes));
        if (!own || !sids) {
            return pass(sids);
        }
        engine::Account account;
        account.scope = scope;
        account.distinguished_name = entry.dn;
        account.sam_account_name =
            text_of(entry.attributes, "sAMAccountName").value_or(options_.account_name);
        account.domain_dns = options_.domain_dns;
        account.dns_host_name = text_of(entry.attributes, "dNSHostName").value_or(std::string{});
        account.object_sid = std::move(*own);
        account.sids = std::move(*sids);
        return account;
    }

    // Rule S10: only a base search computes it; without a global catalog the second name answers.
    Result<std::vector<Bytes>> token_groups(const std::string& dn) {
        Error first;
        for (const auto* name : {"tokenGroups", "tokenGroupsNoGCAcceptable"}) {
            auto answer = connection_->search({.base = dn, .attributes = {name}});
            if (!answer) {
                first = first.context.empty() ? answer.error() : first;
                continue;
            }
            if (!answer->entries.empty()) {
                const auto& values = values_of(answer->entries.front().attributes, name);
                if (!values.empty()) {
                    return values;
                }
            }
        }
        if (!first.context.empty()) {
            return fail(std::move(first));
        }
        return fail(kInvalidData, "the server sends no tokenGroups for " + printable(dn));
    }

    // Only a read-only controller needs it (rule S9); without it one group is missing, which can
    // only take rights away.
    std::optional<Sid> forest_root_domain(const AttributeMap& account) {
        if ((user_account_control(account) & kPartialSecretsAccount) == 0) {
            return std::nullopt;
        }
        auto root = connection_->search({.base = root_domain_nc_, .attributes = {"objectSid"}});
        if (!root || root->entries.size() != 1) {
            return std::nullopt;
        }
        auto sid = object_sid(root->entries.front().attributes);
        return sid ? std::optional(std::move(*sid)) : std::nullopt;
    }

    Result<engine::Replica> replica_of() {
        const auto services =
            below("Public Key Services", "CN=Services," + server_.configuration_nc);
        const auto templates_base = below("Certificate Templates", services);
        const auto enrollment_base = below("Enrollment Services", services);
        const auto roots_base = below("Certification Authorities", services);
        const auto aia_base = below("AIA", services);
        const auto nt_auth_base = below("NTAuthCertificates", services);
        const auto trust = [](const std::string& base, SearchScope scope) {
            return SearchRequest{.base = base, .scope = scope, .attributes = kTrustAttributes};
        };
        auto answers = connection_->search_all({{.base = templates_base,
                                                 .scope = SearchScope::one_level,
                                                 .filter = "(objectClass=pKICertificateTemplate)",
                                                 .attributes = kTemplateAttributes,
                                                 .descriptors = SecurityDescriptors::include},
                                                {.base = enrollment_base,
                                                 .scope = SearchScope::one_level,
                                                 .filter = "(objectClass=pKIEnrollmentService)",
                                                 .attributes = kServiceAttributes,
                                                 .descriptors = SecurityDescriptors::include},
                                                trust(roots_base, SearchScope::subtree),
                                                trust(aia_base, SearchScope::subtree),
                                                trust(nt_auth_base, SearchScope::base)});

        engine::Replica replica;
        replica.server = server_;
        for (std::size_t i : {0U, 1U}) {
            if (!answers[i]) {
                return pass(answers[i]);
            }
            if (!answers[i]->complete) {
                return fail(kDirectoryReferral, (i == 0 ? templates_base : enrollment_base) + ": " +
                                                    answers[i]->problem);
            }
        }
        for (const auto& entry : answers[0]->entries) {
            replica.templates.push_back(parse_template(entry.attributes));
        }
        for (const auto& entry : answers[1]->entries) {
            replica.services.push_back(parse_enrollment_service(entry.attributes));
        }
        replica.roots = to_trust_set(std::move(answers[2]), roots_base);
        replica.intermediates = to_trust_set(std::move(answers[3]), aia_base);
        replica.nt_auth = to_trust_set(std::move(answers[4]), nt_auth_base);
        // The server's order means nothing; a stable one makes two pulses comparable.
        std::sort(replica.templates.begin(), replica.templates.end(),
                  [](const auto& a, const auto& b) { return to_lower(a.name) < to_lower(b.name); });
        std::sort(replica.services.begin(), replica.services.end(),
                  [](const auto& a, const auto& b) { return to_lower(a.cn) < to_lower(b.cn); });
        return replica;
    }

    DirectoryOptions options_;
    std::unique_ptr<DcLocator> locator_;
    std::optional<LdapConnection> connection_;
    engine::DirectoryServer server_;
    std::string domain_nc_;
    std::string root_domain_nc_;
};

}  // namespace

std::unique_ptr<engine::Directory> create_ldap_directory(DirectoryOptions options,
                                                         std::unique_ptr<DcLocator> locator) {
    return std::make_unique<LdapDirectory>(std::move(options), std::move(locator));
}

}  // namespace ae::policy
