// What the tests of the control channel need of Linux: a place for a socket, clients and services
// of octets.
#pragma once

#include "service/control/control_protocol.h"
#include "service/control/control_socket_unix.h"
#include "stores/files_posix.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ae::service::test {

inline constexpr std::chrono::seconds kPatience{10};
inline constexpr int kRounds = 250;
inline constexpr std::uint32_t kNobody = 65534;

inline AccountId own_account() { return account_of(::geteuid()); }
inline bool is_administrator() { return ::geteuid() == 0; }

class TempFolder {
  public:
    TempFolder() {
        char name[] = "/tmp/ae-control-XXXXXX";
        path_ = ::mkdtemp(name);
        ::chmod(path_.c_str(), 0755);  // another account has to come in, or be kept out further in
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    TempFolder(TempFolder&&) = delete;
    TempFolder& operator=(TempFolder&&) = delete;
    ~TempFolder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + '/' + name;
    }

  private:
    std::string path_;
};

// Where a service of the test's own account can listen.
class Place {
  public:
    [[nodiscard]] ControlAddress address() const {
        return {folder_ / "run/control.sock", own_account()};
    }

  private:
    TempFolder folder_{};
};

// One end of a connection.
class RawEnd {
  public:
    RawEnd() : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    explicit RawEnd(stores::UniqueFd connected) : socket_(std::move(connected)) {}

    bool connect(const std::string& path) {
        return connect_socket(socket_.get(), socket_name(path).value()) == 0;
    }
    // False: the other end is gone.
    bool send(std::string_view octets) {
        while (!octets.empty()) {
            const auto count = ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
            if (count < 0) {
                return false;
            }
            octets.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    void end_own_half() { ::shutdown(socket_.get(), SHUT_WR); }
    void close() { socket_.reset(); }
    [[nodiscard]] int descriptor() const { return socket_.get(); }

    // The next one; nothing: the other end is gone, or says nothing for kPatience.
    std::optional<char> octet() {
        pollfd watched{socket_.get(), POLLIN, 0};
        const int patience = static_cast<int>(std::chrono::milliseconds(kPatience).count());
        char c = 0;
        if (::poll(&watched, 1, patience) != 1 || ::recv(socket_.get(), &c, 1, 0) != 1) {
            return std::nullopt;
        }
        return c;
    }

  private:
    stores::UniqueFd socket_;
};

// Listens without knowing the language.
class RawServer {
  public:
    explicit RawServer(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::filesystem::remove(path);
        const sockaddr_un name = socket_name(path).value();
        REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
        REQUIRE(::listen(socket_.get(), 5) == 0);
    }
    // Waits for one.
    RawEnd accept() { return RawEnd(stores::UniqueFd(::accept(socket_.get(), nullptr, nullptr))); }
    [[nodiscard]] int descriptor() const { return socket_.get(); }

  private:
    stores::UniqueFd socket_;
};

inline std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/self/fd")) {
        ++count;
    }
    return count;
}

}  // namespace ae::service::test
