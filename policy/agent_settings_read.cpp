#include "policy/agent_settings.h"
#include "policy/reg_files.h"

namespace ae::policy {

Result<AgentSettings> read_agent_settings(engine::Scope scope, const std::string& policy_dir) {
    auto files = load_reg_files(policy_dir);
    if (!files) {
        return pass(files, "policy");
    }
    return agent_settings(scope, *files);
}

}  // namespace ae::policy
