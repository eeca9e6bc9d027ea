#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_choice.h"
#include "service/explain/explain_report.h"
#include "service/explain/explain_words.h"
#include "service/look_parts.h"
#include "service/status_parts.h"

namespace ae::service {
namespace {

using Rows = std::vector<std::vector<std::string>>;

void add(Rows& rows, const std::string& title, std::string_view value) {
    if (!value.empty()) {
        rows.push_back({"  " + title, printable(value)});
    }
}

std::string code_text(Hresult code, Style style) {
    const HresultRow* row = find_hresult(code);  // codes_of() knows no others
    const CodeKnowledge* more = knowledge_of(code);
    Rows rows;
    add(rows, "means", row->meaning);
    add(rows, "decimal", std::to_string(static_cast<std::int32_t>(code)));
    if (more != nullptr) {
        add(rows, "usual causes", more->causes);
    }
    add(rows, "what to do", row->remedy);
    if (failed(code)) {
        add(rows, "next CA", next_ca_text(engine::next_ca(code)));
    }
    if (more != nullptr) {
        add(rows, "doctor", more->diagnoses);
    }
    return style.strong(std::string(row->symbol) + ' ' + to_hex(code)) + '\n' + table(rows);
}

std::string event_text(const EventKnowledge& event, Style style) {
    Rows rows;
    add(rows, "means", event.meaning);
    if (event.written_by == WrittenBy::others) {
        add(rows, "written by", "others; this client does not record it");
    }
    add(rows, "usual causes", event.causes);
    add(rows, "what to do", event.remedy);
    add(rows, "doctor", event.diagnoses);
    return style.strong(std::string(to_string(event.origin)) + ' ' + std::to_string(event.number)) +
           '\n' + table(rows);
}

std::string outcome_text(engine::RuleOutcome outcome, Style style) {
    const std::string_view text = to_string(outcome);
    switch (outcome) {
        case engine::RuleOutcome::passed:
            return style.good(text);
        case engine::RuleOutcome::settled:
            return style.strong(text);
        case engine::RuleOutcome::failed:
            return style.bad(text);
        case engine::RuleOutcome::not_reached:
            break;
    }
    return style.faint(text);
}

std::string trail_text(const engine::RuleTrail& trail, Style style) {
    Rows rows{{"RULE", "DEMANDS", "OUTCOME", "FACT"}};
    for (const engine::RuleStep& step : trail) {
        const bool again = step.part == engine::RulePart::renewal;
        rows.push_back({step.rule, (again ? "renewal: " : "") + step.question,
                        outcome_text(step.outcome, style), printable(step.fact)});
    }
    return table(rows);
}

std::string template_text(const TemplateAnswer& answer, Style style) {
    const engine::Decision& decision = answer.decision;
    Rows rows;
    add(rows, "verdict",
        std::string(to_string(decision.verdict)) + " (rule " + decision.rule + ")");
    add(rows, "because", decision.fact);
    add(rows, "what to do", decision.remedy);
    add(rows, "superseded by", join(answer.superseded_by, ", "));
    for (const std::string& request : answer.requests) {
        add(rows, "request", request);
    }
    return style.strong("template " + printable(answer.name)) + " (version " + answer.version +
           (answer.oid.empty() ? "" : ", " + printable(answer.oid)) + ")\n" + table(rows) + '\n' +
           trail_text(answer.trail, style) + decisions_text(answer.parts);
}

std::string decision_text(const engine::Decision& decision) {
    return std::string(to_string(decision.verdict)) + " (rule " + decision.rule +
           "): " + decision.fact;
}

std::string certificate_text(const CertificateAnswer& answer, Style style) {
    const engine::CertificateFacts& facts = answer.facts;
    Rows rows;
    add(rows, "subject", facts.subject);
    add(rows, "DNS names", join(facts.dns_names, ", "));
    add(rows, "issuer", facts.issuer);
    add(rows, "serial number", facts.serial);
    add(rows, "valid from", ae::to_string(facts.not_before));
    add(rows, "valid until", ae::to_string(facts.not_after));
    add(rows, "stands in", answer.store);
    add(rows, "place", answer.place);
    add(rows, "template",
        answer.template_name.empty() ? "not managed: " + answer.unmanaged : answer.template_name);
    if (answer.renewal) {
        add(rows, "renewal begins", ae::to_string(answer.renewal->begins));
    }
    if (answer.key) {
        add(rows, "key",
            std::string(to_string(*answer.key)) +
                (answer.key_detail.empty() ? "" : ": " + answer.key_detail));
    }
    if (answer.chain) {
        add(rows, "chain",
            std::string(to_string(answer.chain->state)) +
                (answer.chain->detail.empty() ? "" : ": " + answer.chain->detail));
        if (answer.chain->revocation_problem) {
            add(rows, "revocation", describe(*answer.chain->revocation_problem));
        }
    }
    add(rows, "mapping",
        mapping_text(answer.mapping) + (facts.sid ? " (" + facts.sid->to_string() + ")" : ""));
    if (answer.decision) {
        add(rows, "the next run", decision_text(*answer.decision));
    }
    if (answer.template_decision) {
        add(rows, "its template", decision_text(*answer.template_decision));
    }
    return style.strong("certificate " + answer.thumbprint) + '\n' + table(rows);
}

}  // namespace

std::string explanation_as_text(const Explanation& explanation, Style style) {
    std::string text;
    const auto add_part = [&](const std::string& part) {
        text += (text.empty() ? "" : "\n") + part;
    };
    if (explanation.offline) {
        add_part("the directory " + as_of(explanation.offline->source, explanation.now) +
                 ", because none answers now: " + printable(explanation.offline->problem) + '\n');
    }
    for (const Hresult code : explanation.codes) {
        add_part(code_text(code, style));
    }
    for (const EventKnowledge* event : explanation.events) {
        add_part(event_text(*event, style));
    }
    if (explanation.of_template) {
        add_part(template_text(*explanation.of_template, style));
    }
    if (explanation.certificate) {
        add_part(certificate_text(*explanation.certificate, style));
    }
    return text;
}

}  // namespace ae::service
