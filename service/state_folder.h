// The files of one context that are no part of the stores: run.json and the event store.  They are
// written without the stores' lock, because a run that could not get it leaves a record too.
// Every write() is atomic: a reader, or a crash, sees the old file or the new one.  Writers wait
// for each other on state.lock; readers do not.  Links are not followed. Errors: those of
// stores/files_posix.h.  Blocks on the disk.  Any process, any thread.
#pragma once

#include "engine/base/result.h"
#include "engine/directory.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ae::service {

class StateFolder {
  public:
    // `state_dir`: the root of the stores ("/var/lib/aeclient"); nothing is made until it is
    // written to.
    StateFolder(std::string state_dir, engine::Scope scope);

    // Nothing when there is no such file.
    [[nodiscard]] Result<std::optional<std::string>> read(std::string_view name) const;
    [[nodiscard]] Done write(std::string_view name, std::string_view content) const;  // 0600
    // Appends `lines`, each with its line feed, in one piece and in turn with other processes.  A
    // file that would grow beyond `largest` first becomes `older`, replacing it; lines that are
    // larger by themselves are not refused.  An error leaves no part of them behind.  Not synced: a
    // power cut may cost the last ones.
    [[nodiscard]] Done append(std::string_view name, std::string_view older, std::string_view lines,
                              std::size_t largest) const;
    [[nodiscard]] std::string path_of(std::string_view name) const;

  private:
    std::string state_dir_;
    engine::Scope scope_;
};

inline constexpr std::string_view kRunRecordFile = "run.json";
// Well above what is written here: a limit against somebody else's flood, not a size to aim at.
inline constexpr std::size_t kLargestStateFile = std::size_t{16} * 1024 * 1024;

}  // namespace ae::service
