// The scenarios of tests/scenarios as `aeclient doctor --from FOLDER` sees them.
#pragma once

#include "tests/service/doctor/examined.h"

#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace ae::test {

inline const engine::Abilities kNoAbilities{};  // every scenario states its own

inline service::Examination of_scenario(const std::string& name,
                                        const std::string& template_name = {}) {
    const auto captured =
        service::read_capture(std::filesystem::path(AE_SCENARIOS) / name, kNoAbilities);
    if (!captured) {
        FAIL(captured.error().sentence());
    }
    return {.scope = captured->world.account.scope,
            .now = captured->world.now,
            .captured = true,
            .template_name = template_name,
            .view = service::preview_of(*captured)};
}

inline std::vector<std::string> all_scenarios() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(AE_SCENARIOS)) {
        if (std::filesystem::exists(entry.path() / "story.md")) {
            names.push_back(entry.path().filename().string());
        }
    }
    return names;
}

}  // namespace ae::test
