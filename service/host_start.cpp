#include "service/host_start.h"

#include "policy/policy_source.h"
#include "service/clock.h"
#include "service/context_place.h"

namespace ae::service {

HostOptions host_options_of(const Sources& sources, HostSelf self) {
    HostOptions options;
    options.scope = sources.scope;
    options.worker_program = std::move(self.worker_program);
    options.control = control_address(sources);
    options.state_dir = sources.state_dir;
    options.policy_dir = sources.policy_dir;
    options.identity = std::move(self.identity);
    options.process = self.process;
    options.verbose = sources.verbose;
    options.clock = wall_clock;
    options.read_policy = [scope = sources.scope, folder = sources.policy_dir] {
        return HostPolicy{.autoenroll = policy::create_policy_source(folder)->read(scope),
                          .settings = policy::read_agent_settings(scope, folder)};
    };
    options.inspection_places = std::move(self.worker_places);
    if (sources.scope == engine::Scope::user) {
        options.inspection_places.emplace_back("--user");
    }
    options.worker_arguments = {"pulse", "--foreground", "--worker"};
    options.worker_arguments.insert(options.worker_arguments.end(),
                                    options.inspection_places.begin(),
                                    options.inspection_places.end());
    if (sources.verbose) {
        options.worker_arguments.emplace_back("--verbose");
    }
    return options;
}

}  // namespace ae::service
