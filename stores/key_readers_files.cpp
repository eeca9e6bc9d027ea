#include "stores/key_readers_files.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "stores/store_layout.h"

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::stores {
namespace {

constexpr mode_t kOwner = S_IRUSR | S_IWUSR;
constexpr mode_t kOwnerAndGroup = kOwner | S_IRGRP;
constexpr mode_t kOthers = S_IRWXO;

struct FoundGroup {
    int problem = 0;
    std::optional<gid_t> id{};
};

FoundGroup find_group(const std::string& name) {
    std::vector<char> text(std::size_t{16} * 1024);
    constexpr std::size_t kMost = std::size_t{16} * 1024 * 1024;  // all members of a group
    for (;;) {
        group entry{};
        group* found = nullptr;
        const int problem = ::getgrnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
        if (problem == ERANGE && text.size() < kMost) {
            text.resize(text.size() * 4);
            continue;
        }
        // POSIX leaves it open how "no such group" is said.
        if (problem == ENOENT || problem == ESRCH) {
            return {};
        }
        return {problem, found != nullptr ? std::optional(found->gr_gid) : std::nullopt};
    }
}

}  // namespace

KeyReaders::KeyReaders(std::map<std::string, std::string> groups, Warn warn)
    : groups_(std::move(groups)), warn_(std::move(warn)) {}

void KeyReaders::apply(const Folder& entry, std::string_view template_name) {
    apply(entry, wanted(template_name));
}

void KeyReaders::close_to_others(const Folder& entry) {
    apply(entry, Wanted{.known = Known::cannot_say});
}

void KeyReaders::apply(const Folder& entry, const Wanted& wish) {
    const Result<std::optional<FileReaders>> now = entry.readers_of(layout::kKey);
    if (!now) {
        warn_once(now.error().sentence());
        return;
    }
    if (!*now) {
        return;
    }
    const FileReaders& readers = **now;
    if ((readers.mode & kOthers) != 0) {
        warn_once(entry.path_of(layout::kKey) +
                  " was open to every account of this machine; it is closed again, and its "
                  "certificate should be revoked if others have accounts here");
    }
    const bool foreign = readers.owner != ::geteuid();
    if (foreign) {
        warn_once(entry.path_of(layout::kKey) +
                  " belonged to another account of this machine; it is this one's again, and its "
                  "certificate should be revoked if others have accounts here");
    }
    // Who answers for groups may be away for a moment: the readers of before stay.
    const bool stays = wish.known == Known::cannot_say;
    const bool shared = stays ? (readers.mode & S_IRGRP) != 0 : wish.known == Known::group;
    const gid_t group = stays ? readers.group : wish.group;
    const bool right = stays ? (readers.mode & ~kOwnerAndGroup) == 0
                             : readers.mode == (shared ? kOwnerAndGroup : kOwner) &&
                                   (!shared || readers.group == group);
    if (right && !foreign) {
        return;
    }
    if (const Done set =
            entry.set_readers(layout::kKey, shared ? std::optional(group) : std::nullopt);
        !set) {
        warn_once(set.error().sentence());
    }
}

KeyReaders::Wanted KeyReaders::wanted(std::string_view template_name) {
    const auto named = groups_.find(to_lower(template_name));
    if (named == groups_.end()) {
        return {};
    }
    const auto [at, fresh] = looked_up_.try_emplace(named->second);
    if (fresh) {
        at->second = look_up(named->second);
    }
    return at->second;
}

KeyReaders::Wanted KeyReaders::look_up(const std::string& group) {
    const FoundGroup found = find_group(group);
    if (found.id) {
        return {Known::group, *found.id};
    }
    if (found.problem != 0) {
        warn_once(Error{kReadFault,
                        "the group \"" + printable(group) +
                            "\" of KeyReaders cannot be looked up (" +
                            std::generic_category().message(found.problem) + ")",
                        "Make sure that \"getent group\" answers; until then the readers of keys "
                        "stay as they are"}
                      .sentence());
        return {Known::cannot_say, 0};
    }
    warn_once(Error{kInvalidData,
                    "the group \"" + printable(group) + "\" of KeyReaders is not known here",
                    "Make the group or correct the setting; until then root alone can read the "
                    "keys"}
                  .sentence());
    return {};
}

void KeyReaders::warn_once(const std::string& sentence) {
    if (warn_ && warned_.insert(sentence).second) {
        warn_(sentence);
    }
}

}  // namespace ae::stores
