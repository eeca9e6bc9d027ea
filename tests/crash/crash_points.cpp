#include "tests/crash/crash_points.h"

#include "tests/crash/disk_model.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
ssize_t __real_write(int, const void*, size_t);
ssize_t __real_pwrite(int, const void*, size_t, off_t);
int __real_fsync(int);
int __real_fdatasync(int);
int __real_ftruncate(int, off_t);
int __real_fchmod(int, mode_t);
int __real_fchmodat(int, const char*, mode_t, int);
int __real_fchown(int, uid_t, gid_t);
int __real_fchownat(int, const char*, uid_t, gid_t, int);
int __real_mkdir(const char*, mode_t);
int __real_mkdirat(int, const char*, mode_t);
int __real_unlinkat(int, const char*, int);
int __real_renameat(int, const char*, int, const char*);
int __real_renameat2(int, const char*, int, const char*, unsigned);
int __real_openat(int, const char*, int, ...);
int __real_symlinkat(const char*, int, const char*);
}

namespace ae::test {

void count_opening();

namespace {

struct State {
    Strike strike{};
    int seen = 0;
    int opened = 0;
    std::array<int, kCalls.size()> times{};
    bool counting = false;
    bool struck = false;
    std::unique_ptr<DiskModel> disk{};
};
State& state() {
    static State it;
    return it;
}

bool kills(Fault fault) {
    return fault == Fault::kill || fault == Fault::power_cut || fault == Fault::names_kept;
}

std::size_t place_of(std::string_view call) {
    return static_cast<std::size_t>(std::ranges::find(kCalls, call) - kCalls.begin());
}

// True when this call has to fail.
bool step(std::string_view call) {
    State& it = state();
    if (!it.counting) {
        return false;
    }
    ++it.seen;
    if (const std::size_t place = place_of(call); place < it.times.size()) {
        ++it.times.at(place);
    }
    const bool later = it.struck && it.strike.fault == Fault::fail_from;
    if (it.seen != it.strike.at_step && !later) {
        return false;
    }
    if (kills(it.strike.fault)) {
        strike_now();
    }
    it.struck = it.strike.fault == Fault::fail || it.strike.fault == Fault::fail_from;
    errno = it.strike.error_number;
    return it.struck;
}

bool dies_now() {
    const State& it = state();
    return it.counting && kills(it.strike.fault) && it.seen + 1 == it.strike.at_step;
}

void made(int parent, const char* name) {
    if (state().counting && state().disk) {
        const int number = errno;
        state().disk->made(parent, name);
        errno = number;
    }
}

void synced(int descriptor) {
    if (state().counting && state().disk) {
        state().disk->synced(descriptor);
    }
}

}  // namespace

void arm(const Strike& strike, const std::filesystem::path& disk) {
    disarm();
    State& it = state();
    it = State{};
    it.strike = strike;
    // Only a power cut asks what is on the disk.
    if (strike.fault == Fault::power_cut || strike.fault == Fault::names_kept) {
        it.disk = std::make_unique<DiskModel>(disk);
    }
    it.counting = true;
}

void disarm() { state().counting = false; }

void pass_crash_point() { static_cast<void>(step("")); }

void count_opening() { state().opened += state().counting ? 1 : 0; }
int files_opened() { return state().opened; }

void lose_power() {
    State& it = state();
    it.counting = false;
    if (it.strike.fault == Fault::power_cut) {
        it.disk->lose_all();
    } else if (it.strike.fault == Fault::names_kept) {
        it.disk->lose_data();
    }
}

void strike_now() {
    lose_power();
    ::kill(::getpid(), SIGKILL);
    std::abort();  // not reached
}

int steps_seen() { return state().seen; }
bool fault_struck() { return state().struck; }
bool was_struck(int wait_status) {
    return WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL;
}
int times_seen(std::string_view call) { return state().times.at(place_of(call)); }

}  // namespace ae::test

using ae::test::dies_now;
using ae::test::made;
using ae::test::step;
using ae::test::synced;

extern "C" {

ssize_t __wrap_write(int file, const void* data, size_t size) {
    if (dies_now()) {
        static_cast<void>(__real_write(file, data, size / 2));
    }
    return step("write") ? -1 : __real_write(file, data, size);
}

ssize_t __wrap_pwrite(int file, const void* data, size_t size, off_t at) {
    if (dies_now()) {
        static_cast<void>(__real_pwrite(file, data, size / 2, at));
    }
    return step("pwrite") ? -1 : __real_pwrite(file, data, size, at);
}

int __wrap_fsync(int file) {
    if (step("fsync")) {
        return -1;
    }
    synced(file);
    return __real_fsync(file);
}

int __wrap_fdatasync(int file) {
    if (step("fdatasync")) {
        return -1;
    }
    synced(file);
    return __real_fdatasync(file);
}

int __wrap_ftruncate(int file, off_t size) {
    return step("ftruncate") ? -1 : __real_ftruncate(file, size);
}

int __wrap_fchmod(int file, mode_t mode) { return step("fchmod") ? -1 : __real_fchmod(file, mode); }

int __wrap_fchmodat(int folder, const char* name, mode_t mode, int flags) {
    return step("fchmodat") ? -1 : __real_fchmodat(folder, name, mode, flags);
}

int __wrap_fchown(int file, uid_t owner, gid_t group) {
    return step("fchown") ? -1 : __real_fchown(file, owner, group);
}

int __wrap_fchownat(int folder, const char* name, uid_t owner, gid_t group, int flags) {
    return step("fchownat") ? -1 : __real_fchownat(folder, name, owner, group, flags);
}

int __wrap_mkdir(const char* path, mode_t mode) {
    if (step("mkdir")) {
        return -1;
    }
    const int result = __real_mkdir(path, mode);
    if (result == 0) {
        made(AT_FDCWD, path);
    }
    return result;
}

int __wrap_mkdirat(int folder, const char* name, mode_t mode) {
    if (step("mkdirat")) {
        return -1;
    }
    const int result = __real_mkdirat(folder, name, mode);
    if (result == 0) {
        made(folder, name);
    }
    return result;
}

int __wrap_symlinkat(const char* target, int folder, const char* name) {
    if (step("symlinkat")) {
        return -1;
    }
    const int result = __real_symlinkat(target, folder, name);
    if (result == 0) {
        made(folder, name);
    }
    return result;
}

int __wrap_unlinkat(int folder, const char* name, int flags) {
    return step("unlinkat") ? -1 : __real_unlinkat(folder, name, flags);
}

int __wrap_renameat(int from_folder, const char* from, int to_folder, const char* to) {
    return step("renameat") ? -1 : __real_renameat(from_folder, from, to_folder, to);
}

int __wrap_renameat2(int from_folder, const char* from, int to_folder, const char* to,
                     unsigned flags) {
    return step("renameat2") ? -1 : __real_renameat2(from_folder, from, to_folder, to, flags);
}

int __wrap_openat(int folder, const char* name, int flags, ...) {
    ae::test::count_opening();
    if ((flags & O_CREAT) == 0) {
        return __real_openat(folder, name, flags);
    }
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    if (step("openat")) {
        return -1;
    }
    struct stat facts {};
    const bool fresh = ::fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0;
    const int file = __real_openat(folder, name, flags, mode);
    if (file >= 0 && fresh) {
        made(folder, name);
    }
    return file;
}
}
