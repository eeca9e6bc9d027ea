#include "service/doctor/finding.h"

#include <algorithm>

namespace ae::service {

std::string_view to_string(Stage stage) {
    switch (stage) {
        case Stage::environment:
            return "environment";
        case Stage::policy:
            return "policy";
        case Stage::trigger:
            return "trigger";
        case Stage::present:
            return "present";
        case Stage::rights:
            return "rights";
        case Stage::ca_choice:
            return "CA choice";
        case Stage::key:
            return "key";
        case Stage::network:
            return "network";
        case Stage::refusal:
            return "refusal";
        case Stage::pending:
            return "pending";
        case Stage::installed:
            return "installed";
        case Stage::mapping:
            return "mapping";
    }
    return {};
}

std::string_view to_string(FindingVerdict verdict) {
    switch (verdict) {
        case FindingVerdict::ok:
            return "OK";
        case FindingVerdict::note:
            return "NOTE";
        case FindingVerdict::warn:
            return "WARN";
        case FindingVerdict::fail:
            return "FAIL";
        case FindingVerdict::not_checked:
            return "not checked";
    }
    return {};
}

EventName name_of(engine::EventId id) {
    const engine::Event event = engine::make_event(id, {});
    return {event.source, event.number};
}

int exit_code(const Diagnosis& diagnosis) {
    const auto any = [&](FindingVerdict verdict) {
        return std::ranges::any_of(diagnosis.findings, [verdict](const Finding& finding) {
            return finding.verdict == verdict;
        });
    };
    if (any(FindingVerdict::fail)) {
        return 2;
    }
    return any(FindingVerdict::warn) ? 1 : 0;
}

}  // namespace ae::service
