#include "service/health_report/fleet_page.h"

#include "engine/base/text.h"
#include "service/health_report/html.h"
#include "service/health_report/machine_page.h"
#include "service/period_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace ae::service {
namespace {

constexpr std::array kSeverities{Severity::bad, Severity::attention, Severity::unknown,
                                 Severity::off, Severity::good};
constexpr std::size_t kMostCommon = 20;
constexpr std::chrono::hours kMostAhead{24};

std::string key_of(const MachineReport& report) {
    return to_lower(report.host.empty() ? report.account : report.host) + '\n' + report.context +
           '\n' + (report.context == "user" ? to_lower(report.account) : "");
}

std::string number(std::size_t count) { return std::to_string(count); }

std::string anchor(std::size_t place) { return "m" + number(place + 1); }

std::optional<Time> next_expiry(const MachineReport& report) {
    std::optional<Time> next;
    for (const ReportedCertificate& one : report.certificates) {
        if (!one.template_name.empty() && (!next || one.not_after < *next)) {
            next = one.not_after;
        }
    }
    return next;
}

// Worse first; then what has more wrong with it; then what expires first.
auto order_of(const MachineReport& report) {
    return std::tuple(severity_of(report),
                      -static_cast<std::ptrdiff_t>(count_of(report, FindingVerdict::fail)),
                      -static_cast<std::ptrdiff_t>(count_of(report, FindingVerdict::warn)),
                      next_expiry(report).value_or(Time::max()), name_of(report));
}

Html counts(const std::vector<MachineReport>& machines) {
    Html items;
    for (const Severity severity : kSeverities) {
        const auto many =
            static_cast<std::size_t>(std::ranges::count(machines, severity, severity_of));
        if (many > 0) {
            items += element("li", {{"class", std::string(css_class(severity))}},
                             element("b", number(many)) + Html::text(to_string(severity)));
        }
    }
    return element("ul", {{"class", "counts"}}, items);
}

Html left_out(const Fleet& fleet) {
    std::vector<std::string> lines;
    for (const auto* all : {&fleet.left_out, &fleet.older}) {
        for (const LeftOut& one : *all) {
            lines.push_back(one.file + ": " + one.why);
        }
    }
    if (lines.empty()) {
        return {};
    }
    return element("section", element("h2", "Reports that do not count") + list_of(lines));
}

std::string worst_of(const MachineReport& report) {
    for (const auto verdict : {FindingVerdict::fail, FindingVerdict::warn}) {
        const auto at = std::ranges::find(report.findings, verdict, &ReportedFinding::verdict);
        if (at != report.findings.end()) {
            return at->id + ": " + at->sentence;
        }
    }
    return report.reasons.empty() ? report.problem : report.reasons.front();
}

std::string verdicts_of(const MachineReport& report) {
    return number(count_of(report, FindingVerdict::fail)) + " FAIL, " +
           number(count_of(report, FindingVerdict::warn)) + " WARN";
}

Html machines(const std::vector<MachineReport>& all, Time now) {
    std::vector<std::vector<Html>> rows;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const MachineReport& one = all[i];
        const Severity severity = severity_of(one);
        const Html name = Html::text(name_of(one));
        const auto expiry = next_expiry(one);
        rows.push_back(
            {i < kMostDetailed ? element("a", {{"href", "#" + anchor(i)}}, name) : name,
             element("span", {{"class", "mark " + std::string(css_class(severity))}},
                     Html::text(to_string(severity))),
             Html::text(verdicts_of(one)), expiry ? time_element(*expiry) : Html::text("-"),
             Html::text(one.last_run
                            ? one.last_run->outcome + ", " + ago(one.last_run->ended, one.made)
                            : "-"),
             Html::text(ago(one.made, now)), Html::text(worst_of(one))});
    }
    return html_table(
        "Machines, the worst first",
        {"Machine", "State", "Findings", "Expires next", "Last run", "Report made", "Worst"}, rows);
}

