// Many pulses in one process against the lab: memory, descriptors and threads may not grow.
//   soak_lab PULSES CHURN_EVERY
// Every CHURN_EVERY-th pulse finds MY empty and enrolls anew; the others find nothing to do.
// Prints one line for each tenth of the way; the exit code is 0 when the last half did not grow.
#include "service/compose.h"
#include "service/context_place.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <malloc.h>

namespace {

using namespace ae;
using namespace ae::service;
namespace fs = std::filesystem;

struct Footprint {
    long resident_kib = 0;
    long heap_kib = 0;  // in use: what a leak makes grow, whatever the allocator keeps
    long descriptors = 0;
    long threads = 0;
};

long count_in(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

Footprint footprint() {
    Footprint now;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) {
            now.resident_kib = std::strtol(line.c_str() + 6, nullptr, 10);
        }
    }
    now.heap_kib = static_cast<long>(::mallinfo2().uordblks / 1024);
    now.descriptors = count_in("/proc/self/fd");
    now.threads = count_in("/proc/self/task");
    return now;
}

void forget_certificates(const Sources& sources) {
    fs::remove_all(sources.state_dir + "/machine/my");
    // Or the brake would stop the churn: the same reason, twice within a day.
    fs::remove(sources.state_dir + "/machine/memory.json");
}

bool run(const Sources& sources, bool churn) {
    if (churn) {
        forget_certificates(sources);
    }
    EventLog events;
    const Time now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    const RunReport report = run_pulse_here(sources, {}, events, now);
    for (const Error& failure : report.pulse.failures) {
        std::cerr << failure.sentence() << '\n';
    }
    return report.pulse.ok() && (!churn || report.pulse.enrolled.size() == 2);
}

void show(long pulses, const Footprint& now) {
    std::cout << pulses << " pulses: " << now.resident_kib << " KiB resident, " << now.heap_kib
              << " KiB of heap in use, " << now.descriptors << " descriptors, " << now.threads
              << " threads" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    const long pulses = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 0;
    const long churn_every = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 0;
    if (pulses < 20 || churn_every < 1) {
        std::cerr << "usage: soak_lab PULSES CHURN_EVERY; at least 20 pulses\n";
        return 64;
    }
    open_log(ConsoleLevel::quiet);
    const auto sources = resolved({});
    if (!sources) {
        return 2;
    }
    Footprint half;
    for (long done = 0; done < pulses; ++done) {
        if (!run(*sources, done % churn_every == 0)) {
            std::cerr << "pulse " << done + 1 << " did not do what it should\n";
            return 1;
        }
        if ((done + 1) % (pulses / 10) == 0) {
            show(done + 1, footprint());
        }
        if (done + 1 == pulses / 2) {
            half = footprint();
        }
    }
    const Footprint end = footprint();
    // The allocator keeps pages; a leak of 100 octets a pulse would show in the heap.
    const long allowed_kib = 64 + pulses / 2 / 20;
    const bool grew = end.heap_kib > half.heap_kib + allowed_kib ||
                      end.resident_kib > half.resident_kib + 1024 ||
                      end.descriptors > half.descriptors || end.threads > half.threads;
    std::cout << (grew ? "it grew" : "no growth in the last half") << '\n';
    return grew ? 1 : 0;
}
