// One machine with the real Linux stores, the real pulse and the small forest around it; what its
// disk looks like afterwards, and what must never be seen on it.
// One thread.  Linux.
#pragma once

#include "engine/pulse.h"
#include "stores/context_stores.h"
#include "tests/crash/small_forest.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ae::test {

struct Scene {
    ForestSettings forest{};
    stores::TidyOptions tidy{};
    std::filesystem::path folder{};  // of the test's

    [[nodiscard]] std::filesystem::path disk() const { return folder / "disk"; }  // what is killed
    [[nodiscard]] std::filesystem::path store() const { return disk() / "store"; }
    [[nodiscard]] std::filesystem::path machine() const { return store() / "machine"; }
    [[nodiscard]] std::filesystem::path ca() const { return folder / "ca"; }
    // The same with a copy of both folders.
    [[nodiscard]] Scene copied_to(const std::filesystem::path& other) const;
};

struct Ran {
    engine::PulseReport report{};
    stores::Tidied tidied{};
    std::vector<std::string> warnings{};
    // Everything that went wrong, a sentence each.
    std::vector<std::string> troubles{};
};
// Opens the stores, runs one pulse and tidies up, as the program does.
Ran pulse(const Scene& scene);

// What the stores hold, a line per entry, without what differs between two runs of one story:
// "my CorpMachine archived #1", "request CorpMachine unanswered", "root 2".
std::vector<std::string> picture(const Scene& scene);

// What may never be seen, not even in the moment of the crash: octets of a key that others can
// read, or a certificate in live/ with another's key.  A sentence per sight.
std::vector<std::string> dangers(const Scene& scene);
// What a store that was opened after a crash may not show besides: a temporary, a half entry, a key
// that does not open, a name in live/ that leads nowhere or to the wrong place.
std::vector<std::string> damages(const Scene& scene);

// A line per certificate of MY, archived or not, whose key opens: "<thumbprint>".
std::vector<std::string> usable_certificates(const Scene& scene);

}  // namespace ae::test
