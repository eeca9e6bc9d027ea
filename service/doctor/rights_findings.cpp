// RGT1-RGT7: may the account have certificates of a template?
#include "engine/asked.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/held_review.h"
#include "engine/pending_requests.h"
#include "engine/ticket_age.h"
#include "service/cli/nearest.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"

#include <algorithm>

namespace ae::service {
namespace {

using engine::EventSource;
using engine::Right;
using engine::Template;
using engine::Verdict;
using enum FindingVerdict;

Finding finding(std::string id, FindingVerdict verdict, std::string subject, std::string sentence) {
    return {.id = std::move(id),
            .stage = Stage::rights,
            .verdict = verdict,
            .subject = std::move(subject),
            .sentence = std::move(sentence)};
}

Finding no_such_template(const Examination& seen, const std::string& name, FindingVerdict verdict) {
    const std::string& controller = seen.view->replica.server.dns_name;
    Finding none = finding("RGT1", verdict, name,
                           "The directory has no template named " + name +
                               (controller.empty() ? "" : " (DC " + controller + ")") + ".");
    std::vector<std::string> names;
    for (const Template& one : seen.view->world.templates) {
        names.push_back(one.name);
        if (equal_ignoring_case(one.display_name, name)) {
            none.evidence.push_back("\"" + name + "\" is the display name of the template " +
                                    one.name + ".");
        }
    }
    if (none.evidence.empty()) {
        none.evidence.push_back(std::to_string(names.size()) + " templates were read" +
                                did_you_mean(name, names));
    }
    none.remedy =
        "Give the template's name (cn), not its display name; a new template may still have to "
        "replicate to this controller.";
    none.events = {{EventSource::cert_enroll, 5},
                   {EventSource::cert_enroll, 6},
                   {EventSource::cert_enroll, 25}};
    return none;
}

// A request that waits for a template which the directory has no longer.
std::vector<Finding> of_lost_templates(const Examination& seen) {
    std::vector<Finding> findings;
    const engine::TemplateIndex index(seen.view->world.templates);
    for (const engine::PendingRequest& one : seen.view->world.pending) {
        if (engine::is_submitted(one) && !index.find_name(one.template_name)) {
            findings.push_back(no_such_template(seen, one.template_name, warn));
            findings.back().evidence.push_back("request " + std::to_string(*one.request_id) +
                                               " at " + one.ca.config() + " waits for it");
        }
    }
    return findings;
}

std::string right_of(Verdict verdict) {
    const Right right = verdict == Verdict::not_readable      ? Right::read
                        : verdict == Verdict::no_enroll_right ? Right::enroll
                                                              : Right::autoenroll;
    return std::string(to_string(right));
}

Finding lacks_right(const Examination& seen, const TemplateCase& one) {
    Finding lacks =
        finding_of(one,
                   account_of(seen) + " lacks " + right_of(one.decision.verdict) + " on " +
                       one.wanted.name + ".",
                   one.decision.remedy.empty()
                       ? "Correct it on the template's security tab; Read, Enroll and "
                         "Autoenroll are all needed."
                       : one.decision.remedy + "; Read, Enroll and Autoenroll are all needed");
    for (const std::uint32_t number : {46U, 47U}) {
        const EventName event{EventSource::cert_enroll, number};
        if (std::ranges::find(lacks.events, event) == lacks.events.end()) {
            lacks.events.push_back(event);
        }
    }
    return lacks;
}

Finding wrong_context(const TemplateCase& one) {
    const bool machine = (one.wanted.general_flags & engine::general_flag::kMachineType) != 0;
    return finding_of(
        one, one.wanted.name + " is for " + (machine ? "computers." : "users."),
        machine ? "Ask about it without --user, or choose a user template."
                : "Ask about it with --user in the user's session, or choose a computer template.");
}

Finding not_autoenrollable(const TemplateCase& one) {
    return finding_of(one, one.wanted.name + " cannot be autoenrolled: " + one.decision.fact + ".",
                      one.decision.remedy.empty() ? "Duplicate the template and change the copy."
                                                  : one.decision.remedy);
}

// The groups without which the right is gone, of those that the tickets lack.
std::vector<Sid> deciding_groups(const Template& wanted, const std::vector<Sid>& account,
                                 const std::vector<Sid>& lacking) {
    const auto object =
        engine::parse_security_descriptor(wanted.security_descriptor.value_or(Bytes{}));
    const auto granted = [&](const std::vector<Sid>& sids) {
        return object && engine::check_access(*object, Right::enroll, engine::SidSet(sids)).granted;
    };
    std::vector<Sid> in_tickets;
    std::ranges::copy_if(account, std::back_inserter(in_tickets), [&](const Sid& sid) {
        return std::ranges::find(lacking, sid) == lacking.end();
    });
    std::vector<Sid> deciding;
    if (granted(in_tickets)) {
        return deciding;
    }
    for (const Sid& group : lacking) {
        std::vector<Sid> with = in_tickets;
        with.push_back(group);
        if (granted(with)) {
            deciding.push_back(group);
        }
    }
    return deciding.empty() ? lacking : deciding;  // several together
}

std::string list_of(const std::vector<Sid>& sids) {
    std::vector<std::string> names;
    for (const Sid& sid : sids) {
        names.push_back(sid.to_string());
    }
    return join(names, ", ");
}

// RGT5: the engine judges by the directory (S11), the CA by the ticket.
std::vector<Finding> newer_than_tickets(const Examination& seen,
                                        const std::vector<TemplateCase>& cases) {
    std::vector<Finding> findings;
    const auto& session = seen.view->session;
    if (!session || !*session) {
        return findings;
    }
    const std::vector<Sid>& account = seen.view->world.account.sids;
    const std::vector<Sid> lacking = engine::lacking_in_tickets(account, **session);
    if (lacking.empty()) {
        return findings;
    }
    for (const TemplateCase& one : cases) {
        const bool asks = one.decision.verdict == Verdict::enroll ||
                          one.decision.verdict == Verdict::renew ||
                          one.decision.verdict == Verdict::waiting;
        const auto groups =
            asks ? deciding_groups(one.wanted, account, lacking) : std::vector<Sid>{};
        if (groups.empty()) {
            continue;
        }
        Finding old =
            finding("RGT5", one.asked ? fail : warn, one.wanted.name,
                    "The right on " + one.wanted.name + " comes from group " + list_of(groups) +
                        ", joined after the current sign-in. A request would be made "
                        "and refused with 0x80094012.");
        old.evidence = {"rule S11: the directory grants " + std::to_string(account.size()) +
                            " SIDs, of which the tickets lack " + list_of(lacking),
                        "aeclient whoami --groups shows both lists"};
        old.remedy = seen.scope == engine::Scope::machine
                         ? "Restart the computer, or run aeclient pulse: it takes fresh tickets "
                           "after such a refusal, where it can."
                         : "Sign out and in again, then run: aeclient pulse --user";
        old.events = {{EventSource::cert_enroll, 17}, {EventSource::cert_enroll, 13}};
        old.codes = {engine::kTemplateDenied};
        findings.push_back(std::move(old));
    }
    return findings;
}

// RGT6: one finding per CA, with the templates that it keeps from the account.
std::vector<Finding> closed_cas(const Examination& seen, const std::vector<TemplateCase>& cases) {
    std::vector<Finding> findings;
    for (const TemplateCase& one : cases) {
        for (const engine::ClosedDoor& door : one.offer.refusing) {
            if (!is_in_view(seen, *door.service)) {
                continue;
            }
            const std::string ca = door.service->ref().config();
            auto at = std::ranges::find(findings, ca, &Finding::subject);
            if (at == findings.end()) {
                findings.push_back(
                    finding("RGT6", note, ca,
                            ca + " does not let " + account_of(seen) + " request certificates."));
                at = findings.end() - 1;
                at->evidence = {"rule S12: " + door.reason};
                at->remedy =
                    "Correct it on the CA's security tab; the default is Authenticated Users.";
                at->events = {{EventSource::cert_enroll, 47}};
                at->codes = {hresult(0x80094011)};
            }
            at->evidence.push_back("it lists " + one.wanted.name);
            const bool only = one.cause && one.cause->id == "RGT6";
            at->verdict = std::max(at->verdict, only ? one.verdict_of(*one.cause) : warn);
        }
    }
    return findings;
}

std::string version_text(const Template& one) {
    return "v" + std::to_string(one.major_version) + "." + std::to_string(one.minor_version);
}

// RGT7: what the last run decided from is not what the directory has now.
std::vector<Finding> stale_copies(const Examination& seen, const std::vector<TemplateCase>& cases) {
    std::vector<Finding> findings;
    for (const TemplateCase& one : cases) {
        const auto kept = std::ranges::find_if(seen.kept_templates, [&](const Template& each) {
            return equal_ignoring_case(each.name, one.wanted.name);
        });
        if (kept == seen.kept_templates.end() || version_text(*kept) == version_text(one.wanted)) {
            continue;
        }
        Finding stale =
            finding("RGT7", note, one.wanted.name,
                    "This host's copy of " + one.wanted.name + " is " + version_text(*kept) +
                        ", the directory has " + version_text(one.wanted) + ".");
        stale.evidence = {
            "rule K7: each run reads all templates anew; the copy is what the last "
            "run saw"};
        stale.remedy = "Run: " + engine::command_line("pulse --force", seen.scope, {});
        findings.push_back(std::move(stale));
    }
    return findings;
}

Finding granted(const Examination& seen, const TemplateCase& one) {
    Finding may = finding("RGT4", ok, one.wanted.name,
                          account_of(seen) + " may have certificates of " + one.wanted.name + ".");
    if (one.decision.verdict != Verdict::held) {  // else the rule is about the certificate
        may.evidence = {"rule " + one.decision.rule + ": " + one.decision.fact};
    }
    return may;
}

// Normal in every forest: most of its templates are for others.
std::vector<Finding> not_meant(const Examination& seen, std::size_t cases) {
    const std::size_t count = seen.view->world.templates.size() - cases;
    if (count == 0 || !seen.template_name.empty()) {
        return {};
    }
    Finding others =
        finding("RGT4", ok, "",
                std::to_string(count) + (count == 1 ? " template is" : " templates are") +
                    " not meant for " + account_of(seen) + ".");
    others.evidence = {
        "no Autoenroll right, another kind of account, or no CA offers it: aeclient "
        "templates --all says why of each"};
    return {others};
}

std::vector<Finding> of_template(const Examination& seen, const TemplateCase& one) {
    if (!one.cause) {
        return {granted(seen, one)};
    }
    if (one.cause->id == "RGT2") {
        return {not_autoenrollable(one)};
    }
    if (one.cause->id == "RGT3") {
        return {wrong_context(one)};
    }
    return one.cause->id == "RGT4" ? std::vector{lacks_right(seen, one)} : std::vector<Finding>{};
}

}  // namespace

std::vector<Finding> rights_findings(const Examination& seen) {
    if (!seen.view) {
        return {};
    }
    if (!seen.template_name.empty() && asked_template(seen) == nullptr) {
        return {no_such_template(seen, seen.template_name, fail)};
    }
    const std::vector<TemplateCase> cases = cases_of(seen);
    std::vector<Finding> findings;
    const auto append = [&](std::vector<Finding> more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    for (const TemplateCase& one : cases) {
        append(of_template(seen, one));
    }
    append(newer_than_tickets(seen, cases));
    append(closed_cas(seen, cases));
    append(stale_copies(seen, cases));
    if (seen.template_name.empty()) {
        append(of_lost_templates(seen));
    }
    append(not_meant(seen, cases.size()));
    return findings;
}

}  // namespace ae::service
