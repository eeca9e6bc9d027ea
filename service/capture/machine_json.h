// machine.json of a capture: everything but what the directory answered (docs/capture-format.md).
// Errors: kInvalidData naming line or member.  Pure, any thread.
#pragma once

#include "engine/snapshot.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// A search that did not give everything (rule K3).
struct FailedSearch {
    std::string base{};
    std::string problem{};
    Hresult code{};  // kOk: not told
};

struct Machine {
    std::string program{};
    std::string account{};  // the entry of directory.ldif that is the account
    std::string domain_dns{};
    std::string server_name{};
    std::string server_address{};
    std::string site{};
    std::string invocation_id{};
    std::vector<FailedSearch> failed_searches{};
    std::string published_problem{};
    std::map<engine::TrustStore, std::vector<Bytes>> trust{};
    // Without templates and services; of the account only `scope` and `enrolling_elsewhere`.
    engine::Snapshot world{};
};

std::string write_machine(const Machine& machine);
Result<Machine> parse_machine(std::string_view text, const engine::Abilities& absent);

}  // namespace ae::service
