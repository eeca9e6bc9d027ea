#include "service/health_report/time_line.h"

#include "service/period_text.h"

#include <algorithm>
#include <cmath>

namespace ae::service {
namespace {

constexpr double kWidth = 1000;   // units of a lane's picture
constexpr double kLabel = 0.17;   // of the width: what a date needs beside "now"
constexpr double kNarrowest = 3;  // units; thinner nobody sees

std::string tenths(double number) {
    const auto all = static_cast<long>(std::lround(number * 10));
    return std::to_string(all / 10) + '.' + std::to_string(all % 10);
}

std::string day_of(Time time) { return ae::to_string(time).substr(0, sizeof "2026-11-21" - 1); }

Html block(std::string_view kind, double from, double to) {
    const double width = std::max(to - from, kNarrowest);
    return element("rect",
                   {{"class", std::string(kind)},
                    {"x", tenths(std::min(from, kWidth - width))},
                    {"y", "0"},
                    {"width", tenths(width)},
                    {"height", "12"}},
                   {});
}

std::string in_words(const ReportedCertificate& one, Time now) {
    if (one.not_after < now) {
        return "expired " + ago(one.not_after, now);
    }
    const std::string left = rough_period(one.not_after - now) + " left";
    if (!one.renewal_begins) {
        return left;
    }
    return left + (*one.renewal_begins <= now
                       ? ", renewal window open"
                       : ", renewed in " + rough_period(*one.renewal_begins - now));
}

Html lane(const ReportedCertificate& one, const TimeWindow& window, Time now) {
    const auto at = [&window](Time time) { return window.place_of(time) * kWidth; };
    const std::string name = one.template_name.empty() ? one.subject : one.template_name;
    const std::string words = in_words(one, now);
    Html bars = block("track", 0, kWidth);
    const bool expired = one.not_after < now;
    bars += block(expired ? "gone" : "valid", at(one.not_before), at(one.not_after));
    if (one.renewal_begins && !expired) {
        bars += block("window", at(*one.renewal_begins), at(one.not_after));
    }
    bars += block("now-line", at(now), at(now));
    const Html picture =
        element("svg",
                {{"viewBox", "0 0 1000 12"},
                 {"preserveAspectRatio", "none"},
                 {"role", "img"},
                 {"aria-label", name + ": valid from " + day_of(one.not_before) + " to " +
                                    day_of(one.not_after) + ", " + words}},
                bars);
    const Html title =
        element("span", name) + element("span", {{"class", "faint"}}, Html::text(words));
    return element("div", {{"class", "lane"}}, element("p", title) + picture);
}

Html label(std::string_view kind, double place, const std::string& words) {
    return element("span",
                   {{"class", std::string(kind)}, {"style", "left:" + tenths(place * 100) + '%'}},
                   Html::text(words));
}

Html axis(const TimeWindow& window, Time now) {
    const double place = window.place_of(now);
    Html labels;
    if (place > kLabel) {
        labels += label("first", 0, day_of(window.begins));
    }
    labels += label("now", place, "now");
    if (place < 1 - kLabel) {
        labels += label("last", 1, day_of(window.ends));
    }
    return element("div", {{"class", "axis"}, {"aria-hidden", "true"}}, labels);
}

Html legend() {
    const auto sample = [](std::string_view kind, std::string_view words) {
        return element("span", element("svg",
                                       {{"viewBox", "0 0 1000 12"},
                                        {"preserveAspectRatio", "none"},
                                        {"aria-hidden", "true"}},
                                       block(kind, 0, kWidth)) +
                                   Html::text(words));
    };
    return element("p", {{"class", "legend"}},
                   sample("valid", "valid") + sample("window", "renewal window") +
                       sample("gone", "expired") + sample("now-line", "now"));
}

}  // namespace

double TimeWindow::place_of(Time time) const {
    const auto whole = static_cast<double>((ends - begins).count());
    return std::clamp(static_cast<double>((time - begins).count()) / whole, 0.0, 1.0);
}

TimeWindow window_of(const std::vector<ReportedCertificate>& certificates, Time now) {
    TimeWindow window{now - std::chrono::days(1), now + std::chrono::days(1)};
    const auto is_managed = [](const ReportedCertificate& one) {
        return !one.template_name.empty();
    };
    const bool any = std::ranges::any_of(certificates, is_managed);
    for (const ReportedCertificate& one : certificates) {
        if (any && !is_managed(one)) {
            continue;
        }
        window.begins = std::min(window.begins, std::min(one.not_before, one.not_after));
        window.ends = std::max(window.ends, one.not_after);
    }
    window.ends = std::min<Time>(window.ends, now + kLongestView);
    window.begins = std::max<Time>({window.begins, now - kLongestView, now - (window.ends - now)});
    return window;
}

Html time_line(const std::vector<ReportedCertificate>& certificates, Time now) {
    if (certificates.empty()) {
        return {};
    }
    // Those that are managed first.
    std::vector<ReportedCertificate> shown = certificates;
    std::ranges::stable_sort(
        shown, {}, [](const ReportedCertificate& one) { return one.template_name.empty(); });
    shown.resize(std::min(shown.size(), kMostLanes));
    const TimeWindow window = window_of(shown, now);
    Html lanes = axis(window, now);
    for (const ReportedCertificate& one : shown) {
        lanes += lane(one, window, now);
    }
    if (shown.size() < certificates.size()) {
        lanes += element("p", {{"class", "faint"}},
                         Html::text(std::to_string(certificates.size() - shown.size()) +
                                    " more stand in the table."));
    }
    return lanes + legend();
}

}  // namespace ae::service
