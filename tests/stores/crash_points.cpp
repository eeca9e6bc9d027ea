#include "tests/stores/crash_points.h"

#include <cerrno>
#include <cstdarg>
#include <map>
#include <utility>

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

struct State {
    Fault fault = Fault::none;
    int at_step = 0;
    int error_number = 0;
    int seen = 0;
    bool counting = false;
    bool struck = false;
    std::map<std::pair<dev_t, ino_t>, int> unsynced;  // file -> a descriptor of our own
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

[[noreturn]] void power_cut() {
    for (const auto& [file, descriptor] : state().unsynced) {
        static_cast<void>(::ftruncate(descriptor, 0));
    }
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
    return step() ? -1 : __real_renameat(from_folder, from, to_folder, to);
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
