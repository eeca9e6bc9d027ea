#include "service/own_program_win32.h"

#include "engine/base/win32.h"

namespace ae::service {
namespace {

constexpr std::size_t kLongestPath = 32768;

}  // namespace

Result<std::string> own_program() {
    std::wstring path(kLongestPath, L'\0');
    const DWORD length =
        ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    if (length == 0 || length == path.size()) {
        return fail(last_error("find the program that runs"));
    }
    return narrow({path.data(), length});
}

}  // namespace ae::service
