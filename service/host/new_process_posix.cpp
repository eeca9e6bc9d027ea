#include "service/host/new_process_posix.h"

#include <csignal>

namespace ae::service {
namespace {

constexpr short kAttributes =
    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;

struct SpawnAttributes {
    SpawnAttributes() { ::posix_spawnattr_init(&value); }
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&value); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    SpawnAttributes(SpawnAttributes&&) = delete;
    SpawnAttributes& operator=(SpawnAttributes&&) = delete;
    posix_spawnattr_t value{};
};

}  // namespace

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (auto& text : texts) {
        all.push_back(text.data());
    }
    all.push_back(nullptr);
    return all;
}

int spawn_group(const std::string& program, std::vector<std::string> words,
                const std::vector<char*>& environment, const SpawnActions& actions,
                pid_t& process) {
    SpawnAttributes attributes;
    sigset_t none{};
    sigset_t all{};
    ::sigemptyset(&none);
    ::sigfillset(&all);
    for (const int problem : {
             ::posix_spawnattr_setpgroup(&attributes.value, 0),
             ::posix_spawnattr_setsigmask(&attributes.value, &none),
             ::posix_spawnattr_setsigdefault(&attributes.value, &all),
             ::posix_spawnattr_setflags(&attributes.value, kAttributes),
         }) {
        if (problem != 0) {
            return problem;
        }
    }
    return ::posix_spawn(&process, program.c_str(), &actions.value, &attributes.value,
                         pointers_to(words).data(), environment.data());
}

void keep_exit_codes() {
    struct sigaction now {};
    if (::sigaction(SIGCHLD, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) {
        now.sa_handler = SIG_DFL;
        ::sigaction(SIGCHLD, &now, nullptr);
    }
}

}  // namespace ae::service
