#include "service/preview.h"

namespace ae::service {

Preview preview_of(engine::Gathered gathered) {
    Preview preview;
    preview.plan = make_plan(gathered.world);
    preview.world = std::move(gathered.world);
    preview.replica = std::move(gathered.replica);
    preview.trust = std::move(gathered.trust);
    return preview;
}

Preview preview_of(const Captured& captured) {
    engine::Gathered gathered;
    gathered.world = captured.world;
    gathered.replica = captured.replica;
    const bool replicates =
        gathered.world.account.scope == engine::Scope::machine && !gathered.world.policy.disabled();
    if (replicates) {
        gathered.trust =
            engine::plan_trust_stores(captured.replica, captured.trust, captured.world.memory,
                                      captured.world.now, captured.world.force);
    }
    return preview_of(std::move(gathered));
}

Captured capture_of(engine::Gathered gathered, policy::DirectoryAnswers answers) {
    Captured captured;
    captured.world = std::move(gathered.world);
    captured.replica = std::move(gathered.replica);
    captured.trust = std::move(gathered.trust_now);
    captured.answers = std::move(answers);
    captured.program = "aeclient " AE_VERSION;
    return captured;
}

}  // namespace ae::service
