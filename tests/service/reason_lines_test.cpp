#include "service/reason_lines.h"

#include "engine/base/hresult_table.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

using namespace ae;
using namespace ae::service;
using engine::About;
using engine::Decision;
using engine::Event;
using engine::EventId;
using engine::Outcome;
using engine::PulseReport;
using engine::Verdict;

constexpr std::uint32_t kEverything = 7;

Decision about_web(Verdict verdict, std::string rule = "X9") {
    return engine::about_template("Web", verdict, std::move(rule), "this is why", "do that");
}
Decision of_certificate(Verdict verdict, std::string rule, std::string template_name = "Web") {
    Decision decision = about_web(verdict, std::move(rule));
    decision.about = About::certificate;
    decision.template_name = std::move(template_name);
    decision.subject = "ab12";
    return decision;
}
PulseReport report(std::vector<Decision> decisions, std::uint32_t bits = kEverything) {
    PulseReport made;
    made.policy.bits = bits;
    made.decisions = std::move(decisions);
    return made;
}
std::vector<std::string> lines(const PulseReport& of, const std::vector<Event>& events = {}) {
    std::vector<std::string> texts;
    for (const Remark& remark : reason_lines(of, events)) {
        CHECK(remark.level == engine::EventLevel::warning);
        texts.push_back(remark.text);
    }
    return texts;
}
using Lines = std::vector<std::string>;

const Lines kNotEnrolled{"template Web: not enrolled: this is why (rule X9); do that"};
const Lines kNotRenewed{"template Web: not renewed: this is why (rule X9); do that"};

}  // namespace

TEST_CASE("each verdict about a template either asks for a line or does not", "[reason-lines]") {
    struct Row {
        Verdict verdict;
        bool line;
    };
    const std::vector<Row> rows{{Verdict::enroll, false},
                                {Verdict::renew, false},
                                {Verdict::held, false},
                                {Verdict::pending, true},
                                {Verdict::superseded, false},
                                {Verdict::published, false},
                                {Verdict::policy_off, false},
                                {Verdict::not_readable, false},
                                {Verdict::no_enroll_right, false},
                                {Verdict::no_autoenroll_right, false},
                                {Verdict::not_autoenrollable, true},
                                {Verdict::wrong_context, false},
                                {Verdict::not_offered, true},
                                {Verdict::not_trusted, true},
                                {Verdict::not_supported, true},
                                {Verdict::not_understood, true},
                                {Verdict::waiting, true},
                                {Verdict::braked, true},
                                {Verdict::needs_user, true},
                                {Verdict::retrieve, false},
                                {Verdict::forget, false},
                                {Verdict::archive, false},
                                {Verdict::remove, false},
                                {Verdict::left_alone, false},
                                {Verdict::issued, false},
                                {Verdict::failed, true},
                                {Verdict::archived, false},
                                {Verdict::removed, false},
                                {Verdict::forgotten, false}};
    // forgotten is the last: a new verdict needs a row.
    REQUIRE(rows.size() == static_cast<std::size_t>(Verdict::forgotten) + 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO(to_string(rows[i].verdict));
        REQUIRE(rows[i].verdict == static_cast<Verdict>(i));
        CHECK(lines(report({about_web(rows[i].verdict)})) ==
              (rows[i].line ? kNotEnrolled : Lines{}));
    }
}

TEST_CASE("a line names fact, rule and remedy, if there is one", "[reason-lines]") {
    Decision decision =
        engine::about_template("Web", Verdict::not_offered, "E10", "no enrollment service lists it",
                               "publish the template on a CA");
    CHECK(lines(report({decision})) ==
          Lines{"template Web: not enrolled: no enrollment service lists it (rule E10); publish "
                "the template on a CA"});
    decision.remedy.clear();
    CHECK(lines(report({decision})) ==
          Lines{"template Web: not enrolled: no enrollment service lists it (rule E10)"});
    CHECK(reason_lines(report({decision}), {}).at(0).template_name == "Web");
}

TEST_CASE("a template that nobody meant for autoenrollment needs no line",
          "[reason-lines][E1][E2]") {
    CHECK(lines(report({about_web(Verdict::not_autoenrollable, "E1")})).empty());
    CHECK(lines(report({about_web(Verdict::not_autoenrollable, "E2")})).empty());
    for (const auto* rule : {"E5", "E6", "E7", "E9"}) {
        CHECK(lines(report({about_web(Verdict::not_autoenrollable, rule)})).size() == 1);
    }
}

