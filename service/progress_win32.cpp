#include "service/progress.h"

#include <windows.h>

namespace ae::service {

std::size_t columns_of_standard_error() {
    CONSOLE_SCREEN_BUFFER_INFO info{};
    const HANDLE error = ::GetStdHandle(STD_ERROR_HANDLE);
    if (::GetConsoleScreenBufferInfo(error, &info) == FALSE || info.dwSize.X <= 0) {
        return 0;  // a file or a pipe
    }
    return static_cast<std::size_t>(info.dwSize.X);
}

}  // namespace ae::service
