#include "service/style.h"

#include <cstdlib>

#include <windows.h>

namespace ae::service {

Style style_of_output() {
    const char* no_colour = std::getenv("NO_COLOR");
    DWORD mode = 0;
    const HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    if ((no_colour != nullptr && *no_colour != '\0') || GetConsoleMode(output, &mode) == 0) {
        return {};
    }
    const bool able = SetConsoleMode(output, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
    return able ? Style::coloured() : Style();
}

}  // namespace ae::service
