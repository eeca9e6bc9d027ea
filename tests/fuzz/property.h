// A property that a fuzz target asserts.  abort(), so that libFuzzer saves the input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace ae::fuzz {

inline void must_hold(bool property, const char* text) {
    if (!property) {
        std::fprintf(stderr, "property does not hold: %s\n", text);
        std::abort();
    }
}

}  // namespace ae::fuzz
