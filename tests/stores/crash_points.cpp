#include "tests/stores/crash_points.h"

#include <cerrno>
#include <cstdarg>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

extern "C" {
ssize_t __real_write(int, const void*, size_t);
int __real_fsync(int);
int __real_fchmod(int, mode_t);
int __real_mkdirat(int, const char*, mode_t);
int __real_unlinkat(int, const char*, int);
int __real_renameat(int, const char*, int, const char*);
int __real_renameat2(int, const char*, int, const char*, unsigned);
int __real_openat(int, const char*, int, ...);
int __real_mkdir(const char*, mode_t);
}

namespace ae::test {
namespace {

struct Renaming {
    int from_folder = -1;  // descriptors of our own
    int to_folder = -1;
    std::string from;
    std::string to;
    std::optional<std::string> replaced;  // content
    mode_t replaced_mode = 0;
};

struct State {
    Fault fault = Fault::none;
    int at_step = 0;
    int error_number = 0;
    int seen = 0;
    bool counting = false;
    bool struck = false;
    std::map<std::pair<dev_t, ino_t>, int> unsynced;  // file -> a descriptor of our own
    std::vector<Renaming> renamed;                    // whose folder is not fsynced yet
};
State& state() {
    static State it;
    return it;
}

std::pair<dev_t, ino_t> identity(int descriptor) {
    struct stat facts {};
    ::fstat(descriptor, &facts);
    return {facts.st_dev, facts.st_ino};
}

void close_folders(const Renaming& renaming) {
    ::close(renaming.from_folder);
    ::close(renaming.to_folder);
}

// Small files only, as all of the store's are.
void remember_replaced(Renaming& renaming) {
    const int file = __real_openat(renaming.to_folder, renaming.to.c_str(),
                                   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat facts {};
    if (file >= 0 && ::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode)) {
        std::string content(static_cast<std::size_t>(facts.st_size), '\0');
        if (::read(file, content.data(), content.size()) == facts.st_size) {
            renaming.replaced = std::move(content);
            renaming.replaced_mode = facts.st_mode & 07777U;
        }
    }
    if (file >= 0) {
        ::close(file);
    }
}

void put_back(const Renaming& renaming) {
    const int file = __real_openat(renaming.to_folder, renaming.to.c_str(),
                                   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    static_cast<void>(__real_write(file, renaming.replaced->data(), renaming.replaced->size()));
    static_cast<void>(__real_fchmod(file, renaming.replaced_mode));
    ::close(file);
}

// Either folder will do: a journal holds both ends of a renaming together.
void forget_renamed_in(int folder) {
    std::erase_if(state().renamed, [folder](const Renaming& one) {
        const bool synced = identity(one.from_folder) == identity(folder) ||
                            identity(one.to_folder) == identity(folder);
        if (synced) {
            close_folders(one);
        }
        return synced;
    });
}

[[noreturn]] void power_cut() {
    lose_unsynced();
    ::_exit(kKilled);
}

// True when this call has to fail.
bool step() {
    State& it = state();
    if (!it.counting || ++it.seen != it.at_step) {
        return false;
    }
    it.struck = true;
    if (it.fault == Fault::kill) {
        power_cut();
    }
    errno = it.error_number;
    return it.fault == Fault::fail;
}

}  // namespace

void lose_unsynced() {
    state().counting = false;
    for (auto one = state().renamed.rbegin(); one != state().renamed.rend(); ++one) {
        static_cast<void>(
            __real_renameat(one->to_folder, one->to.c_str(), one->from_folder, one->from.c_str()));
        if (one->replaced) {
            put_back(*one);
        }
    }
    for (const auto& [file, descriptor] : state().unsynced) {
        static_cast<void>(::ftruncate(descriptor, 0));
    }
}

void arm(Fault fault, int at_step, int error_number) {
    disarm();
    State& it = state();
    it.fault = fault;
    it.at_step = at_step;
    it.error_number = error_number;
    it.seen = 0;
    it.counting = true;
    it.struck = false;
}

void disarm() {
    State& it = state();
    it.counting = false;
    for (const auto& [file, descriptor] : it.unsynced) {
        ::close(descriptor);
    }
    it.unsynced.clear();
    for (const Renaming& one : it.renamed) {
        close_folders(one);
    }
    it.renamed.clear();
}

int steps_seen() { return state().seen; }
bool fault_struck() { return state().struck; }

}  // namespace ae::test

using ae::test::Fault;
using ae::test::state;
using ae::test::step;

extern "C" {

ssize_t __wrap_write(int file, const void* data, size_t size) {
    if (state().counting) {
        if (state().fault == Fault::kill && state().seen + 1 == state().at_step) {
            static_cast<void>(__real_write(file, data, size / 2));
        }
        if (step()) {
            return -1;
        }
        const auto key = ae::test::identity(file);
        if (!state().unsynced.contains(key)) {
            state().unsynced[key] = ::dup(file);
        }
    }
    return __real_write(file, data, size);
}

int __wrap_fsync(int file) {
    if (step()) {
        return -1;
    }
    if (state().counting) {
        if (const auto found = state().unsynced.find(ae::test::identity(file));
            found != state().unsynced.end()) {
            ::close(found->second);
            state().unsynced.erase(found);
        }
        ae::test::forget_renamed_in(file);
    }
    return __real_fsync(file);
}

int __wrap_fchmod(int file, mode_t mode) { return step() ? -1 : __real_fchmod(file, mode); }

int __wrap_mkdir(const char* path, mode_t mode) { return step() ? -1 : __real_mkdir(path, mode); }

int __wrap_mkdirat(int folder, const char* name, mode_t mode) {
    return step() ? -1 : __real_mkdirat(folder, name, mode);
}

int __wrap_unlinkat(int folder, const char* name, int flags) {
    return step() ? -1 : __real_unlinkat(folder, name, flags);
}

int __wrap_renameat(int from_folder, const char* from, int to_folder, const char* to) {
    if (step()) {
        return -1;
    }
    if (!state().counting) {
        return __real_renameat(from_folder, from, to_folder, to);
    }
    ae::test::Renaming renaming{::dup(from_folder), ::dup(to_folder), from, to, {}, 0};
    ae::test::remember_replaced(renaming);
    const int renamed = __real_renameat(from_folder, from, to_folder, to);
    if (renamed == 0) {
        state().renamed.push_back(std::move(renaming));
    } else {
        const int number = errno;
        ae::test::close_folders(renaming);
        errno = number;
    }
    return renamed;
}

int __wrap_renameat2(int from_folder, const char* from, int to_folder, const char* to,
                     unsigned flags) {
    return step() ? -1 : __real_renameat2(from_folder, from, to_folder, to, flags);
}

int __wrap_openat(int folder, const char* name, int flags, ...) {
    if ((flags & O_CREAT) == 0) {
        return __real_openat(folder, name, flags);
    }
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return step() ? -1 : __real_openat(folder, name, flags, mode);
}
}
