// The pieces that reports share: a table for people, JSON for programs.  Pure, any thread.
// Private to the reports: the JSON library stays out of other headers.
#pragma once

#include "engine/plan.h"
#include "service/replica_source.h"
#include "service/style.h"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace ae::service {

using Json = nlohmann::ordered_json;

// Rows of equal length, the first with the titles; the last column is not padded.  Widths count
// what a person sees, not octets and not colours.  The titles stand out where `style` has colours.
std::string table(const std::vector<std::vector<std::string>>& rows, const Style& style = {});

// {"as_of", "age_seconds", "domain_controller", "invocation_id"}
Json source_json(const ReplicaSource& source, Time now);

std::string policy_text(const engine::AutoenrollPolicy& policy);  // one line
Json policy_json(const engine::AutoenrollPolicy& policy);

// "TEMPLATE VERDICT RULE WHY", and the same for certificates and requests where there are any.
std::string decisions_text(const std::vector<engine::Decision>& decisions, const Style& style = {});
Json decision_json(const engine::Decision& decision);

template <class T, class ToJson>
Json json_list(const std::vector<T>& values, ToJson to_json) {
    Json json = Json::array();
    for (const T& value : values) {
        json.push_back(to_json(value));
    }
    return json;
}

// Two spaces deep, ASCII only: a terminal obeys some characters above it, and every program reads
// \u009b.  What is not UTF-8 becomes U+FFFD: directory text may be any octets.
std::string json_text(const Json& json);

}  // namespace ae::service
