#include "service/report_parts.h"
#include "service/status_parts.h"

namespace ae::service {
namespace {

constexpr unsigned kSchema = 1;  // a member that is renamed or goes away makes it 2

Json optional_json(const std::optional<Time>& time) {
    return time ? Json(ae::to_string(*time)) : Json(nullptr);
}

template <class Number>
Json optional_json(const std::optional<Number>& number) {
    return number ? Json(*number) : Json(nullptr);
}

Json policy_of(const ContextStatus& status) {
    Json json = policy_json(status.policy);
    json["enroll"] = status.policy.enroll();
    json["manage"] = status.policy.manage();
    json["pending"] = status.policy.pending();
    json["problem"] = status.policy_problem;
    return json;
}

Json service_of(const ContextStatus& status) {
    if (!status.host) {
        return {{"state", nullptr}, {"problem", status.host_problem}};
    }
    return {{"state", status.host->state},
            {"problem", ""},
            {"process", status.host->process},
            {"since", ae::to_string(status.host->since)},
            {"running_trigger", status.host->running_trigger},
            {"follow_up", status.host->follow_up}};
}

Json last_run_of(const RunRecord& record) {
    if (!record.last) {
        return nullptr;
    }
    const engine::LastRun& last = *record.last;
    return {{"trigger", to_string(last.trigger)},
            {"started", ae::to_string(last.started)},
            {"ended", ae::to_string(last.ended)},
            {"duration_seconds", (last.ended - last.started).count()},
            {"outcome", to_string(last.outcome)},
            {"failures", record.failures},
            {"policy_bits", optional_json(record.policy_bits)},
            {"policy_source", record.policy_source},
            {"domain_controller", record.controller},
            {"unreachable_in_a_row", last.unreachable_in_a_row},
            {"at_risk", optional_json(last.at_risk)}};
}

Json replica_of(const ContextStatus& status) {
    if (!status.replica) {
        return nullptr;
    }
    Json json = source_json(status.replica->source, status.now);
    json["templates"] = status.replica->templates;
    json["cas"] = status.replica->cas;
    return json;
}

Json next_run_of(const ContextStatus& status) {
    if (!status.host || !status.host->next) {
        return nullptr;
    }
    return {{"time", ae::to_string(status.host->next->at)},
            {"trigger", to_string(status.host->next->why)}};
}

Json json_of(const HeldStatus& one) {
    return {{"template", one.template_name},
            {"thumbprint", one.thumbprint},
            {"subject", one.subject},
            {"not_before", ae::to_string(one.valid_from)},
            {"not_after", ae::to_string(one.expires)},
            {"renewal_begins", optional_json(one.renewal_begins)},
            {"key", to_string(one.key)}};
}

Json json_of(const PendingStatus& one, Time now) {
    return {{"template", one.template_name},
            {"ca", one.ca},
            {"request_id", optional_json(one.request_id)},
            {"submitted", ae::to_string(one.submitted)},
            {"age_seconds", (now - one.submitted).count()}};
}

Json json_of(const CaHealth& ca) {
    return {{"ca", ca.ca},
            {"failures", ca.failures},
            {"silent_since", optional_json(ca.silent_since)},
            {"refusals", ca.refusals}};
}

Json counters_of(const RunCounters& counters) {
    Json json = {{"runs", Json::object()}, {"enrolled", Json::object()}};
    for (const auto& [outcome, number] : counters.runs) {
        json["runs"][std::string(to_string(outcome))] = number;
    }
    for (const auto& [name, number] : counters.enrolled) {
        json["enrolled"][name] = number;
    }
    return json;
}

}  // namespace

std::string status_as_json(const ContextStatus& status) {
    const HealthReport health = health_of(status);
    Json json;
    json["schema"] = kSchema;
    json["context"] = to_string(status.scope);
    json["time"] = ae::to_string(status.now);
    json["state"] = to_string(health.health);
    json["exit_code"] = static_cast<int>(health.health);
    json["reasons"] = health.reasons;
    json["policy"] = policy_of(status);
    json["service"] = service_of(status);
    json["last_run"] = last_run_of(status.record);
    json["last_run_problem"] = status.record_problem;
    json["replica"] = replica_of(status);
    json["next_run"] = next_run_of(status);
    json["certificates"] =
        json_list(status.held, [](const HeldStatus& one) { return json_of(one); });
    json["pending"] = json_list(status.pending,
                                [&](const PendingStatus& one) { return json_of(one, status.now); });
    json["cas"] = json_list(status.cas, [](const CaHealth& one) { return json_of(one); });
    json["needs_user"] = status.record.needs_user;
    json["counters"] = counters_of(status.record.counters);
    json["warnings"] = status.warnings;
    return json_text(json);
}

}  // namespace ae::service
