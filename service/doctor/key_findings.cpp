// KEY1, KEY3, KEY4: can the key be made, and without asking anybody?
#include "engine/asked.h"
#include "engine/base/text.h"
#include "service/doctor/case.h"
#include "service/doctor/doctor.h"

namespace ae::service {
namespace {

using engine::EventSource;
using engine::Verdict;
using enum FindingVerdict;

Finding provider_missing(const Examination& seen, const TemplateCase& one) {
    std::vector<std::string> names;
    for (const engine::ProviderChoice& choice : one.wanted.providers) {
        names.push_back(choice.name);
    }
    const bool of_provider = one.decision.event == engine::EventId::ce_provider_missing;
    Finding missing = finding_of(
        one, of_provider ? "None of the providers named by " + one.wanted.name +
                               " is available: " + join(names, ", ") + "."
                         : "The kind of key that " + one.wanted.name +
                               " asks for cannot be made here: " + one.decision.fact + ".");
    missing.evidence.push_back("here are: " + join(seen.view->world.abilities.providers, ", "));
    missing.remedy =
        "Choose another provider or key on the template's cryptography tab, or "
        "install the provider.";
    missing.events = {{EventSource::cert_enroll, 55},
                      {EventSource::cert_enroll, 57},
                      {EventSource::cert_enroll, 58}};
    return missing;
}

Finding no_card_reader(const TemplateCase& one) {
    Finding none =
        finding_of(one, "No smart-card reader: " + one.wanted.name + " keeps its key in a card.",
                   "Choose another provider on the template's cryptography tab; this "
                   "agent does not make keys in cards.");
    none.events = {{EventSource::cert_enroll, 43}};
    return none;
}

// The machine can never be asked (E9); a user can, but not by this run (R-UI5).
Finding asks_somebody(const TemplateCase& one) {
    if (one.decision.verdict != Verdict::needs_user) {
        return finding_of(
            one, one.wanted.name + " asks for the user and can never be enrolled by a computer.");
    }
    return finding_of(one, one.wanted.name + " waits for your consent.");
}

Finding waits_for_consent(const TemplateCase& one) {
    return {.id = "KEY4",
            .stage = Stage::key,
            .verdict = note,
            .subject = one.wanted.name,
            .sentence = one.wanted.name + " waits for your consent.",
            .evidence = {"rule R-UI1: the template asks for the user's part (0x100)"},
            .remedy =
                "Answer the notice, or run: " +
                engine::command_line("enroll --interactive", engine::Scope::user, one.wanted.name),
            .events = {{EventSource::cert_enroll, 27}, {EventSource::cert_enroll, 30}}};
}

bool asks_for_consent(const Examination& seen, const TemplateCase& one) {
    for (const engine::Action& action : seen.view->plan.actions) {
        if (action.interactive && action.template_name == one.wanted.name) {
            return true;
        }
    }
    return false;
}

Finding can_be_made(const TemplateCase& one) {
    return {.id = "KEY1",
            .stage = Stage::key,
            .verdict = ok,
            .subject = one.wanted.name,
            .sentence = "The key that " + one.wanted.name + " asks for can be made here.",
            .evidence = {"rule E8: a provider of the template is here, with its kind of key"}};
}

std::vector<Finding> of_template(const Examination& seen, const TemplateCase& one) {
    if (one.cause) {
        if (one.cause->id == "KEY1") {
            return {provider_missing(seen, one)};
        }
        if (one.cause->id == "KEY3") {
            return {no_card_reader(one)};
        }
        return one.cause->id == "KEY4" ? std::vector{asks_somebody(one)} : std::vector<Finding>{};
    }
    if (one.decision.verdict == Verdict::held) {
        return {};  // nothing is to be made
    }
    std::vector<Finding> findings{can_be_made(one)};
    if (asks_for_consent(seen, one)) {
        findings.push_back(waits_for_consent(one));
    }
    return findings;
}

}  // namespace

std::vector<Finding> key_findings(const Examination& seen) {
    std::vector<Finding> findings;
    const auto append = [&](std::vector<Finding> more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    for (const TemplateCase& one : cases_of(seen)) {
        append(of_template(seen, one));
    }
    append(live_key_findings(seen));
    return findings;
}

}  // namespace ae::service
