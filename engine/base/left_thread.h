// Lets a thread go on by itself until it ends or the process does; it owns what it uses.
// In place of std::thread::detach(): with mingw-w64's winpthreads 10 a thread that ends while it is
// being detached spoils the library's list of threads, and a later one never begins, or begins
// without its work (measured under Wine 8: one of some 5,000 short threads).  A thread that is
// never detached costs its handle.
// Any thread.
#pragma once

#include <thread>

namespace ae {

void leave_running(std::thread thread);

}  // namespace ae
