// The two streams of a command.  Foreign text reaches them printable.
#pragma once

#include "engine/base/result.h"
#include "service/cli/options.h"

#include <string>

namespace ae::service {

inline constexpr int kFailed = 2;  // the exit code of a command that could not do its work

// Standard output; returns `code`, or kFailed when the text could not be written.
int print(const std::string& text, int code);
// One sentence on standard error; kFailed.
int complain(const Error& error);
// The report in the form that was asked for; `text` and `json` make it.
template <class Text, class Json>
int print_as(Output output, Text text, Json json, int code) {
    if (output == Output::quiet) {
        return code;
    }
    return print(output == Output::json ? json() : text(), code);
}
// A sentence on standard error that fails nothing.
void mention(const std::string& sentence);

}  // namespace ae::service
