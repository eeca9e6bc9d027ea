// The style sheet of the report's pages: light and dark, wide and narrow, screen and paper.  Colour
// never says anything that a word beside it does not say.
#pragma once

#include <string_view>

namespace ae::service {

extern const std::string_view kPageStyle;

}  // namespace ae::service
