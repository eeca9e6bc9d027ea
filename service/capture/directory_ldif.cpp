#include "service/capture/directory_ldif.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "policy/ldif.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace ae::service {
namespace {

using policy::LdapEntry;

bool is_below(std::string_view dn, std::string_view base) {
    return dn.size() > base.size() && dn[dn.size() - base.size() - 1] == ',' &&
           equal_ignoring_case(dn.substr(dn.size() - base.size()), base);
}

// Of the class, if the entry tells its class at all: a search for a class need not ask for it.
bool may_be(const LdapEntry& entry, std::string_view object_class) {
    const auto classes = policy::texts_of(entry.attributes, "objectClass");
    return classes.empty() || std::any_of(classes.begin(), classes.end(), [&](const auto& one) {
               return equal_ignoring_case(one, object_class);
           });
}

class Sorter {
  public:
    Sorter(policy::DirectoryAnswers& answers, const std::string& account)
        : answers_(answers),
          account_(account),
          bases_(policy::search_bases(policy::configuration_nc(answers))),
          forest_root_(policy::text_of(answers.root_dse.attributes, "rootDomainNamingContext")
                           .value_or(std::string{})) {}

    // False: none of the pulse's searches gives such an entry.
    bool take(LdapEntry entry) {
        if (equal_ignoring_case(entry.dn, account_)) {
            answers_.account = std::move(entry);
        } else if (!forest_root_.empty() && equal_ignoring_case(entry.dn, forest_root_)) {
            answers_.forest_root = std::move(entry);
        } else if (is_below(entry.dn, bases_.templates)) {
            add(answers_.templates, std::move(entry), "pKICertificateTemplate");
        } else if (is_below(entry.dn, bases_.services)) {
            add(answers_.services, std::move(entry), "pKIEnrollmentService");
        } else if (is_in(entry.dn, bases_.roots)) {
            answers_.roots.entries.push_back(std::move(entry));
        } else if (is_in(entry.dn, bases_.intermediates)) {
            answers_.intermediates.entries.push_back(std::move(entry));
        } else if (equal_ignoring_case(entry.dn, bases_.nt_auth)) {
            answers_.nt_auth.entries.push_back(std::move(entry));
        } else {
            // The other objects there say nothing to a pulse: a whole export is welcome.
            return is_in(entry.dn, bases_.public_key_services);
        }
        return true;
    }

  private:
    static bool is_in(std::string_view dn, std::string_view base) {
        return equal_ignoring_case(dn, base) || is_below(dn, base);
    }
    static void add(policy::SearchAnswer& answer, LdapEntry entry, std::string_view object_class) {
        if (may_be(entry, object_class)) {
            answer.entries.push_back(std::move(entry));
        }
    }

    policy::DirectoryAnswers& answers_;
    const std::string& account_;
    policy::SearchBases bases_;
    std::string forest_root_;
};

}  // namespace

std::string write_directory(const policy::DirectoryAnswers& answers) {
    std::vector<LdapEntry> entries{answers.root_dse, answers.account};
    if (answers.forest_root) {
        entries.push_back(*answers.forest_root);
    }
    for (const auto* answer : {&answers.templates, &answers.services, &answers.roots,
                               &answers.intermediates, &answers.nt_auth}) {
        entries.insert(entries.end(), answer->entries.begin(), answer->entries.end());
    }
    return policy::write_ldif(entries);
}

Result<policy::DirectoryAnswers> parse_directory(std::string_view text,
                                                 const std::string& account) {
    auto records = policy::parse_ldif(text);
    if (!records) {
        return pass(records);
    }
    policy::DirectoryAnswers answers;
    std::set<std::string> seen;
    for (auto& record : *records) {
        if (!seen.insert(to_lower(record.entry.dn)).second) {
            return fail(kInvalidData, "line " + std::to_string(record.line) + ": a second entry " +
                                          printable(record.entry.dn));
        }
        if (record.entry.dn.empty()) {
            answers.root_dse = std::move(record.entry);
        }
    }
    if (policy::configuration_nc(answers).empty()) {
        return fail(kInvalidData,
                    "there is no root DSE (an entry with an empty dn) that says what "
                    "configurationNamingContext is");
    }
    Sorter sorter(answers, account);
    for (auto& record : *records) {
        const auto dn = record.entry.dn;
        if (!dn.empty() && !sorter.take(std::move(record.entry))) {
            return fail(kInvalidData,
                        "line " + std::to_string(record.line) + ": " + printable(dn) +
                            " is neither the account, nor the forest root domain, nor below "
                            "Public Key Services");
        }
    }
    if (answers.account.dn.empty()) {
        return fail(kInvalidData, "there is no entry " + printable(account) +
                                      ", which machine.json names as the account");
    }
    return answers;
}

}  // namespace ae::service
