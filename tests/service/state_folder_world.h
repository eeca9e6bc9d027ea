// A state folder below a folder that the test deletes.
#pragma once

#include "service/state_folder.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <string>

namespace ae::test {

inline constexpr std::size_t kPlenty = 1'000'000;

struct StateWorld {
    TemporaryFolder temporary;
    std::string root = (temporary.path() / "state").string();
    service::StateFolder state{root, engine::Scope::machine};
    std::filesystem::path machine = std::filesystem::path(root) / "machine";

    [[nodiscard]] std::string text(const std::string& name) const {
        return std::filesystem::exists(machine / name) ? read_text(machine / name) : "missing";
    }
    [[nodiscard]] Done append(std::string_view lines, std::size_t largest = kPlenty) const {
        return state.append("log", "log.1", lines, largest);
    }
};

// One writer's numbered line.
inline std::string numbered_line(char writer, int number) {
    return writer + std::to_string(number) + std::string(40, '.') + "\n";
}

}  // namespace ae::test
