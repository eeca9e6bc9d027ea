#include "service/cli/command_options.h"
#include "service/cli/options_platform.h"

namespace ae::service {

void add_places(CLI::App& command, Sources& sources) {
    command
        .add_option("--state-dir", sources.state_dir,
                    "Certificate stores and state (default: /var/lib/aeclient; with --user "
                    "~/.local/share/aeclient)")
        ->type_name(kFolder);
    command.add_option("--policy-dir", sources.policy_dir, "Policy files (*.reg)")
        ->type_name(kFolder)
        ->capture_default_str();
}

void add_identity(CLI::App& command, Sources& sources) {
    command.add_option("--keytab", sources.keytab, "Machine keytab (default: the system's)")
        ->type_name(kFile);
    command
        .add_option("--ccache", sources.ticket_cache,
                    "Use the tickets of this Kerberos cache instead of the keytab")
        ->type_name(kFile);
}

void add_as_member(CLI::App& /*command*/, Sources& /*sources*/) {}

}  // namespace ae::service
