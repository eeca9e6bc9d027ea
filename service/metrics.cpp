#include "service/metrics.h"

#include "service/escape.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <string_view>
#include <utility>

namespace ae::service {
namespace {

using Value = std::int64_t;
using Labels = std::vector<std::pair<std::string_view, std::string>>;

enum class Kind { gauge, counter };

// One metric with all its samples; a label set appears once, or readers refuse the whole file.
class Family {
  public:
    Family(Kind kind, std::string_view name, std::string_view help, engine::Scope scope)
        : kind_(kind), name_(name), help_(help), scope_(to_string(scope)) {}

    // The same labels again: counters add up, of points in time the first stays.
    Family& add(const Labels& labels, Value value) {
        std::string text = "context=\"" + metric_label(scope_) + '"';
        for (const auto& [label, content] : labels) {
            text.append(",").append(label).append("=\"").append(metric_label(content)).append("\"");
        }
        const auto [at, is_new] = samples_.try_emplace(std::move(text), value);
        if (!is_new) {
            at->second = kind_ == Kind::counter ? at->second + value : std::min(at->second, value);
        }
        return *this;
    }

    // Empty without samples.
    [[nodiscard]] std::string text() const {
        if (samples_.empty()) {
            return {};
        }
        const bool counts = kind_ == Kind::counter;
        std::string text = "# TYPE " + name_ + (counts ? " counter\n" : " gauge\n");
        text += "# HELP " + name_ + ' ' + help_ + '\n';
        for (const auto& [labels, value] : samples_) {
            text +=
                name_ + (counts ? "_total{" : "{") + labels + "} " + std::to_string(value) + '\n';
        }
        return text;
    }

  private:
    Kind kind_;
    std::string name_;
    std::string help_;
    std::string_view scope_;
    std::map<std::string, Value> samples_{};
};

Value seconds_of(Time time) { return time.time_since_epoch().count(); }

constexpr std::array kOutcomes = {engine::Outcome::done,        engine::Outcome::failed,
                                  engine::Outcome::unreachable, engine::Outcome::disabled,
                                  engine::Outcome::stopped,     engine::Outcome::crashed};

class Writer {
  public:
    explicit Writer(const ContextStatus& status) : status_(status), record_(status.record) {}

    std::string text() {
        family(Kind::gauge, "aeclient_build_info", "Always 1; the label is the agent's version.")
            .add({{"version", AE_VERSION}}, 1);
        counters();
        last_run();
        certificates();
        requests();
        std::string text;
        for (const Family& one : families_) {
            text += one.text();
        }
        return text + "# EOF\n";
    }

  private:
    Family& family(Kind kind, std::string_view name, std::string_view help) {
        return families_.emplace_back(kind, name, help, status_.scope);
    }

    void counters() {
        Family& runs =
            family(Kind::counter, "aeclient_runs", "Runs that ended, by how they ended.");
        for (const engine::Outcome outcome : kOutcomes) {
            const auto counted = record_.counters.runs.find(outcome);
            const bool any = counted != record_.counters.runs.end();
            runs.add({{"outcome", std::string(to_string(outcome))}},
                     any ? static_cast<Value>(counted->second) : 0);
        }
        Family& enrolled = family(Kind::counter, "aeclient_enrolled",
                                  "Certificates that were installed, renewals included.");
        for (const auto& [name, number] : record_.counters.enrolled) {
            enrolled.add({{"template", name}}, static_cast<Value>(number));
        }
        Family& failures =
            family(Kind::counter, "aeclient_ca_failures",
                   "Calls that a certification authority refused or did not answer.");
        for (const auto& [name, number] : record_.counters.ca_failures) {
            failures.add({{"ca", name}}, static_cast<Value>(number));
        }
    }

    void last_run() {
        if (!record_.last) {
            return;
        }
        const engine::LastRun& last = *record_.last;
        family(Kind::gauge, "aeclient_last_run_timestamp_seconds", "When the last run ended.")
            .add({}, seconds_of(last.ended));
        family(Kind::gauge, "aeclient_last_run_duration_seconds", "How long the last run took.")
            .add({}, std::max<Value>((last.ended - last.started).count(), 0));
        // With autoenrollment switched off, doing nothing is what should happen.
        const bool good =
            last.outcome == engine::Outcome::done || last.outcome == engine::Outcome::disabled;
        family(Kind::gauge, "aeclient_last_run_success",
               "1 when the last run did all that it should, else 0.")
            .add({}, good ? 1 : 0);
    }

    void certificates() {
        Family& ends = family(Kind::gauge, "aeclient_certificate_not_after_timestamp_seconds",
                              "When a certificate expires.");
        Family& renewals = family(Kind::gauge, "aeclient_certificate_renewal_timestamp_seconds",
                                  "When the renewal of a certificate begins, or has begun.");
        for (const HeldStatus& one : status_.held) {
            if (one.template_name.empty()) {
                continue;
            }
            const Labels labels{{"template", one.template_name}, {"thumbprint", one.thumbprint}};
            ends.add(labels, seconds_of(one.expires));
            if (one.renewal_begins) {
                renewals.add(labels, seconds_of(*one.renewal_begins));
            }
        }
    }

    void requests() {
        Family& submitted =
            family(Kind::gauge, "aeclient_pending_request_submitted_timestamp_seconds",
                   "When a request that is not answered yet was sent.");
        for (const PendingStatus& one : status_.pending) {
            submitted.add(
                {{"template", one.template_name},
                 {"ca", one.ca},
                 {"request_id", one.request_id ? std::to_string(*one.request_id) : "unknown"}},
                seconds_of(one.submitted));
        }
    }

    const ContextStatus& status_;
    const RunRecord& record_;
    std::deque<Family> families_{};  // which references to its members survive
};

}  // namespace

std::string metrics_of(const ContextStatus& status) { return Writer(status).text(); }

}  // namespace ae::service
