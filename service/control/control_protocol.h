// The control channel's language: JSON, one object a line, version 1.  docs/service.md is its
// description for others.  The client sends one line and reads until the server closes.
//
// Requests come from anybody on this machine, answers from a server that may be an impostor: both
// are parsed with limits, and nothing that is not understood is obeyed.
// Errors: kInvalidData with what is wrong.  Pure, portable, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/errand.h"
#include "engine/ports.h"
#include "service/control/inspection.h"
#include "service/status.h"

#include <string>
#include <string_view>
#include <variant>

namespace ae::service {

inline constexpr unsigned kControlVersion = 1;
inline constexpr std::size_t kLargestRequest = 4096;                          // octets, one line
inline constexpr std::size_t kLargestAnswer = std::size_t{16} * 1024 * 1024;  // the same

struct PulseAsk {
    bool force = false;
    bool wait = true;
    bool interactive = false;
    engine::Errand errand{};  // one thing alone, instead of a whole pulse; never interactive
    bool operator==(const PulseAsk&) const = default;
};
struct StatusAsk {
    bool operator==(const StatusAsk&) const = default;
};
using ControlRequest = std::variant<PulseAsk, StatusAsk, InspectAsk>;

std::string line_of(const ControlRequest& request);  // with its line feed
// A member that is not known is an error too: it may change what is asked for.
Result<ControlRequest> request_from_line(std::string_view line);

// Answers, in the order in which a waiting client gets them: accepted, then any number of steps and
// events, then one result.  A worker prints the same lines.
struct Accepted {
    bool merged = false;  // a run goes on; the one after it counts (rule T7)
    bool operator==(const Accepted&) const = default;
};
struct EventLine {
    std::string level{};
    std::string source{};
    std::uint32_t number = 0;
    std::string text{};
};
struct RunResult {
    int exit_code = 0;        // 0 to 255
    std::string text{};       // as `aeclient pulse` prints it
    std::string report{};     // as `aeclient pulse --json` prints it
    std::string complaint{};  // of an inspection: what it said on standard error
};
struct Refused {
    Error error{};
};
using ControlAnswer =
    std::variant<Accepted, engine::Step, EventLine, RunResult, HostStatus, Refused>;

// With its line feed; kLargestAnswer at most.  What is not UTF-8 becomes U+FFFD.  A result that is
// too large loses its report, then the ends of its texts; never its exit code.
std::string line_of(const ControlAnswer& answer);
// Members that are not known are skipped.  An answer of a kind that this version does not know:
// empty, to be skipped.
Result<std::optional<ControlAnswer>> answer_from_line(std::string_view line);

}  // namespace ae::service
