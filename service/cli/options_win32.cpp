#include "service/cli/command_options.h"
#include "service/cli/options_platform.h"

namespace ae::service {

// The known folders and the registry.
void add_places(CLI::App& /*command*/, Sources& /*sources*/) {}

void add_identity(CLI::App& /*command*/, Sources& /*sources*/) {}

void add_as_member(CLI::App& command, Sources& sources) {
    command
        .add_option("--as-member", sources.as_member,
                    "This file says who the machine is, for a host that cannot say so itself")
        ->type_name(kFile);
}

}  // namespace ae::service
