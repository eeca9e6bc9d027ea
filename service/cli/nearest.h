// The name that was probably meant by one that does not exist.  Pure, any thread, no error.
// For words that a person typed: commands, options, templates, CAs, thumbprints.  Case does not
// count, nor do spaces, '-', '_', ':' and '.'.  Names of the directory may be any octets: what
// comes back is one of `names` as it stood there, and is printed printable().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

// The one among `names` that is nearest to `typed`: the only one that begins with it (three
// characters at least), else the one with the fewest slips of a typist (a character too many, too
// few, wrong, or two exchanged), a third of its characters at most.  None: nothing is near, or two
// are as near as each other.
std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& names);

// The end of the sentence that says that there is no such name: "; did you mean Machine?",
// printable; empty where nothing is near.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& names);

}  // namespace ae::service
