// What people type to name a thing, and what they can paste into their shell to do it.
// One rule for every command: `plan` prints the beginning of a thumbprint, so whatever takes a
// thumbprint takes its beginning.
// Not for: what is done with it (errand_plan.h).  Pure, any thread.
#pragma once

#include "engine/directory.h"
#include "engine/errand.h"
#include "engine/held_review.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::engine {

inline constexpr Hresult kNotFound = hresult(0x80070490);  // ERROR_NOT_FOUND

// A thumbprint or its beginning, 4 to 40 hexadecimal digits, as certificate viewers show them too:
// with blanks or colons between.  Lower case.  Nothing: it is none.
std::optional<std::string> thumbprint_of(std::string_view typed);
// Those of `all` that begin so, each once.  `digits`: of thumbprint_of().
std::vector<std::string> thumbprints_like(const std::string& digits,
                                          const std::vector<std::string>& all);
// kInvalidArgument: which ones `typed` may mean.
Error ambiguous(std::string_view typed, const std::vector<std::string>& candidates);

// By its name (cn), or by its object identifier.
std::optional<std::size_t> find_template(const TemplateIndex& index, const std::string& typed);

// "HOST\NAME", or the name alone.
bool is_named(const CaRef& ca, std::string_view typed);
// kNotFound; kInvalidArgument: it is the name of several.
Result<const EnrollmentService*> find_ca(const std::vector<EnrollmentService>& all,
                                         const std::string& typed, const Suggest& suggest = {});

// As one word of a shell's line, in quotes where it needs them.
std::string quoted(std::string_view word);
// command_line("enroll", Scope::user, "Corp A"): "aeclient enroll --user 'Corp A'".
std::string command_line(std::string_view command, Scope scope, std::string_view what);

}  // namespace ae::engine
