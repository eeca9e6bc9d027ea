// What the host of a test cannot give is skipped aloud, never silently.  Each id stands in
// docs/windows-verification.md, which says how to see it on real Windows; a test compares the two.
#pragma once

#include <iostream>

// In a test or SECTION that returns right after.
#define AE_SKIP(id, reason) (std::cout << "skipped [" id "]: " << (reason) << std::endl)
