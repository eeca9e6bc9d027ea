#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/explain/explain_report.h"
#include "service/explain/explain_words.h"
#include "service/look_parts.h"
#include "service/status_parts.h"

#include <array>

namespace ae::service {
namespace {

constexpr std::array<std::string_view, 3> kNextCa = {"ask", "stop", "unknown"};

Json code_json(Hresult code) {
    const HresultRow* row = find_hresult(code);
    const CodeKnowledge* more = knowledge_of(code);
    Json json{{"code", to_hex(code)},
              {"decimal", static_cast<std::int32_t>(code)},
              {"symbol", row->symbol},
              {"meaning", row->meaning},
              {"causes", more == nullptr ? "" : more->causes},
              {"remedy", row->remedy}};
    json["next_ca"] = nullptr;
    if (failed(code)) {
        json["next_ca"] = kNextCa.at(static_cast<std::size_t>(engine::next_ca(code)));
    }
    json["diagnoses"] = diagnoses_of(more == nullptr ? "" : more->diagnoses);
    return json;
}

Json event_json(const EventKnowledge* event) {
    return {{"source", to_string(event->origin)},
            {"number", event->number},
            {"recorded_here", event->written_by == WrittenBy::us},
            {"meaning", event->meaning},
            {"causes", event->causes},
            {"remedy", event->remedy},
            {"diagnoses", diagnoses_of(event->diagnoses)}};
}

Json step_json(const engine::RuleStep& step) {
    return {{"part", to_string(step.part)},       {"rule", step.rule}, {"question", step.question},
            {"outcome", to_string(step.outcome)}, {"fact", step.fact}, {"remedy", step.remedy}};
}

Json template_json(const TemplateAnswer& answer) {
    return {{"name", answer.name},
            {"oid", answer.oid},
            {"version", answer.version},
            {"decision", decision_json(answer.decision)},
            {"trail", json_list(answer.trail, step_json)},
            {"certificates_and_requests", json_list(answer.parts, decision_json)},
            {"pending", answer.requests},
            {"superseded_by", answer.superseded_by}};
}

template <class T, class ToJson>
Json maybe(const std::optional<T>& value, ToJson to_json) {
    return value ? Json(to_json(*value)) : Json(nullptr);
}

Json certificate_json(const CertificateAnswer& answer) {
    const engine::CertificateFacts& facts = answer.facts;
    Json json{{"thumbprint", answer.thumbprint},
              {"store", answer.store},
              {"place", answer.place},
              {"subject", facts.subject},
              {"dns_names", facts.dns_names},
              {"issuer", facts.issuer},
              {"serial", facts.serial},
              {"not_before", ae::to_string(facts.not_before)},
              {"not_after", ae::to_string(facts.not_after)},
              {"template", answer.template_name},
              {"unmanaged", answer.unmanaged}};
    json["renewal_begins"] = maybe(
        answer.renewal, [](const engine::RenewalDate& one) { return ae::to_string(one.begins); });
    json["key"] = maybe(answer.key, [](engine::KeyState key) { return to_string(key); });
    json["key_detail"] = answer.key_detail;
    json["chain"] = maybe(answer.chain, chain_json);
    json["mapping"] = mapping_name(answer.mapping);
    json["sid"] = maybe(facts.sid, [](const Sid& sid) { return sid.to_string(); });
    json["decision"] = maybe(answer.decision, decision_json);
    json["template_decision"] = maybe(answer.template_decision, decision_json);
    return json;
}

}  // namespace

std::string_view next_ca_text(engine::NextCa next) {
    switch (next) {
        case engine::NextCa::ask:
            return "is asked";
        case engine::NextCa::stop:
            return "is not asked: it would answer the same";
        case engine::NextCa::unknown:
            break;
    }
    return "is not asked: this one may have issued";
}

std::string_view mapping_name(Mapping mapping) {
    switch (mapping) {
        case Mapping::none:
            return "none";
        case Mapping::this_account:
            return "this account";
        case Mapping::another_account:
            break;
    }
    return "another account";
}

std::string mapping_text(Mapping mapping) {
    return mapping == Mapping::none
               ? "it carries no SID, so domain controllers may not take it for a logon"
               : "bound to " + std::string(mapping_name(mapping));
}

std::vector<std::string> diagnoses_of(std::string_view list) {
    std::vector<std::string> ids;
    for (const std::string_view id : split(list, ' ')) {
        if (!id.empty()) {
            ids.emplace_back(id);
        }
    }
    return ids;
}

std::string explanation_as_json(const Explanation& explanation) {
    Json json;
    json["asked"] = explanation.asked;
    json["codes"] = json_list(explanation.codes, code_json);
    json["events"] = json_list(explanation.events, event_json);
    json["template"] = maybe(explanation.of_template, template_json);
    json["certificate"] = maybe(explanation.certificate, certificate_json);
    json["offline"] = offline_json(explanation.offline, explanation.now);
    return json_text(json);
}

}  // namespace ae::service
