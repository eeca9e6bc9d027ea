// Manual pages, made of the command line's description, as man(7) has them.  Pure, any thread.
// The pages describe the platform that they are made on: Linux.
#pragma once

#include "service/cli/command_doc.h"

#include <string>

namespace ae::service {

// "aeclient-policy": the page of that command, without the section's number (1).
std::string manual_name(const CommandDoc& command);
// The page of `command`, with the commands below it; of the program itself: a list of all.
std::string manual_page(const CommandDoc& command, const CommandDoc& program);

}  // namespace ae::service
