#include "policy/ldap_directory.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/extended_name.h"
#include "policy/ldap_error.h"

#include <array>
#include <optional>
#include <set>
#include <utility>

namespace ae::policy {
namespace {

const std::vector<std::string> kAccountAttributes = {
    "sAMAccountName", "objectSid", "primaryGroupID", "userAccountControl", "dNSHostName"};
const std::vector<std::string> kRootDseAttributes = {
    "configurationNamingContext", "defaultNamingContext", "rootDomainNamingContext", "dnsHostName",
    "dsServiceName"};
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
                                                      "msPKI-RA-Policies",
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

// As over HTTP (http_fetch.h): what a certificate names must not hold up the pulse.
constexpr std::chrono::milliseconds kLookUpLimit{5000};

// Another controller may serve us where this one did not.
bool is_worth_another_controller(Hresult code) {
    return code == kTimeout || code == kServerUnavailable || code == kTargetUnknown ||
           code == kBusy || code == kNoKdc || code == hresult_from_ldap(52);
}

// The five searches, in the order of the members of DirectoryAnswers.
std::vector<SearchRequest> replica_searches(const std::string& configuration_nc) {
    const auto bases = search_bases(configuration_nc);
    const auto objects = [](const std::string& base, const std::string& object_class,
                            const std::vector<std::string>& attributes) {
        return SearchRequest{.base = base,
                             .scope = SearchScope::one_level,
                             .filter = "(objectClass=" + object_class + ")",
                             .attributes = attributes,
                             .descriptors = SecurityDescriptors::include};
    };
    const auto trust = [](const std::string& base, SearchScope scope) {
        return SearchRequest{.base = base, .scope = scope, .attributes = kTrustAttributes};
    };
    return {objects(bases.templates, "pKICertificateTemplate", kTemplateAttributes),
            objects(bases.services, "pKIEnrollmentService", kServiceAttributes),
            trust(bases.roots, SearchScope::subtree),
            trust(bases.intermediates, SearchScope::subtree),
            trust(bases.nt_auth, SearchScope::base)};
}

// The forest root domain as every controller of the forest knows it: by the name of its partition,
// because only the forest root's own controllers hold the object itself.
SearchRequest forest_root_search(const std::string& configuration_nc, const std::string& root_nc) {
    return {.base = "CN=Partitions," + configuration_nc,
            .scope = SearchScope::one_level,
            .filter = "(&(objectClass=crossRef)(nCName=" + escape_filter_value(root_nc) + "))",
            .attributes = {"nCName"},
            .names = Names::extended};
}

std::optional<LdapEntry> forest_root_of(const SearchAnswer& answer, const std::string& root_nc) {
    if (answer.entries.size() != 1) {
        return std::nullopt;
    }
    const auto text = text_of(answer.entries.front().attributes, "nCName");
    const auto name = parse_extended_name(text.value_or(std::string{}));
    LdapEntry entry{root_nc, {}};
    if (name.guid) {
        entry.attributes["objectGUID"] = {{name.guid->wire.begin(), name.guid->wire.end()}};
    }
    if (name.sid) {
        entry.attributes["objectSid"] = {name.sid->to_wire()};
    }
    return entry.attributes.empty() ? std::nullopt : std::optional(std::move(entry));
}

// For people and for whoever compares two answers: nothing is decided by it.
std::string invocation_id_of(const SearchAnswer& settings_of_server) {
    if (settings_of_server.entries.size() != 1) {
        return {};
    }
    const auto& values = values_of(settings_of_server.entries.front().attributes, "invocationId");
    const auto id = values.empty() ? std::nullopt : Guid::from_wire(values.front());
    return id ? id->to_string() : std::string{};
}

class ReadingDirectory final : public LdapDirectory {
  public:
    ReadingDirectory(DirectoryOptions options, std::unique_ptr<DcLocator> locator)
        : options_(std::move(options)), locator_(std::move(locator)) {}

