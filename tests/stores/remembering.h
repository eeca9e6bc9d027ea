// A context whose memory was saved once, on this platform's own files.  Siblings by suffix.
#pragma once

#include "engine/ports.h"
#include "tests/support/temporary_folder.h"

#include <memory>
#include <string>
#include <vector>

namespace ae::test {

class Remembering {
  public:
    Remembering();
    ~Remembering();
    [[nodiscard]] engine::MemoryStore& memory();
    void reopen();  // as after a restart
    // The memory of the user's context in the same place.
    [[nodiscard]] engine::Memory memory_of_user();
    [[nodiscard]] const std::vector<std::string>& warnings() const;  // since the last opening
    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
    [[nodiscard]] std::filesystem::path file() const;
    [[nodiscard]] std::filesystem::path bad() const;

  private:
    struct Platform;
    TemporaryFolder folder_;
    std::unique_ptr<Platform> platform_;
};

}  // namespace ae::test
