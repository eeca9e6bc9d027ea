#include "engine/base/hresult_table.h"
#include "service/state_folder.h"
#include "stores/files_win32.h"
#include "stores/store_layout.h"

#include <utility>

namespace ae::service {
namespace {

using stores::ProtectedFolder;

constexpr std::string_view kStateLock = "state.lock";

std::string folder_path(const std::string& state_dir, engine::Scope scope) {
    return std::string(state_dir).append("\\").append(stores::folder_of(scope));
}

// The context's folder, made when missing, and held against other processes.
struct Held {
    ProtectedFolder folder;
    UniqueFileHandle lock;
};

Result<Held> hold(const std::string& state_dir, engine::Scope scope) {
    // The folder above it counts as much: who may write there could put another one in its place.
    if (auto top = ProtectedFolder::open_or_create(state_dir, scope); !top) {
        return pass(top);
    }
    auto folder = ProtectedFolder::open_or_create(folder_path(state_dir, scope), scope);
    if (!folder) {
        return pass(folder);
    }
    auto lock = folder->lock(kStateLock);
    if (!lock) {
        return pass(lock);
    }
    return Held{std::move(*folder), std::move(*lock)};
}

}  // namespace

StateFolder::StateFolder(std::string state_dir, engine::Scope scope)
    : state_dir_(std::move(state_dir)), scope_(scope) {}

Result<std::optional<std::string>> StateFolder::read(std::string_view name) const {
    auto folder = ProtectedFolder::open(state_dir_, scope_).and_then([&](const ProtectedFolder&) {
        return ProtectedFolder::open(folder_path(state_dir_, scope_), scope_);
    });
    if (!folder) {
        if (folder.error().code == kFileNotFound) {
            return std::nullopt;
        }
        return pass(folder);
    }
    auto content = folder->read(name, kLargestStateFile);
    if (!content) {
        return pass(content);
    }
    if (!*content) {
        return std::nullopt;
    }
    return std::string(as_text(**content));
}

Done StateFolder::write(std::string_view name, std::string_view content) const {
    const auto held = hold(state_dir_, scope_);
    if (!held) {
        return fail(held.error());
    }
    return held->folder.publish_file(name, as_bytes(content));
}

Done StateFolder::append(std::string_view name, std::string_view older, std::string_view lines,
                         std::size_t largest) const {
    const auto held = hold(state_dir_, scope_);
    if (!held) {
        return fail(held.error());
    }
    const auto size = held->folder.size_of(name);
    if (!size) {
        return fail(size.error());
    }
    if (size->value_or(0) != 0 && **size + lines.size() > largest) {
        if (Done renamed = held->folder.rename(name, older); !renamed) {
            return renamed;
        }
    }
    return held->folder.append_lines(name, lines);
}

std::string StateFolder::path_of(std::string_view name) const {
    return folder_path(state_dir_, scope_).append("\\").append(name);
}

}  // namespace ae::service
