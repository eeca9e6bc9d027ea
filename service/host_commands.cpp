// `aeclient status` and `events`: what the files of a context and its host say, without a network.
#include "engine/base/hresult_table.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/control/control_client.h"
#include "service/event_store.h"
#include "service/status_collect.h"
#include "service/style.h"

namespace ae::service {
namespace {

// After the codes of Health: this account may not ask for that context.
constexpr int kNotTold = 6;

std::string events_text(const std::vector<StoredEvent>& events, Output output) {
    switch (output) {
        case Output::json:
            return events_as_json(events);
        case Output::csv:
            return events_as_csv(events);
        case Output::text:
        case Output::quiet:
            break;
    }
    return events_as_text(events);
}

int show_events(const EventsCommand& command, const Sources& sources) {
    std::optional<Time> since;
    if (!command.since.empty()) {
        const auto time = since_from_text(command.since, wall_clock());
        if (!time) {
            return complain(time.error());
        }
        since = *time;
    }
    const auto events = read_events(StateFolder(sources.state_dir, sources.scope), since);
    if (!events) {
        return complain(events.error());
    }
    return command.output == Output::quiet ? 0 : print(events_text(*events, command.output), 0);
}

}  // namespace

int run(const StatusCommand& command) {
    const auto sources = resolved(command.sources);
    if (!sources) {
        return complain(sources.error());
    }
    auto host = ask_status(control_address(*sources));
    if (!host && host.error().code == kAccessDenied) {
        complain(host.error());
        return kNotTold;
    }
    ContextStatus status = collect_status(
        sources->scope, {.state_dir = sources->state_dir, .policy_dir = sources->policy_dir},
        wall_clock());
    // That none runs is a state; that one cannot be asked is a problem.
    if (host) {
        status.host = std::move(*host);
    } else if (host.error().code != kServiceNotActive) {
        status.host_problem = host.error().sentence();
    }
    return print_as(
        command.output, [&] { return status_as_text(status, style_of_output()); },
        [&] { return status_as_json(status); }, static_cast<int>(health_of(status).health));
}

int run(const EventsCommand& command) {
    const auto sources = resolved(command.sources);
    return sources ? show_events(command, *sources) : complain(sources.error());
}

}  // namespace ae::service
