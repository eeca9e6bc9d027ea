// How people name a certification authority: "ca1.corp.example.test\Corp Issuing CA 1", as
// certutil -config takes it.  Pure, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/directory.h"

#include <string>

namespace ae::service {

// kInvalidArgument: host or name is missing.
Result<engine::CaRef> parse_ca_config(const std::string& text);

}  // namespace ae::service
