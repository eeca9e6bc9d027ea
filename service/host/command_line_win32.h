// A program's arguments as Windows hands them on: one text, from which the program takes its words
// apart again.  Source: [CommandLineToArgvW], [Parsing C Command-Line Arguments].  Pure.
#pragma once

#include <string>
#include <vector>

namespace ae::service {

// What the program reads as exactly these words; the first is its name, without quotes in it.
std::wstring command_line(const std::vector<std::string>& words);

}  // namespace ae::service
