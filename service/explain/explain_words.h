// The words that the text and the JSON of an explanation share.  Private to them.
#pragma once

#include "engine/ca_choice.h"
#include "service/explain/answer.h"

#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

std::string_view next_ca_text(engine::NextCa next);
std::string mapping_text(Mapping mapping);
std::string_view mapping_name(Mapping mapping);  // "none", "this account", "another account"

std::vector<std::string> diagnoses_of(std::string_view list);  // "NET1 NET2" one by one

}  // namespace ae::service
