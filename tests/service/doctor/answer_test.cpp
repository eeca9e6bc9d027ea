// The last line of `doctor --template T`: it never contradicts the plan.
#include "service/doctor/answer.h"

#include "tests/service/doctor/scenario_seen.h"

namespace ae::service {
namespace {

using engine::Verdict;
using test::all_scenarios;
using test::of_scenario;

// How the line goes on behind the template's name; the second: where the first cannot be said.
std::vector<std::string> ends_for(Verdict verdict) {
    switch (verdict) {
        case Verdict::held:
            return {" is satisfied by "};
        case Verdict::enroll:
        case Verdict::renew:
            return {" will be requested at the next run", " waits for you"};
        case Verdict::pending:
            return {" waits for approval (", " cannot be requested: PND2",
                    " cannot be requested: POL2"};
        case Verdict::needs_user:
            return {" waits for you"};
        case Verdict::not_readable:
        case Verdict::no_enroll_right:
        case Verdict::no_autoenroll_right:
        case Verdict::wrong_context:
            return {" is not for this account: "};
        default:
            return {" cannot be requested: "};
    }
}

bool is_a_finding(const Diagnosis& diagnosis, const std::string& id) {
    return std::ranges::any_of(diagnosis.findings, [&](const Finding& one) {
        return one.id == id && test::is_complaint(one.verdict);
    });
}

}  // namespace

TEST_CASE("whatever the plan decides about a template, doctor's last line says the same",
          "[doctor][answer][scenarios]") {
    for (const std::string& name : all_scenarios()) {
        const Preview view = *of_scenario(name).view;
        for (std::size_t i = 0; i < view.world.templates.size(); ++i) {
            const engine::Template& wanted = view.world.templates[i];
            const engine::Decision& decision = view.plan.decisions[i];
            if (view.world.templates.size() > 20 && decision.verdict != Verdict::held) {
                continue;  // a whole forest: its many others say nothing new
            }
            Examination seen{.scope = view.world.account.scope,
                             .now = view.world.now,
                             .captured = true,
                             .template_name = wanted.name,
                             .view = view};
            const Diagnosis diagnosis = diagnose(seen);
            INFO(name << ": plan " << engine::to_string(decision.verdict) << ' ' << decision.rule
                      << ", doctor: " << diagnosis.answer);
            CHECK(std::ranges::any_of(ends_for(decision.verdict), [&](const std::string& end) {
                return diagnosis.answer.starts_with(wanted.name + end);
            }));
            const std::string cannot = wanted.name + " cannot be requested: ";
            if (diagnosis.answer.starts_with(cannot)) {
                CHECK(is_a_finding(diagnosis, diagnosis.answer.substr(cannot.size())));
            }
        }
    }
}

TEST_CASE("doctor ends with one line about the template that was asked for", "[doctor][answer]") {
    const std::vector<std::vector<std::string>> rows = {
        {"first-enrollment", "CorpMachine", "CorpMachine will be requested at the next run"},
        {"first-enrollment", "corpmachine", "CorpMachine will be requested at the next run"},
        {"renewal-begins", "Corp1Year", "Corp1Year will be requested at the next run"},
        {"request-60-days", "CorpApproved", "CorpApproved waits for approval (12)"},
        {"interaction-user", "CorpA Prompted", "CorpA Prompted waits for you"},
        {"interaction-user-headless", "CorpPrompted", "CorpPrompted waits for you"},
        {"access-2-denied-autoenroll", "CorpMachine", "CorpMachine is not for this account: E3"},
        {"wrong-context-machine", "CorpUser", "CorpUser is not for this account: E4"},
        {"no-authority-in-the-forest", "CorpMachine", "CorpMachine cannot be requested: CAS1"},
        {"first-enrollment", "NoSuch", "NoSuch cannot be requested: RGT1"},
        {"policy-zero", "CorpMachine", "CorpMachine cannot be requested: POL2"},
        {"schema-version-1", "Machine", "Machine cannot be requested: RGT2"},
        {"ca-revoked", "CorpMachine", "CorpMachine cannot be requested: CAS3"},
        {"brake", "CorpMachine", "CorpMachine cannot be requested: INS8"},
        {"supersede-1-both-and-nothing-held", "CorpOld", "CorpOld cannot be requested: HAV4"},
        {"superseded-and-successor-here", "CorpOld",
         "CorpOld is satisfied by 6d22a63d0587f2d5feff364525bcba670e45f15e until "
         "2027-03-24T12:00:00Z"},
        {"renamed-host", "CorpMachine", "CorpMachine will be requested at the next run"},
        {"renamed-host-given-up", "CorpMachine", "CorpMachine cannot be requested: INS7"},
        {"lineages", "CorpWeb", "CorpWeb will be requested at the next run"},
        {"back-off-after-denials", "CorpOnce", "CorpOnce will be requested at the next run"},
        {"back-off-after-denials", "CorpThrice", "CorpThrice cannot be requested: REF1"},
        {"keys-that-cannot-be-made", "CorpSmartCard", "CorpSmartCard cannot be requested: KEY3"},
        {"renewal-waits-for-approval", "CorpApproved", "CorpApproved cannot be requested: PND2"},
    };
    for (const auto& row : rows) {
        INFO(row[0]);
        CHECK(diagnose(of_scenario(row[0], row[1])).answer == row[2]);
    }
    const Examination held = of_scenario("nothing-to-do", "CorpMachine");
    const std::string& thumbprint = held.view->world.my.front().thumbprint;
    CHECK(diagnose(held).answer.starts_with("CorpMachine is satisfied by " + thumbprint +
                                            " until 20"));
    CHECK(diagnose(of_scenario("nothing-to-do")).answer.empty());
}

}  // namespace ae::service
