#include "engine/base/hresult_table.h"
#include "service/clock.h"
#include "service/commands.h"
#include "service/compose.h"
#include "service/console.h"
#include "service/context_place.h"
#include "service/inspect/replica_view.h"
#include "service/kept_replica.h"
#include "service/look.h"
#include "service/progress.h"

namespace ae::service {
namespace {

Result<ReplicaView> refreshed_view(const Sources& sources) {
    Progress progress;
    progress.say("reading the directory");
    auto refreshed = refresh_replica(sources, wall_clock());
    progress.wipe();
    if (!refreshed) {
        return pass(refreshed, "refresh the replica");
    }
    ReplicaView view = view_replica(sources.scope, refreshed->replica,
                                    {refreshed->read, refreshed->replica.server.dns_name, {}},
                                    wall_clock(), refreshed->trust);
    view.refreshed = true;
    view.notes.insert(view.notes.end(), refreshed->notes.begin(), refreshed->notes.end());
    return view;
}

Result<ReplicaView> kept_view(const Sources& sources) {
    const auto kept = kept_replica(StateFolder(sources.state_dir, sources.scope));
    if (!kept) {
        return tl::unexpected<Error>(kept.error());
    }
    if (!*kept) {
        return fail(kFileNotFound, "no run of this context has read the directory whole yet",
                    "Run: aeclient replica --refresh");
    }
    const auto replica = policy::replica_of((*kept)->answers);
    if (!replica) {
        return tl::unexpected<Error>(replica.error());
    }
    return view_replica(sources.scope, *replica, (*kept)->source(), wall_clock(), {});
}

}  // namespace

int run(const ReplicaCommand& command) {
    open_quiet_log(command.sources);
    const auto sources = resolved(command.sources);
    if (!sources) {
        return complain(sources.error());
    }
    const auto view = command.refresh ? refreshed_view(*sources) : kept_view(*sources);
    if (!view) {
        return complain(view.error());
    }
    return print_as(
        command.output, [&] { return replica_as_text(*view, style_of_output()); },
        [&] { return replica_as_json(*view); }, 0);
}

}  // namespace ae::service
