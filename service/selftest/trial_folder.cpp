#include "service/selftest/trial_folder.h"

#include "engine/base/hresult_table.h"

#include <random>
#include <string>

namespace ae::service {

namespace fs = std::filesystem;

Result<TrialFolder> TrialFolder::make() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    std::random_device random;
    const fs::path path =
        parent / ("aeclient-selftest-" + std::to_string(random()) + std::to_string(random()));
    // One that exists already is somebody else's.
    if (error || !fs::create_directory(path, error)) {
        return fail(kWriteFault, "make the folder " + path.string() + " (" + error.message() + ")",
                    "Make room and rights in the folder for temporary files (TMPDIR, TEMP)");
    }
    TrialFolder folder(path);
    fs::permissions(path, fs::perms::owner_all, error);
    if (error) {
        return fail(kWriteFault,
                    "set the rights of " + path.string() + " (" + error.message() + ")");
    }
    return folder;
}

TrialFolder::~TrialFolder() {
    if (!path_.empty()) {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
}

}  // namespace ae::service