struct Common {
    FindingVerdict verdict{};
    std::string sentence{};
    std::set<std::size_t> machines{};
};

// One remedy often serves many machines.
Html in_common(const std::vector<MachineReport>& all) {
    std::map<std::string, Common> by_id;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (const ReportedFinding& one : all[i].findings) {
            if (one.verdict == FindingVerdict::fail || one.verdict == FindingVerdict::warn) {
                Common& common = by_id[one.id];
                common.verdict = std::max(common.verdict, one.verdict);
                common.sentence = common.machines.empty() ? one.sentence : common.sentence;
                common.machines.insert(i);
            }
        }
    }
    std::vector<std::pair<std::string, Common>> sorted(by_id.begin(), by_id.end());
    std::ranges::stable_sort(sorted, std::ranges::greater{},
                             [](const auto& one) { return one.second.machines.size(); });
    sorted.resize(std::min(sorted.size(), kMostCommon));
    std::vector<std::vector<Html>> rows;
    for (const auto& [id, common] : sorted) {
        rows.push_back({element("strong", id), Html::text(to_string(common.verdict)),
                        Html::text(number(common.machines.size())), Html::text(common.sentence)});
    }
    return rows.empty()
               ? Html{}
               : element("section",
                         element("h2", "What is wrong most often") +
                             html_table("Findings by the number of machines",
                                        {"Id", "Verdict", "Machines", "For example"}, rows));
}

Html details(const std::vector<MachineReport>& all) {
    Html parts = element("h2", "Details");
    for (std::size_t i = 0; i < std::min(all.size(), kMostDetailed); ++i) {
        const std::string title =
            name_of(all[i]) + ": " + std::string(to_string(severity_of(all[i])));
        parts += element("details", {{"id", anchor(i)}},
                         element("summary", title) +
                             element("p", {{"class", "under"}},
                                     Html::text("As of " + ae::to_string(all[i].made))) +
                             machine_sections(all[i], 3));
    }
    if (all.size() > kMostDetailed) {
        parts += element("p", {{"class", "faint"}},
                         Html::text("The details of the first " + number(kMostDetailed) +
                                    " machines stand here."));
    }
    return element("section", parts);
}

}  // namespace

Fleet fleet_of(std::vector<std::pair<std::string, MachineReport>> by_file,
               std::vector<LeftOut> left_out, Time now) {
    std::ranges::stable_sort(by_file, std::ranges::greater{},
                             [](const auto& one) { return one.second.made; });
    Fleet fleet{.left_out = std::move(left_out)};
    std::set<std::string> known;
    for (auto& [file, report] : by_file) {
        // It would hide every later report of its machine.
        if (report.made > now + kMostAhead) {
            fleet.left_out.push_back({file, "it was made on " + ae::to_string(report.made) +
                                                ", which is yet to come: the clock of " +
                                                name_of(report) + " or of this machine is wrong"});
        } else if (known.insert(key_of(report)).second) {
            fleet.machines.push_back(std::move(report));
        } else {
            fleet.older.push_back(
                {file, "there is a newer report of " + name_of(report) + " among these files"});
        }
    }
    std::ranges::stable_sort(fleet.machines, {}, order_of);
    return fleet;
}

std::string fleet_page(const Fleet& fleet, Time now) {
    const std::size_t many = fleet.machines.size();
    const std::string title =
        "Certificate autoenrollment of " + number(many) + (many == 1 ? " machine" : " machines");
    const Html body =
        element("header", element("h1", title) +
                              element("p", {{"class", "under"}},
                                      Html::text("Put together at " + ae::to_string(now)))) +
        element("main",
                counts(fleet.machines) + left_out(fleet) +
                    element("section", element("h2", "Machines") + machines(fleet.machines, now)) +
                    in_common(fleet.machines) + details(fleet.machines)) +
        element("footer", "Made by aeclient " AE_VERSION
                          " out of `aeclient report --json`. All times are UTC.");
    return page(title, body);
}

}  // namespace ae::service
