#include "service/record_run.h"

#include "policy/agent_settings.h"
#include "service/kept_replica.h"
#include "service/metrics.h"
#include "service/metrics_file.h"
#include "service/state_folder.h"
#include "service/status_collect.h"

namespace ae::service {
namespace {

Done write_record(const Sources& sources, const RunReport& report, const RunTimes& times) {
    const StateFolder folder(sources.state_dir, sources.scope);
    RunRecord before;
    if (const auto text = folder.read(kRunRecordFile); text && *text) {
        if (auto record = run_record_from_json(**text)) {
            before = std::move(*record);
        }
    }
    const RunRecord after = report.errand == engine::Errand::Kind::none
                                ? after_run(std::move(before), report.pulse, report.events, times)
                                : after_errand(std::move(before), report.pulse, report.events);
    return folder.write(kRunRecordFile, to_json(after));
}

Done write_metrics_of(const Sources& sources, Time now) {
    const auto settings = policy::read_agent_settings(sources.scope, sources.policy_dir);
    if (!settings || settings->metrics_file.empty() || sources.scope == engine::Scope::user) {
        return done();
    }
    return write_metrics(
        settings->metrics_file,
        metrics_of(collect_status(
            sources.scope, {.state_dir = sources.state_dir, .policy_dir = sources.policy_dir},
            now)));
}

// Only answers that are whole stand for the directory (rule K3); an earlier good one stays.
Done write_replica(const Sources& sources, const RunReport& report, Time read) {
    return keep_replica(StateFolder(sources.state_dir, sources.scope), sources.scope,
                        {read, report.answers});
}

}  // namespace

std::vector<std::string> record_run(const Sources& sources, const RunReport& report,
                                    const RunTimes& times) {
    std::vector<std::string> problems;
    if (report.kept_out) {
        return problems;
    }
    for (const Done& written :
         {write_record(sources, report, times), write_replica(sources, report, times.started),
          write_metrics_of(sources, times.ended)}) {
        if (!written) {
            problems.push_back(written.error().sentence());
        }
    }
    return problems;
}

}  // namespace ae::service
