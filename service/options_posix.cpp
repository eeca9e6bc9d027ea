#include "service/options_platform.h"

namespace ae::service {

void add_places(CLI::App& command, Sources& sources) {
    command.add_option("--state-dir", sources.state_dir,
                       "Certificate stores and state (default: /var/lib/aeclient; with --user "
                       "~/.local/share/aeclient)");
    command.add_option("--policy-dir", sources.policy_dir, "Policy files (*.reg)")
        ->capture_default_str();
}

void add_identity(CLI::App& command, Sources& sources) {
    command.add_option("--keytab", sources.keytab, "Machine keytab (default: the system's)");
    command.add_option("--ccache", sources.ticket_cache,
                       "Use the tickets of this Kerberos cache instead of the keytab");
}

void add_as_member(CLI::App& /*command*/, Sources& /*sources*/) {}

}  // namespace ae::service
