// What doctor says of a made-up machine, where only its own stores, directory and memory count: as
// of a capture, so that nothing is asked of this host.
#pragma once

#include "service/doctor/doctor.h"
#include "tests/support/builders.h"

#include <algorithm>
#include <string>
#include <vector>

namespace ae::test {

inline service::Examination examined(engine::Snapshot world) {
    service::Preview view;
    view.plan = engine::make_plan(world);
    view.world = std::move(world);
    service::Examination seen{
        .scope = view.world.account.scope, .now = view.world.now, .captured = true};
    seen.view = std::move(view);
    return seen;
}

inline bool is_complaint(service::FindingVerdict verdict) {
    return verdict == service::FindingVerdict::note || verdict == service::FindingVerdict::warn ||
           verdict == service::FindingVerdict::fail;
}

inline std::string text_of(const service::Finding& one) {
    return one.id + ' ' + std::string(to_string(one.verdict)) +
           (one.subject.empty() ? "" : " " + one.subject);
}

// "RGT4 FAIL CorpMachine" of each that is NOTE or worse.
inline std::vector<std::string> complaints_of(const service::Diagnosis& diagnosis) {
    std::vector<std::string> all;
    for (const service::Finding& one : diagnosis.findings) {
        if (is_complaint(one.verdict)) {
            all.push_back(text_of(one));
        }
    }
    return all;
}
inline std::vector<std::string> complaints_about(const service::Examination& seen) {
    return complaints_of(service::diagnose(seen));
}

// The only finding of this id; the test fails when there is none.
inline service::Finding the(const service::Diagnosis& diagnosis, const std::string& id) {
    for (const service::Finding& one : diagnosis.findings) {
        if (one.id == id && one.verdict != service::FindingVerdict::ok) {
            return one;
        }
    }
    return {.sentence = "there is no finding " + id};
}

}  // namespace ae::test
