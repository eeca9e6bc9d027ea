// What came of trying to reach one certification authority, step by step (ca_probe.h).  Plain
// values.
#pragma once

#include "engine/base/result.h"
#include "engine/directory.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// One thing that was tried, and how long it took.
struct Attempt {
    std::string what{};  // "LDAP 389 at dc1.corp.example.test"
    std::chrono::milliseconds took{};
    std::string answer{};            // what came of it; empty when it failed
    std::optional<Error> problem{};  // nothing: it worked
};

// In the order in which each needs the one before it.
enum class CaStep {
    resolve,   // its host's name
    mapper,    // TCP 135 there
    activate,  // its object, or over ICertPassage its end point: the first thing that signs in
    ping,      // Ping2 with its name
    property,  // property 6, its own common name
};
std::string_view to_string(CaStep step);  // "resolve"

// A CA that a person named and the directory does not have; what it has instead.
struct TypedCa {
    std::vector<std::string> names{};  // of the CAs on that host
    std::vector<std::string> hosts{};  // of all CAs
};

struct CaProbe {
    engine::CaRef ca{};
    // In order, up to the first that failed; after a refused name, what else was tried about it.
    std::vector<Attempt> steps{};
    std::optional<CaStep> failed_at{};  // nothing: all that were tried worked
    // activate: DCOM let nobody in, its step says why, and ICertPassage stands in for it.
    bool by_icertpassage = false;
    // mapper: no router knows the way to it.
    bool no_route = false;
    // activate: the host itself let us in, and only the port that it named was closed.
    bool host_answered = false;
    // ping: 0x80070057 to this name, and one of the other names, or none at all, was welcome.
    bool other_name = false;
    std::string says_its_name{};     // property 6; empty: not asked, or not answered
    std::optional<TypedCa> typed{};  // nothing: the directory has it, or was not asked
};

}  // namespace ae::service
