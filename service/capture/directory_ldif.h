// directory.ldif of a capture: what the domain controller answered (docs/capture-format.md).
// Errors: kInvalidData with the number of the line.  Pure, any thread.
#pragma once

#include "policy/directory_answers.h"

#include <string>
#include <string_view>

namespace ae::service {

std::string write_directory(const policy::DirectoryAnswers& answers);

// The entry with the name `account` is the account.  Fills the entries and nothing else; each of
// the five searches counts as complete.
Result<policy::DirectoryAnswers> parse_directory(std::string_view text, const std::string& account);

}  // namespace ae::service
