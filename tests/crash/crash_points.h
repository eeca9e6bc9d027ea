// Makes the n-th change to the disk go wrong.  A test that links ae_crash_points is linked with
// --wrap for each system call that changes a file or folder, so the product needs no seam for it.
// What libraries do inside themselves (a PKCS #11 token, libstdc++) is not seen.
//
// kill: SIGKILL before the call; a write leaves half of its octets.
// power_cut: the same, and everything that was not fsynced is gone (disk_model.h).
// names_kept: the same, but a journal kept the names: files that were not fsynced are empty.
// fail: the call does nothing and reports `error_number`.
// fail_from: so do all that come after it, as on a disk that became full or read-only.
//
// One thread.  Linux.
#pragma once

#include <array>
#include <filesystem>
#include <string_view>

namespace ae::test {

enum class Fault { none, kill, power_cut, names_kept, fail, fail_from };

struct Strike {
    Fault fault = Fault::none;
    int at_step = 0;
    int error_number = 0;
};

// `disk`: the folder that a power cut empties; changes anywhere count.
void arm(const Strike& strike, const std::filesystem::path& disk);
void disarm();
// A step that is no call of the product's own: the place where another machine acts.
void pass_crash_point();
// Dies as the armed strike says, whatever the step: the end of a change that got through.
[[noreturn]] void strike_now();

// The power goes off, and the process lives on to say so: what arm() was told to lose is lost.
void lose_power();

int steps_seen();  // since arm()
bool fault_struck();
int files_opened();  // and folders, by openat(), since arm()

// Whether a child ended by such a strike.
bool was_struck(int wait_status);

// The wrapped calls, and how often each was a step since arm().
inline constexpr std::array<std::string_view, 16> kCalls = {
    "write",    "pwrite",    "fsync",    "fdatasync", "ftruncate", "fchmod",
    "fchmodat", "fchown",    "fchownat", "mkdir",     "mkdirat",   "unlinkat",
    "renameat", "renameat2", "openat",   "symlinkat"};
int times_seen(std::string_view call);

}  // namespace ae::test
