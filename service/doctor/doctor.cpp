#include "service/doctor/doctor.h"

#include "service/doctor/answer.h"

#include <algorithm>
#include <array>
#include <set>

namespace ae::service {
namespace {

struct StageEntry {
    Stage stage;
    std::string_view prefix;  // of its ids
    std::vector<Finding> (*findings)(const Examination&);
};
constexpr std::array kStages = {
    StageEntry{Stage::environment, "ENV", environment_findings},
    StageEntry{Stage::policy, "POL", policy_findings},
    StageEntry{Stage::trigger, "TRG", trigger_findings},
    StageEntry{Stage::present, "HAV", present_findings},
    StageEntry{Stage::rights, "RGT", rights_findings},
    StageEntry{Stage::ca_choice, "CAS", ca_choice_findings},
    StageEntry{Stage::key, "KEY", key_findings},
    StageEntry{Stage::network, "NET", network_findings},
    StageEntry{Stage::refusal, "REF", refusal_findings},
    StageEntry{Stage::pending, "PND", pending_findings},
    StageEntry{Stage::installed, "INS", installed_findings},
    StageEntry{Stage::mapping, "MAP", mapping_findings},
};

Finding not_checked(const StageEntry& entry, const std::string& because_of) {
    return {.id = std::string(entry.prefix),
            .stage = entry.stage,
            .verdict = FindingVerdict::not_checked,
            .sentence = "Not checked, because of " + because_of + "."};
}

// Who we are, or what we are to do, is wrong: whatever follows would be a guess (O3).
bool stops_everything(const Finding& one) {
    return one.verdict == FindingVerdict::fail && one.subject.empty() &&
           (one.stage == Stage::environment || one.stage == Stage::policy);
}

bool needs_view(Stage stage) { return stage > Stage::trigger; }

class Examiner {
  public:
    explicit Examiner(const Examination& seen) : seen_(seen) {}

    std::vector<Finding> run() {
        for (const StageEntry& entry : kStages) {
            if (needs_view(entry.stage) && !seen_.view && stopped_by_.empty()) {
                explain_missing_view();
            }
            if (stopped_by_.empty()) {
                look(entry);
            } else {
                findings_.push_back(not_checked(entry, stopped_by_));
            }
        }
        hold_promises_back();
        return std::move(findings_);
    }

  private:
    void look(const StageEntry& entry) {
        std::vector<Finding> found = entry.findings(seen_);
        // What is wrong with a template or a CA already keeps later stages from guessing about it.
        std::erase_if(found, [&](const Finding& one) { return failed_.contains(one.subject); });
        for (const Finding& one : found) {
            if (one.verdict == FindingVerdict::fail && !one.subject.empty()) {
                failed_.insert(one.subject);
            }
            if (stopped_by_.empty() && stops_everything(one)) {
                stopped_by_ = one.id;
            }
        }
        findings_.insert(findings_.end(), found.begin(), found.end());
    }

    // A request that the CA will refuse (RGT5) is no news to look forward to.
    void hold_promises_back() {
        std::set<std::string> refused;
        for (const Finding& one : findings_) {
            if (one.id == "RGT5") {
                refused.insert(one.subject);
            }
        }
        std::erase_if(findings_, [&](const Finding& one) {
            const bool promise = (one.id == "HAV1" && one.verdict == FindingVerdict::note) ||
                                 (one.id == "RGT4" && one.verdict == FindingVerdict::ok);
            return promise && refused.contains(one.subject);
        });
    }

    // Nobody found out why, and yet there is nothing to look at.
    void explain_missing_view() {
        const auto failed = std::ranges::find(findings_, FindingVerdict::fail, &Finding::verdict);
        if (failed != findings_.end()) {
            stopped_by_ = failed->id;
            return;
        }
        Finding none{.id = "ENV2",
                     .stage = Stage::environment,
                     .verdict = FindingVerdict::fail,
                     .sentence = "What the directory and the stores hold cannot be read.",
                     .events = {{engine::EventSource::autoenrollment, 15},
                                {engine::EventSource::autoenrollment, 6}}};
        if (const auto& problem = seen_.view_problem) {
            none.evidence = {problem->sentence()};
            none.remedy = problem->remedy;
            none.codes = {problem->code};
        }
        const auto behind = std::ranges::find_if(
            findings_, [](const Finding& one) { return one.stage != Stage::environment; });
        findings_.insert(behind, std::move(none));
        stopped_by_ = "ENV2";
    }

    const Examination& seen_;
    std::vector<Finding> findings_{};
    std::set<std::string> failed_{};  // subjects
    std::string stopped_by_{};
};

}  // namespace

Diagnosis diagnose(const Examination& seen) {
    Diagnosis diagnosis{.findings = Examiner(seen).run()};
    if (!seen.template_name.empty()) {
        diagnosis.answer = answer_line(seen, diagnosis.findings);
    }
    return diagnosis;
}

}  // namespace ae::service
