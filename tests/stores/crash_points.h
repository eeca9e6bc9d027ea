// Makes the n-th change to the disk go wrong.  The test is linked with --wrap for each system call
// that changes a file or folder, so the product needs no seam for it.
//
// kill: the process ends at once, before the call, as after a power cut: a write leaves half of its
// octets, a file that was not fsynced yet loses its content, and a new name whose folder was not
// fsynced yet is the old one again, with what it replaced.
//
// fail: the call does nothing and reports `error_number`.
#pragma once

namespace ae::test {

enum class Fault { none, kill, fail };
inline constexpr int kKilled = 77;  // exit status

void arm(Fault fault, int at_step, int error_number = 0);
void disarm();
void lose_unsynced();  // of what was done since arm(), as a power cut does
int steps_seen();      // calls since arm()
bool fault_struck();

}  // namespace ae::test
