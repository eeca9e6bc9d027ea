// The two streams of a command.  Foreign text reaches them printable.
#pragma once

#include "engine/base/result.h"

#include <string>

namespace ae::service {

inline constexpr int kFailed = 2;  // the exit code of a command that could not do its work

// Standard output; returns `code`, or kFailed when the text could not be written.
int print(const std::string& text, int code);
// One sentence on standard error; kFailed.
int complain(const Error& error);
// A sentence on standard error that fails nothing.
void mention(const std::string& sentence);

}  // namespace ae::service
