#include "service/progress.h"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace ae::service {
namespace {

constexpr std::size_t kUsualWidth = 80;  // of a terminal that does not say it

}  // namespace

std::size_t columns_of_standard_error() {
    const char* term = std::getenv("TERM");
    if (isatty(STDERR_FILENO) != 1 || term == nullptr || std::string_view(term) == "dumb") {
        return 0;
    }
    winsize size{};
    const bool told = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return told ? size.ws_col : kUsualWidth;
}

}  // namespace ae::service
