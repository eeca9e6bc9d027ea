// What a program does before anything else: closes the doors that the system leaves open, and hands
// out its arguments in UTF-8.  The first statement of main(), once.
//
// Windows: libraries are loaded from the system's folder alone, not from the program's, the current
// one or PATH; a damaged heap ends the program; a missing disk is an error code and no dialog box;
// the console shows UTF-8 until the program ends.  What of this the host does not know (Wine) it
// goes without.  Linux: nothing of this is needed.
// The libraries that the program names in its import table are loaded before this: its folder must
// be writable by administrators only.
#pragma once

#include <string>
#include <vector>

namespace ae::service {

// The command line, the program's name first.
std::vector<std::string> start_up(int argc, const char* const* argv);

}  // namespace ae::service
