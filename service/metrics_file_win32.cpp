#include "engine/base/hresult_table.h"
#include "service/metrics_file.h"
#include "stores/files_win32.h"

namespace ae::service {
namespace {

using stores::Access;

bool is_slash(char c) { return c == '\\' || c == '/'; }

// "C:\folder\file" or "\\server\share\file"; a path that starts with one backslash depends on the
// current drive.
bool is_absolute(std::string_view path) {
    const bool on_drive = path.size() > 3 && path[1] == ':' && is_slash(path[2]);
    const bool on_share = path.size() > 3 && is_slash(path[0]) && is_slash(path[1]);
    return (on_drive || on_share) && !is_slash(path.back());
}

bool is_folder(const std::wstring& path) {
    const DWORD attributes = ::GetFileAttributesW(path.c_str());
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
           (attributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0;
}

// What the administrator may do about it.
std::string_view what_to_do(Hresult code) {
    if (code == kFileNotFound) {
        return "Make the folder, or set MetricsFile to a file in one that exists.";
    }
    if (code == kAccessDenied) {
        return "Let the agent's account write to that folder, or set MetricsFile to one where it "
               "may.";
    }
    return "Make room on that disk; the next run writes the file again.";
}

}  // namespace

Done write_metrics(const std::string& path, std::string_view text) {
    if (!is_absolute(path)) {
        return fail(kInvalidArgument, "\"" + path + "\" is not the absolute path of a file",
                    "Set MetricsFile to one, \"C:\\Program "
                    "Files\\windows_exporter\\textfile_inputs\\aeclient.prom\".");
    }
    if (is_folder(wide(path))) {
        return fail(kInvalidArgument, path + " is a folder",
                    "Set MetricsFile to a file in it, \"" + path + "\\aeclient.prom\".");
    }
    const std::string temporary =
        path.substr(0, path.find_last_of("\\/") + 1) + stores::temporary_name();
    // The access list is the folder's, so that the exporter may read what it may read there.
    if (Done made = stores::create_file(temporary, as_bytes(text), nullptr); !made) {
        const Hresult code = made.error().code;
        return fail(std::move(made.error())
                        .within("write the metrics to " + path)
                        .with_remedy(what_to_do(code)));
    }
    if (const DWORD code = stores::replace_file(wide(temporary), wide(path)); code != NO_ERROR) {
        ::DeleteFileW(wide(temporary).c_str());
        return fail(stores::file_error(Access::write, code, "replace", path)
                        .within("write the metrics")
                        .with_remedy("Look at who owns that file and its folder."));
    }
    return done();
}

}  // namespace ae::service
