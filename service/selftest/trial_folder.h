// A folder that nobody else knows, gone with all that is in it when the object dies.
// Errors: kWriteFault.
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <utility>

namespace ae::service {

class TrialFolder {
  public:
    static Result<TrialFolder> make();  // below the system's place for temporary files
    TrialFolder(const TrialFolder&) = delete;
    TrialFolder& operator=(const TrialFolder&) = delete;
    TrialFolder(TrialFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TrialFolder& operator=(TrialFolder&&) = delete;
    ~TrialFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    explicit TrialFolder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;  // empty: moved from
};

}  // namespace ae::service