    Result<engine::Account> read_account(engine::Scope scope) override {
        connection_.reset();
        if (auto connected = connect(); !connected) {
            return pass(connected);
        }
        auto account = fetch_account().and_then([&](auto) { return account_of(answers_, scope); });
        if (!account) {
            return pass(account,
                        "read account " + options_.account_name + " from " + answers_.server_name);
        }
        return account;
    }

    Result<engine::Replica> read_replica() override {
        if (!connection_) {
            if (auto connected = connect(); !connected) {
                return pass(connected);
            }
        }
        fetch_replica();
        auto replica = replica_of(answers_);
        if (!replica) {
            connection_.reset();
            return pass(replica, "read Public Key Services from " + answers_.server_name);
        }
        return replica;
    }

    Done unpublish(const std::vector<Bytes>& certificates) override {
        if (!connection_ || answers_.account.dn.empty()) {
            return fail(kUnexpected, "userCertificate is changed before the account was read");
        }
        // One by one: a modification of several values fails as a whole when one of them is gone.
        Done first_failure = done();
        for (const auto& certificate : certificates) {
            auto removed =
                connection_->remove_value(answers_.account.dn, "userCertificate", certificate);
            if (!removed && removed.error().code != kNoSuchAttribute && first_failure) {
                first_failure = std::move(removed);
            }
        }
        return first_failure;
    }

    Result<std::vector<Sid>> session_sids() override {
        if (!connection_) {
            return fail(kNotSupported, "the directory is not connected");
        }
        auto root = connection_->search({.attributes = {"tokenGroups"}});
        if (!root) {
            return pass(root, "read tokenGroups of the root DSE");
        }
        return root->entries.size() == 1
                   ? session_sids_of(root->entries.front())
                   : fail(kNotSupported, answers_.server_name + " shows no root DSE");
    }

    Result<SearchAnswer> look_up(const LdapUrl& url) override {
        if (!connection_) {
            return fail(kServerUnavailable, "the directory is not connected");
        }
        auto answer = connection_->search(
            {.base = url.dn, .filter = url.filter, .attributes = {url.attribute}}, kLookUpLimit);
        if (!answer && answer.error().code == kNoSuchObject) {
            return fail(kFileNotFound, printable(url.dn) + " is not in the directory",
                        "Publish what the certificate names in the directory");
        }
        return answer;
    }

    Result<SidNames> names_of(const std::vector<Sid>& sids) override {
        if (!connection_) {
            return fail(kNotSupported, "the directory is not connected");
        }
        const std::string filter = sid_filter(sids);
        if (filter.empty()) {
            return SidNames{};
        }
        auto found = connection_->search({.base = root_dse("defaultNamingContext"),
                                          .scope = SearchScope::subtree,
                                          .filter = filter,
                                          .attributes = {"objectSid", "sAMAccountName", "cn"}},
                                         kLookUpLimit);
        if (!found) {
            return pass(found, "read the names of groups");
        }
        return names_in(*found);
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
            options_.credentials, options_.timeouts);
        if (!connection) {
            return pass(connection);
        }
        auto root = connection->search({.attributes = kRootDseAttributes});
        if (!root) {
            return pass(root);
        }
        if (root->entries.size() != 1) {
            return fail(kInvalidData, controller.dns_name + " shows no root DSE");
        }
        answers_ = {.server_name = controller.dns_name,
                    .server_address = controller.address,
                    .client_site = controller.client_site,
                    .domain_dns = options_.domain_dns,
                    .root_dse = std::move(root->entries.front())};
        if (configuration_nc(answers_).empty() || root_dse("defaultNamingContext").empty()) {
            return fail(kInvalidData, controller.dns_name + " names no configuration partition");
        }
        connection_.emplace(std::move(*connection));
        return done();
    }

