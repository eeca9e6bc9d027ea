// Who may read the file is what its folder says: the access control list is inherited.

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/capture/private_file.h"

#include <fstream>
#include <random>
#include <string>
#include <system_error>

namespace ae::service {

Done write_private_file(const std::filesystem::path& path, std::string_view content) {
    const auto shown = path.u8string();
    const auto name = printable({reinterpret_cast<const char*>(shown.data()), shown.size()});
    auto temporary = path;
    temporary += '.' + std::to_string(std::random_device{}());
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    if (!file) {
        return fail(kWriteFault, "write " + name + " (it cannot be created there)");
    }
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    std::error_code problem;
    if (file.fail()) {
        problem = std::make_error_code(std::errc::io_error);
    } else {
        std::filesystem::rename(temporary, path, problem);
    }
    if (problem) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        return fail(kWriteFault, "write " + name + " (" + problem.message() + ')');
    }
    return done();
}

}  // namespace ae::service
