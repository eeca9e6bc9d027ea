#include "service/style.h"

#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace ae::service {

Style style_of_output() {
    const char* no_colour = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool refused = no_colour != nullptr && *no_colour != '\0';
    const bool dumb = term == nullptr || std::string_view(term) == "dumb";
    return isatty(STDOUT_FILENO) == 1 && !refused && !dumb ? Style::coloured() : Style();
}

}  // namespace ae::service