TEST_CASE("a right that was lost while a certificate is held needs a line", "[reason-lines][Q11]") {
    for (const auto verdict : {Verdict::no_enroll_right, Verdict::no_autoenroll_right}) {
        CHECK(lines(report({about_web(verdict, "Q11")})).size() == 1);
        CHECK(lines(report({about_web(verdict, "E3")})).empty());
    }
}

TEST_CASE("an event that warned of the template has said it", "[reason-lines]") {
    const PulseReport of = report({about_web(Verdict::not_offered)});
    const auto event = [](EventId id, const std::string& name) {
        return std::vector{engine::make_event(id, {"machine", name, "ca", "7", "x"})};
    };
    CHECK(lines(of, event(EventId::ce_no_ca_issues, "Web")).empty());       // a warning
    CHECK(lines(of, event(EventId::ce_enrollment_failed, "Web")).empty());  // an error
    CHECK(lines(of, event(EventId::ce_no_ca_issues, "wEB")).empty());
    CHECK(lines(of, event(EventId::ce_template_unreadable, "Web")) == kNotEnrolled);
    CHECK(lines(of, event(EventId::ce_no_ca_issues, "Web2")) == kNotEnrolled);
    CHECK(lines(of, {engine::make_event(EventId::ce_no_ca_in_forest, {"machine"})}) ==
          kNotEnrolled);
}

TEST_CASE("what AEPolicy switches off is not wanted", "[reason-lines][A1][A2]") {
    const std::vector<Decision> both{
        about_web(Verdict::not_offered),
        engine::about_template("Mail", Verdict::waiting, "Q7", "soon")};
    PulseReport of = report(both);
    of.policy.bits.reset();
    CHECK(lines(of).empty());
    CHECK(lines(report(both, 0)).empty());
    CHECK(lines(report(both, 0x8007)).empty());
    CHECK(lines(report(both, 7)).size() == 2);
    CHECK(lines(report(both, 1)).size() == 2);
    // Without ENROLL only what is held counts.
    CHECK(lines(report(both, 6)) == Lines{"template Mail: not enrolled: soon (rule Q7)"});
    CHECK(lines(report({about_web(Verdict::not_offered), of_certificate(Verdict::left_alone, "X9")},
                       6)) == kNotRenewed);
}

TEST_CASE("a valid certificate is enough until its renewal is due", "[reason-lines]") {
    const auto held = of_certificate(Verdict::held, "Q1");
    CHECK(lines(report({about_web(Verdict::not_supported), held})).empty());
    CHECK(lines(report({about_web(Verdict::not_supported),
                        of_certificate(Verdict::held, "Q1", "Mail")})) == kNotEnrolled);
    // An attribute that nobody understands makes the run fail, so the log says which.
    Decision fault = about_web(Verdict::not_understood);
    fault.failure = kInvalidData;
    CHECK(lines(report({fault, held})) == kNotEnrolled);
}

TEST_CASE("a renewal that does not come about is told as one", "[reason-lines][Q15]") {
    CHECK(lines(report({about_web(Verdict::not_supported),
                        of_certificate(Verdict::left_alone, "X9")})) == kNotRenewed);
    // One of several certificates of a template: the template's own line sums up.
    const auto sum = about_web(Verdict::renew, "Q15");
    CHECK(lines(report({sum, of_certificate(Verdict::failed, "X9")})) == kNotRenewed);
    CHECK(lines(report({sum, of_certificate(Verdict::pending, "X9"),
                        of_certificate(Verdict::pending, "X8")})) == kNotRenewed);
    CHECK(lines(report({sum, of_certificate(Verdict::issued, "Q3")})).empty());
    CHECK(lines(report({about_web(Verdict::pending), of_certificate(Verdict::pending, "X8")})) ==
          kNotEnrolled);
}

TEST_CASE("a request needs no line beside its template's", "[reason-lines]") {
    Decision request = about_web(Verdict::pending);
    request.about = About::request;
    CHECK(lines(report({request})).empty());
    CHECK(lines(report({about_web(Verdict::pending), request})).size() == 1);
}

TEST_CASE("a run that was stopped says what it left undone", "[reason-lines]") {
    PulseReport of = report({about_web(Verdict::enroll, "Q1"),
                             engine::about_template("Mail", Verdict::renew, "Q3", "it is due")});
    of.outcome = Outcome::stopped;
    CHECK(lines(of) ==
          Lines{"template Web: not enrolled: this is why (rule Q1); the run was stopped before, "
                "the next one goes on",
                "template Mail: not renewed: it is due (rule Q3); the run was stopped before, the "
                "next one goes on"});
    for (const auto outcome : {Outcome::done, Outcome::failed}) {
        of.outcome = outcome;
        CHECK(lines(of).empty());
    }
}
