// What the service looks at for an administrator who is not the account whose context it is: a
// fixed list of commands that change nothing, with the options that say what to look at.  No paths.
// Pure, portable, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

enum class Inspection { doctor, explain, ca_ping, whoami, plan, templates, cas };
std::string_view to_string(Inspection command);  // "ca-ping": the name of the command
std::optional<Inspection> inspection_from_string(std::string_view name);

struct InspectAsk {
    Inspection command{};
    std::string what{};           // explain: has to be there
    std::string template_name{};  // doctor
    std::string ca{};             // doctor, templates; ca-ping: has to be there
    bool live = false;            // doctor
    bool groups = false;          // whoami
    bool all = false;             // templates
    bool json = false;
    bool operator==(const InspectAsk&) const = default;
};

// Why it cannot be: a member that this command does not have, or lacks.  Empty: it can.
std::string problem_of(const InspectAsk& ask);

// The first word of a command line whose output becomes a RunResult (service/relay.h).
inline constexpr const char* kRelayWord = "relay";

// The command line for it, without a program.  `places`: options that say where this context's
// files are.  problem_of() is empty.
std::vector<std::string> arguments_of(const InspectAsk& ask,
                                      const std::vector<std::string>& places);

}  // namespace ae::service
