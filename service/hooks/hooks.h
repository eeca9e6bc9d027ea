// After-change hooks: each program of hooks.d hears of each certificate that came or was renewed.
//
// Each hook is told at least once: what is owed is written down before the first one runs, and what
// failed is tried again with the next run, kMostHookAttempts times at most.  Hooks run one after
// the other, after the pulse; they can make it late and never fail it.
// Not for: deciding anything.  Blocks for the hooks' time; one thread.
#pragma once

#include "service/hooks/hook_document.h"
#include "service/state_folder.h"
#include "service/system_log.h"

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace ae::service {

inline constexpr std::chrono::seconds kHookTime{60};
inline constexpr unsigned kMostHookAttempts = 10;
inline constexpr std::size_t kMostOwedHooks = 1000;
inline constexpr std::string_view kOwedHooksFile = "hooks.json";

struct HookRun {
    engine::Scope scope = engine::Scope::machine;
    std::string folder{};  // hook_folder()
    StateFolder state;
    std::chrono::milliseconds limit = kHookTime;  // of each hook
    std::stop_token stop{};
};

// What there is to say, for the log: one remark for each hook that ran, was refused or is given up.
// Writes nothing when there are no hooks and none is owed anything.
std::vector<Remark> run_hooks(const HookRun& run, const std::vector<HookDocument>& news);

}  // namespace ae::service
