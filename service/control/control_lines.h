// A line of the control channel as a JSON object, with limits.  Private to control_*.cpp: the JSON
// library stays out of other headers.  Pure, any thread.
#pragma once

#include "engine/base/hresult_table.h"
#include "engine/base/result.h"
#include "service/capture/json_reader.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace ae::service {

// Error: kInvalidData, without a remedy.
Result<Json> object_of(std::string_view line, std::size_t largest);
void expect_version(JsonReader& reader);

// `problem` is empty when nothing is wrong.
template <class Value>
Result<Value> unless(const std::string& problem, Value value) {
    if (!problem.empty()) {
        return fail(kInvalidData, problem,
                    "Use the aeclient that belongs to the service; after an update restart it");
    }
    return value;
}

std::string text_of(const Json& json);  // with its line feed; what is not UTF-8 becomes U+FFFD
Json message(std::string_view member, std::string_view kind);

}  // namespace ae::service
