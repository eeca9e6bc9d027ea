// A capture: everything that one pulse knew, so that its decisions can be made again elsewhere
// (docs/capture-format.md).  A folder with directory.ldif and machine.json, or the same two files
// in one ustar archive.
//
// Reading what was written gives the same Captured; the same Captured gives the same octets.
// Not for: gathering (engine/gather.h), deciding (engine/plan.h).  Never holds a private key, a
// ticket or a password, because nothing here can carry one.
// Duties of the caller: `answers`, `replica`, `world.templates`, `world.services`, `world.account`
// and `world.site` say the same thing; what is written of them is `answers`.
// Errors: kInvalidData naming file and line or member; kFileNotFound, kReadFault, kWriteFault and
// the like with the path.  Blocks on the disk; the functions on text are pure.  Any thread.
#pragma once

#include "engine/snapshot.h"
#include "policy/directory_answers.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ae::service {

inline constexpr std::size_t kMaxCaptureOctets = 64U << 20U;
inline constexpr std::string_view kDirectoryFile = "directory.ldif";
inline constexpr std::string_view kMachineFile = "machine.json";

struct Captured {
    engine::Snapshot world{};
    engine::Replica replica{};  // its templates and services stand in `world`
    std::map<engine::TrustStore, std::vector<Bytes>> trust{};  // the stores before this pulse
    policy::DirectoryAnswers answers{};
    std::string program{};  // who wrote it, for people
};

struct CaptureText {
    std::string directory_ldif{};
    std::string machine_json{};
};

CaptureText capture_text(const Captured& captured);
// `absent`: what the abilities are that the capture does not tell.
Result<Captured> parse_capture(const CaptureText& text, const engine::Abilities& absent);

// The archive, whole.
std::string capture_archive(const Captured& captured);

// `path` is a folder or an archive.
Result<Captured> read_capture(const std::filesystem::path& path, const engine::Abilities& absent);
// Makes or replaces the archive in one step; only its owner can read it.
Done write_capture(const std::filesystem::path& path, const Captured& captured);

}  // namespace ae::service
