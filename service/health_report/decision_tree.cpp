#include "service/health_report/decision_tree.h"

#include "engine/decision.h"

#include <algorithm>
#include <array>

namespace ae::service {
namespace {

using engine::Verdict;

constexpr std::size_t kShownSubject = 12;

template <std::size_t N>
bool is_one_of(const std::string& verdict, const std::array<Verdict, N>& words) {
    return std::ranges::any_of(words,
                               [&](Verdict one) { return verdict == engine::to_string(one); });
}

// No certificate was ever meant to come of these.
bool is_for_others(const std::string& verdict) {
    constexpr std::array words{Verdict::not_readable, Verdict::no_enroll_right,
                               Verdict::no_autoenroll_right, Verdict::not_autoenrollable,
                               Verdict::wrong_context};
    return is_one_of(verdict, words);
}

std::string css_class(const std::string& verdict) {
    constexpr std::array well{Verdict::held, Verdict::published, Verdict::issued};
    constexpr std::array wrong{Verdict::not_offered,   Verdict::not_trusted,
                               Verdict::not_supported, Verdict::not_understood,
                               Verdict::braked,        Verdict::failed};
    return is_one_of(verdict, well) ? "good" : is_one_of(verdict, wrong) ? "attention" : "off";
}

Html line_of(const ReportedDecision& one, const std::string& name) {
    Html line =
        element("strong", name) + Html::raw(" ") +
        element("span", {{"class", "mark " + css_class(one.verdict)}}, Html::text(one.verdict)) +
        Html::raw(" ") + Html::text(one.fact) +
        element("span", {{"class", "faint"}}, Html::text(" (rule " + one.rule + ")"));
    if (!one.remedy.empty()) {
        line += element("p", {{"class", "remedy"}}, Html::text(one.remedy));
    }
    return line;
}

Html branch(const ReportedDecision& one) {
    return element("li", line_of(one, one.about + ' ' + one.subject.substr(0, kShownSubject)));
}

}  // namespace

Html decision_tree(const std::vector<ReportedDecision>& decisions) {
    if (decisions.empty()) {
        return element("p", {{"class", "faint"}}, Html::text("Nothing could be decided."));
    }
    const std::string template_word(engine::to_string(engine::About::template_type));
    std::vector<bool> told(decisions.size());
    Html tree;
    std::vector<std::vector<Html>> rows;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        const ReportedDecision& root = decisions[i];
        if (root.about != template_word) {
            continue;
        }
        told[i] = true;
        Html branches;
        for (std::size_t j = 0; j < decisions.size(); ++j) {
            const ReportedDecision& one = decisions[j];
            if (!told[j] && one.about != template_word && one.template_name == root.template_name) {
                branches += branch(one);
                told[j] = true;
            }
        }
        if (branches.empty() && is_for_others(root.verdict)) {
            rows.push_back({Html::text(root.template_name), Html::text(root.verdict),
                            Html::text(root.rule), Html::text(root.fact)});
        } else {
            tree += element("li", line_of(root, root.template_name) +
                                      (branches.empty() ? branches : element("ul", branches)));
        }
    }
    // What belongs to no template of the directory.
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        if (!told[i]) {
            tree += branch(decisions[i]);
        }
    }
    Html all = tree.empty() ? tree : element("ul", {{"class", "tree"}}, tree);
    if (!rows.empty()) {
        all += element("p", "Not enrolled by itself for this account:") +
               html_table("Templates that are not enrolled by themselves for this account",
                          {"Template", "Verdict", "Rule", "Why"}, rows);
    }
    return all;
}

}  // namespace ae::service
