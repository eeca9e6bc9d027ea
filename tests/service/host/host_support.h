// For tests of the host's Linux parts: folders, and programs that play the other side.
#pragma once

#include "engine/base/result.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "loop_support.h"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ae::service {

class TempFolder {
  public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "ae-host-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        path_ = name;
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
        return path_ / name;
    }

  private:
    std::filesystem::path path_;
};

// An environment variable for one test.
class Variable {
  public:
    Variable(std::string name, const std::string& value) : name_(std::move(name)) {
        if (const char* before = std::getenv(name_.c_str()); before != nullptr) {
            before_ = before;
            was_set_ = true;
        }
        ::setenv(name_.c_str(), value.c_str(), 1);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;
    ~Variable() {
        was_set_ ? ::setenv(name_.c_str(), before_.c_str(), 1) : ::unsetenv(name_.c_str());
    }

  private:
    std::string name_;
    std::string before_{};
    bool was_set_ = false;
};

// A program whose input we write and whose output we read, line by line; ended with the test.
class Program {
  public:
    explicit Program(std::vector<std::string> words) {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("no pipe");
        }
        posix_spawn_file_actions_t actions{};
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        std::vector<char*> argv;
        for (auto& word : words) {
            argv.push_back(word.data());
        }
        argv.push_back(nullptr);
        const int problem = ::posix_spawnp(&id_, argv[0], &actions, nullptr, argv.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(in[0]);
        ::close(out[1]);
        in_ = in[1];
        out_ = out[0];
        ::fcntl(out_, F_SETFL, O_NONBLOCK);
        if (problem != 0) {
            throw std::runtime_error("cannot start " + words[0]);
        }
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() { end(); }

    void end() {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            ::waitpid(id_, nullptr, 0);
            ::close(in_);
            ::close(out_);
            id_ = 0;
        }
    }

    void write(const std::string& line) const {
        const std::string text = line + '\n';
        if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
            throw std::runtime_error("the program does not read");
        }
    }

    // The next line; the loop runs meanwhile.  Nothing came: empty.
    std::string read(Loop& loop) {
        run_until(loop, [&] {
            std::array<char, 4096> buffer{};
            const auto count = ::read(out_, buffer.data(), buffer.size());
            if (count > 0) {
                text_.append(buffer.data(), static_cast<std::size_t>(count));
            }
            return count == 0 || text_.find('\n') != std::string::npos;
        });
        const auto end = text_.find('\n');
        if (end == std::string::npos) {
            return {};
        }
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
    }

  private:
    pid_t id_ = 0;
    int in_ = -1;
    int out_ = -1;
    std::string text_{};
};

// A message bus of the test's own, which starts no services by itself, and for as long as it lives
// the only one that programs find.
class PrivateBus {
  public:
    explicit PrivateBus(Loop& loop)
        : address_("unix:path=" + (folder_ / "bus").string()),
          system_("DBUS_SYSTEM_BUS_ADDRESS", address_),
          session_("DBUS_SESSION_BUS_ADDRESS", address_),
          loop_(loop) {
        std::ofstream(folder_ / "config")
            << "<busconfig><listen>" << address_ << "</listen>"
            << "<policy context='default'><allow send_destination='*' eavesdrop='true'/>"
            << "<allow eavesdrop='true'/><allow own='*'/></policy></busconfig>";
        start();
    }
    void start() {
        // It complains where it may not have 65536 descriptors.
        daemon_ = std::make_unique<Program>(std::vector<std::string>{
            "sh", "-c",
            "exec dbus-daemon --nofork --nopidfile --nosyslog --print-address --config-file=" +
                (folder_ / "config").string() + " 2>/dev/null"});
        if (daemon_->read(loop_).empty()) {
            throw std::runtime_error("no dbus-daemon");
        }
    }
    void end() { daemon_.reset(); }

  private:
    TempFolder folder_{};
    std::string address_;
    Variable system_;
    Variable session_;
    Loop& loop_;
    std::unique_ptr<Program> daemon_{};
};

}  // namespace ae::service
