// What `aeclient plan` says: a table for people, one JSON object for programs.  Pure, any thread.
// The same preview always gives the same octets.
#pragma once

#include "service/preview.h"
#include "service/style.h"

#include <string>

namespace ae::service {

std::string preview_as_text(const Preview& preview, const Style& style = {});
std::string preview_as_json(const Preview& preview);

}  // namespace ae::service
