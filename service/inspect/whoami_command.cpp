#include "service/commands.h"
#include "service/console.h"
#include "service/inspect/whoami.h"
#include "service/look.h"

namespace ae::service {

int run(const WhoamiCommand& command) {
    open_quiet_log(command.sources);
    const auto preview = look(command.sources, {}, AskSession::with_names);
    if (!preview) {
        return complain(Error(preview.error()).within("whoami"));
    }
    const Identity identity = identity_of(*preview);
    const Groups groups = command.groups ? Groups::all : Groups::summary;
    return print_as(
        command.output, [&] { return identity_as_text(identity, groups, style_of_output()); },
        [&] { return identity_as_json(identity, groups); }, 0);
}

}  // namespace ae::service
