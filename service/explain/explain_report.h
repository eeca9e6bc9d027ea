// What `aeclient explain` prints: for people, and one JSON object for programs
// (docs/schemas/explain.schema.json).  Pure, any thread.
#pragma once

#include "service/explain/answer.h"
#include "service/style.h"

#include <string>

namespace ae::service {

std::string explanation_as_text(const Explanation& explanation, Style style);
std::string explanation_as_json(const Explanation& explanation);

}  // namespace ae::service