    Done fetch_account() {
        auto found = connection_->search(
            {.base = root_dse("defaultNamingContext"),
             .scope = SearchScope::subtree,
             .filter = "(sAMAccountName=" + escape_filter_value(options_.account_name) + ")",
             .attributes = kAccountAttributes});
        if (!found) {
            return pass(found);
        }
        if (found->entries.size() != 1) {
            return fail(kNoSuchObject, "the domain has no such account",
                        "Join this host to the domain again.");
        }
        answers_.account = std::move(found->entries.front());
        const auto& dn = answers_.account.dn;
        const auto root_nc = root_dse("rootDomainNamingContext");
        // Each by itself: a failure of one must not take the others along.
        auto more =
            connection_->search_all({{.base = dn, .attributes = {"tokenGroups"}},
                                     {.base = dn, .attributes = {"userCertificate"}},
                                     forest_root_search(configuration_nc(answers_), root_nc)});
        take_user_certificates(std::move(more[1]));
        answers_.forest_root = forest_root_of(more[2], root_nc);
        auto groups = take_token_groups(std::move(more[0]));
        record();
        return groups;
    }

    // Rule S10: only a base search computes it; without a global catalog the second name answers.
    Done take_token_groups(SearchAnswer first) {
        const auto& dn = answers_.account.dn;
        const auto take = [&](SearchAnswer& answer, const char* name) {
            if (answer.entries.size() != 1) {
                return false;
            }
            const auto& values = values_of(answer.entries.front().attributes, name);
            if (!values.empty()) {
                answers_.account.attributes["tokenGroups"] = values;
            }
            return !values.empty();
        };
        if (take(first, "tokenGroups")) {
            return done();
        }
        auto second =
            connection_->search_all({{.base = dn, .attributes = {"tokenGroupsNoGCAcceptable"}}});
        if (take(second.front(), "tokenGroupsNoGCAcceptable")) {
            return done();
        }
        for (const auto* answer : {&first, &second.front()}) {
            if (!answer->complete) {
                return fail(answer->code,
                            "tokenGroups of " + printable(dn) + ": " + answer->problem);
            }
        }
        return done();  // account_of() says that there are none
    }

    // Rule D4: that they cannot be read is a fact for the engine, not an end of the pulse.
    void take_user_certificates(SearchAnswer answer) {
        if (!answer.complete) {
            answers_.user_certificates_problem =
                Error{answer.code, "userCertificate: " + answer.problem, {}}.sentence();
        } else if (answer.entries.size() != 1) {
            answers_.user_certificates_problem = "the account's own object was not in the answer";
        } else {
            answers_.account.attributes.merge(answer.entries.front().attributes);
        }
    }

    void fetch_replica() {
        auto searches = replica_searches(configuration_nc(answers_));
        searches.push_back({.base = root_dse("dsServiceName"), .attributes = {"invocationId"}});
        auto found = connection_->search_all(searches);
        const std::array into{&answers_.templates, &answers_.services, &answers_.roots,
                              &answers_.intermediates, &answers_.nt_auth};
        for (std::size_t i = 0; i < into.size(); ++i) {
            *into[i] = std::move(found[i]);
        }
        answers_.invocation_id = invocation_id_of(found.back());
        record();
    }

    void record() const {
        if (options_.recorder) {
            options_.recorder(answers_);
        }
    }

    [[nodiscard]] std::string root_dse(std::string_view name) const {
        return text_of(answers_.root_dse.attributes, name).value_or(std::string{});
    }

    DirectoryOptions options_;
    std::unique_ptr<DcLocator> locator_;
    std::optional<LdapConnection> connection_;
    DirectoryAnswers answers_;
};

}  // namespace

std::unique_ptr<LdapDirectory> create_ldap_directory(DirectoryOptions options,
                                                     std::unique_ptr<DcLocator> locator) {
    return std::make_unique<ReadingDirectory>(std::move(options), std::move(locator));
}

}  // namespace ae::policy
