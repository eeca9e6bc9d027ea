// Lets a thread go on by itself until it ends or the process does; it owns what it uses.
// In place of std::thread::detach(): with mingw-w64's winpthreads 10 a thread that ends while it is
// being detached spoils the library's list of threads, and a later one never begins, or begins
// without its work (measured under Wine 8: one of some 5,000 short threads).  A thread that is
// never detached costs its handle.
// Any thread.
#pragma once

#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace ae {

inline void leave_running(std::thread thread) {
    struct Left {
        std::mutex guard{};
        std::vector<std::thread> threads{};
    };
    // Never destroyed: a std::thread that is may not be running.
    static auto* const left = new Left;
    const std::lock_guard lock(left->guard);
    left->threads.push_back(std::move(thread));
}

}  // namespace ae
