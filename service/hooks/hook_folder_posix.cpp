#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "service/hooks/hook_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace ae::service {
namespace {

namespace fs = std::filesystem;
using engine::Scope;

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

enum class Place { on_the_way, hooks };

// In a folder like /tmp nobody can rename or delete what is another's.
bool keeps_others_off(const struct stat& facts, Place place) {
    const bool sticky = S_ISDIR(facts.st_mode) && (facts.st_mode & S_ISVTX) != 0;
    return (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (place == Place::on_the_way && sticky);
}

Done check_path(const fs::path& path, Scope scope, Place place) {
    const std::string shown = printable(path.string());
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) {
        return fail(kReadFault,
                    shown + " cannot be read: " + std::system_category().message(errno));
    }
    if (S_ISLNK(facts.st_mode)) {
        return fail(kAccessDenied, shown + " is a symbolic link",
                    "Put the program or the folder itself there; links are not followed");
    }
    const bool ours = facts.st_uid == 0 || (scope == Scope::user && facts.st_uid == ::geteuid());
    if (!ours) {
        return fail(
            kAccessDenied,
            shown + " belongs to user id " + std::to_string(facts.st_uid) +
                (scope == Scope::machine ? ", not to root" : ", neither to this account nor root"),
            "Make sure that nobody changed it, then run: chown root " + shown);
    }
    if (!keeps_others_off(facts, place)) {
        return fail(kAccessDenied, shown + " can be written by others",
                    "Make sure that nobody changed it, then run: chmod go-w " + shown);
    }
    return done();
}

// Whoever can rename a folder on the way can put another one in its place.
Done check_with_parents(const fs::path& path, Scope scope) {
    fs::path so_far;
    for (const fs::path& part : path.parent_path()) {
        so_far /= part;
        if (Done checked = check_path(so_far, scope, Place::on_the_way); !checked) {
            return checked;
        }
    }
    return check_path(path, scope, Place::hooks);
}

// Also when nothing is said of the folders that would lead there: most machines have no hooks.
bool is_missing(const std::string& path) {
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool is_program(const fs::path& file) {
    std::error_code problem;
    return fs::is_regular_file(file, problem) && ::access(file.c_str(), X_OK) == 0;
}

}  // namespace

std::string hook_folder(Scope scope, const std::string& /*state_dir*/) {
    if (scope == Scope::machine) {
        return "/etc/aeclient/hooks.d";
    }
    const std::string configured = from_environment("XDG_CONFIG_HOME");
    return (configured.starts_with('/') ? configured : from_environment("HOME") + "/.config") +
           "/aeclient/hooks.d";
}

HookFolder read_hook_folder(Scope scope, const std::string& path) {
    HookFolder folder;
    if (is_missing(path)) {
        return folder;
    }
    if (Done checked = check_with_parents(path, scope); !checked) {
        folder.refused.push_back(std::move(checked.error()));
        return folder;
    }
    std::error_code problem;
    for (fs::directory_iterator at(path, problem), end; !problem && at != end;
         at.increment(problem)) {
        const fs::path file = at->path();
        const std::string name = file.filename().string();
        if (name.starts_with('.')) {
            continue;
        }
        if (Done checked = check_path(file, scope, Place::hooks); !checked) {
            folder.refused.push_back(std::move(checked.error()));
        } else if (!is_utf8(name)) {
            folder.refused.push_back(
                {kInvalidData, "the name " + printable(file.string()) + " is not UTF-8", {}});
        } else if (is_program(file)) {
            folder.programs.push_back({name, {file.string()}});
        }
    }
    if (problem) {
        folder.refused.push_back(
            {kReadFault, printable(path) + " cannot be read: " + problem.message(), {}});
    }
    std::ranges::sort(folder.programs, {}, &HookProgram::name);
    return folder;
}

std::vector<std::pair<std::string, std::string>> hook_environment(Scope scope) {
    std::vector<std::pair<std::string, std::string>> all{
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"LANG", "C.UTF-8"}};
    if (scope == Scope::user) {
        for (const char* name : {"HOME", "USER", "XDG_RUNTIME_DIR"}) {
            if (std::string value = from_environment(name); !value.empty()) {
                all.emplace_back(name, std::move(value));
            }
        }
    }
    return all;
}

}  // namespace ae::service
