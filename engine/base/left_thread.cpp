#include "engine/base/left_thread.h"

#include <mutex>
#include <utility>
#include <vector>

namespace ae {
namespace {

// Never destroyed: a std::thread that is may not be running.
struct Left {
    std::mutex guard{};
    std::vector<std::thread> threads{};
};
Left& left() {
    static auto* const all = new Left;
    return *all;
}

}  // namespace

void leave_running(std::thread thread) {
    const std::lock_guard lock(left().guard);
    left().threads.push_back(std::move(thread));
}

}  // namespace ae
