#include "service/selftest/checks.h"

namespace ae::service {
namespace {

std::string counted(std::size_t count, const char* what) {
    return std::to_string(count) + ' ' + what;
}

void check_locate(const MemberParts& member, Notebook& notes) {
    const auto controller = member.locate();
    if (!controller) {
        notes.failure("directory.locate", controller.error());
        return;
    }
    std::string sentence =
        controller->dns_name + " (" + controller->address + ") answers for " + member.domain;
    sentence += controller->client_site.empty()
                    ? "; the directory knows no site for this host"
                    : "; this host's site is " + controller->client_site;
    notes.ok("directory.locate", std::move(sentence));
}

// Rule K3: a container that could not be read whole is reported inside the replica.
void report_replica(const engine::Replica& replica, Notebook& notes) {
    std::string incomplete;
    for (const engine::TrustSet* set : {&replica.roots, &replica.intermediates, &replica.nt_auth}) {
        if (!set->complete && incomplete.empty()) {
            incomplete = set->problem;
        }
    }
    if (!incomplete.empty()) {
        notes.failure("directory.replica",
                      not_as_expected("a trust container could not be read whole: " + incomplete));
        return;
    }
    const std::string sentence =
        counted(replica.templates.size(), "templates, ") +
        counted(replica.services.size(), "enrollment services, ") +
        counted(replica.roots.certificates.size(), "roots, ") +
        counted(replica.intermediates.certificates.size(), "intermediates, ") +
        counted(replica.nt_auth.certificates.size(), "in NTAuth");
    if (replica.services.empty()) {
        notes.note("directory.replica", sentence, "No enterprise CA is published in this forest");
    } else {
        notes.ok("directory.replica", sentence);
    }
}

void check_directory(const SelftestParts& parts, MemberParts& member, Notebook& notes) {
    const auto account = member.directory->read_account(parts.scope);
    if (!account) {
        notes.failure("directory.account", account.error());
        notes.skip_all({"directory.replica"}, "directory.account");
        return;
    }
    notes.ok("directory.account", account->sam_account_name + " is " + account->distinguished_name +
                                      ", with " + counted(account->sids.size(), "SIDs"));
    const auto replica = member.directory->read_replica();
    if (replica) {
        report_replica(*replica, notes);
    } else {
        notes.failure("directory.replica", replica.error());
    }
}

}  // namespace

void check_domain(const SelftestParts& parts, Notebook& notes) {
    auto member = parts.member();
    if (!member) {
        notes.failure("member", member.error());
        notes.skip_all({"directory.locate", "directory.account", "directory.replica"}, "member");
    } else {
        notes.ok("member", member->account + " of " + member->domain);
        check_locate(*member, notes);
        check_directory(parts, *member, notes);
    }
    if (parts.ca.dns_host.empty()) {
        notes.skip("ca.ping", "no --ca was given");
    } else if (!member) {
        notes.skip_all({"ca.ping"}, "member");
    } else {
        // After the directory: on Linux that is what fetches the tickets.
        notes.result("ca.ping", member->ping(parts.ca), parts.ca.config() + " answers");
    }
}

}  // namespace ae::service
