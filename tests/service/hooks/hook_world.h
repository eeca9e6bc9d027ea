// A folder of hooks that are shell scripts, and the state beside it.  Linux only.
#pragma once

#include "service/hooks/hooks.h"
#include "tests/support/temporary_folder.h"

#include <filesystem>
#include <string>
#include <vector>

#include "hook_sample.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::test {

struct HookWorld {
    TemporaryFolder temporary;
    std::filesystem::path folder = temporary.path() / "hooks.d";
    std::string state_dir = (temporary.path() / "state").string();
    service::HookRun run{.scope = engine::Scope::user,
                         .folder = folder.string(),
                         .state = service::StateFolder(state_dir, engine::Scope::user),
                         .limit = std::chrono::seconds(30)};

    HookWorld() {
        std::filesystem::create_directory(folder);
        ::chmod(folder.c_str(), 0755);
    }

    std::filesystem::path add(const std::string& name, const std::string& script,
                              mode_t mode = 0755) const {
        write_text(folder / name, "#!/bin/sh\n" + script + "\n");
        ::chmod((folder / name).c_str(), mode);
        return folder / name;
    }
    // Where a hook of that name writes what the test wants to know.
    [[nodiscard]] std::string file(const std::string& name) const {
        return (temporary.path() / name).string();
    }

    [[nodiscard]] std::vector<std::string> tell(
        const std::vector<service::HookDocument>& news) const {
        std::vector<std::string> texts;
        for (const service::Remark& one : run_hooks(run, news)) {
            texts.push_back(one.text);
        }
        return texts;
    }
    [[nodiscard]] std::vector<std::string> tell() const { return tell({sample_document()}); }
    [[nodiscard]] std::vector<service::OwedHook> owed() const {
        const auto text = run.state.read(service::kOwedHooksFile).value();
        return text ? service::owed_hooks_from_json(*text).value()
                    : std::vector<service::OwedHook>{};
    }
};

inline constexpr const char* kHookNamed = " for renewed CorpMachine 00112233";

// Through which the test sees what holds it open: "up" once a process of the hook is there, an end
// when the last of them is gone.
class Fifo {
  public:
    explicit Fifo(const std::string& path) {
        ::mkfifo(path.c_str(), 0600);
        descriptor_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;
    Fifo(Fifo&&) = delete;
    Fifo& operator=(Fifo&&) = delete;
    ~Fifo() { ::close(descriptor_); }

    // The next words, "" for the end, "nothing" when none comes.
    [[nodiscard]] std::string next() const {
        constexpr int kLongest = 20'000;
        pollfd one{descriptor_, POLLIN, 0};
        char buffer[64];  // NOLINT: filled by read
        if (::poll(&one, 1, kLongest) != 1) {
            return "nothing";
        }
        const auto count = ::read(descriptor_, buffer, sizeof buffer);
        return count < 0 ? "nothing" : std::string(buffer, static_cast<std::size_t>(count));
    }

  private:
    int descriptor_ = -1;
};

}  // namespace ae::test
