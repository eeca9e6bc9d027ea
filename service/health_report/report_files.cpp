#include "service/health_report/report_files.h"

#include "engine/base/bytes.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/health_report/machine_report_json.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace ae::service {
namespace {

namespace fs = std::filesystem;

fs::path path_of(const std::string& name) { return {std::u8string(name.begin(), name.end())}; }
std::string name_of(const fs::path& path) {
    const std::u8string name = path.u8string();
    return {name.begin(), name.end()};
}

std::vector<std::string> expanded(const std::string& name) {
    std::error_code problem;
    const fs::path path = path_of(name);
    const std::string pattern = name_of(path.filename());
    if (pattern.find('*') == std::string::npos || fs::exists(path, problem)) {
        return {name};
    }
    std::vector<std::string> found;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    for (auto entry = fs::directory_iterator(folder, problem);
         !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
        if (fits_pattern(name_of(entry->path().filename()), pattern)) {
            found.push_back(
                name_of(path.has_parent_path() ? entry->path() : entry->path().filename()));
        }
    }
    std::ranges::sort(found);
    return found.empty() ? std::vector{name} : found;
}

Result<std::string> content_of(const std::string& name) {
    std::error_code problem;
    const fs::path path = path_of(name);
    // Whoever opens a pipe or a device may wait for ever.
    if (!fs::is_regular_file(path, problem)) {
        return fail(kFileNotFound, "it is no file that can be read",
                    "Name files that `aeclient report --json` wrote.");
    }
    std::ifstream file(path, std::ios::binary);
    std::string content(2 * kLargestReport + 1, '\0');  // UTF-16 has two octets for each letter
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.eof() && file.fail()) {
        return fail(kReadFault, "it cannot be read", "Check its permissions.");
    }
    content.resize(static_cast<std::size_t>(file.gcount()));
    return content;
}

Result<MachineReport> read_report(const std::string& name) {
    return content_of(name).and_then([](std::string content) {
        return machine_report_from_json(utf8_of_file(std::move(content)));
    });
}

}  // namespace

std::string utf8_of_file(std::string content) {
    if (content.starts_with("\xFF\xFE")) {
        return utf8_from_utf16le(as_bytes(content).subspan(2)).value_or("");
    }
    return content.starts_with("\xEF\xBB\xBF") ? content.substr(3) : content;
}

bool fits_pattern(std::string_view name, std::string_view pattern) {
    const std::vector<std::string_view> parts = split(pattern, '*');
    if (parts.size() == 1) {
        return name == pattern;
    }
    if (!name.starts_with(parts.front())) {
        return false;
    }
    name.remove_prefix(parts.front().size());
    for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
        const auto at = name.find(parts[i]);
        if (at == std::string_view::npos) {
            return false;
        }
        name.remove_prefix(at + parts[i].size());
    }
    return name.ends_with(parts.back());
}

Fleet read_fleet(const std::vector<std::string>& names, Time now) {
    std::vector<std::pair<std::string, MachineReport>> read;
    std::vector<LeftOut> left_out;
    for (const std::string& name : names) {
        for (const std::string& file : expanded(name)) {
            if (auto report = read_report(file)) {
                read.emplace_back(file, std::move(*report));
            } else {
                left_out.push_back({file, report.error().sentence()});
            }
        }
    }
    return fleet_of(std::move(read), std::move(left_out), now);
}

}  // namespace ae::service
