#include "service/ca_access.h"
#include "service/ca_config.h"
#include "service/ca_probe.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/inventory/probe_report.h"
#include "service/look.h"
#include "service/progress.h"
#include "service/stop_on_signals.h"

namespace ae::service {

namespace {

// The name alone may be to blame: whose is it, the directory's or a slip of the typist?
bool is_name_in_question(const CaProbe& probe) {
    return probe.failed_at == CaStep::resolve || probe.failed_at == CaStep::ping;
}

}  // namespace

int run(const CaPingCommand& command) {
    open_quiet_log(command.sources);
    const auto ca = parse_ca_config(command.ca);
    if (!ca) {
        return complain(ca.error());
    }
    const std::stop_source stop;
    stop_on_signals(stop);
    auto way = resolved(command.sources).and_then([](const Sources& sources) {
        return ca_way_signed_in(sources, wall_clock());
    });
    if (!way) {
        return complain(std::move(way.error()).within("sign in"));
    }
    way->stop = stop.get_token();
    Progress progress;
    progress.say("asking " + ca->config());
    CaProbe probe = probe_ca(*ca, *way, {.other_names = other_names_of({.name = ca->name})});
    if (is_name_in_question(probe)) {
        const auto preview = look(command.sources, "");
        compare_with_directory(
            preview ? preview->world.services : std::vector<engine::EnrollmentService>{}, probe);
    }
    progress.wipe();
    const engine::Scope scope = command.sources.scope;
    return print_as(
        command.output, [&] { return ping_as_text(scope, probe, style_of_output()); },
        [&] { return ping_as_json(scope, probe); }, probe.failed_at ? kFailed : 0);
}

}  // namespace ae::service
