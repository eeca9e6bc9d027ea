// What the tests of the control channel need of Windows: a name for a pipe, clients and services of
// octets.
#pragma once

#include "service/account_win32.h"
#include "service/control/control_instance_pipe.h"
#include "service/control/control_protocol.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

namespace ae::service::test {

inline constexpr std::chrono::seconds kPatience{10};
inline constexpr int kRounds = 50;  // Wine takes its time for a connection

inline AccountId own_account() { return own_peer().value().account; }
inline bool is_administrator() { return own_peer().value().administrator; }

// A name of the test's own, where a service of its account can listen.
class Place {
  public:
    [[nodiscard]] ControlAddress address() const { return {path_, own_account()}; }

  private:
    static std::string new_path() {
        static std::atomic<unsigned> count = 0;
        return R"(\\.\pipe\aeclient-test\)" + std::to_string(::GetCurrentProcessId()) + '-' +
               std::to_string(++count);
    }
    std::string path_ = new_path();
};

// One end of a connection.
class RawEnd {
  public:
    RawEnd() = default;
    explicit RawEnd(UniqueFileHandle connected) : pipe_(std::move(connected)) {}

    bool connect(const std::string& path) {
        const auto last = std::chrono::steady_clock::now() + kPatience;
        const std::wstring name = wide(path);
        do {
            pipe_.reset(::CreateFileW(
                name.c_str(), GENERIC_READ | FILE_WRITE_DATA, 0, nullptr, OPEN_EXISTING,
                FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | level, nullptr));
        } while (!pipe_ && ::GetLastError() == ERROR_PIPE_BUSY &&
                 std::chrono::steady_clock::now() < last && ::WaitNamedPipeW(name.c_str(), 1000));
        return static_cast<bool>(pipe_);
    }
    // False: the other end is gone, or reads nothing for kPatience.
    bool send(std::string_view octets) {
        while (!octets.empty()) {
            const auto count = moved([&](OVERLAPPED& operation) {
                return ::WriteFile(pipe_.get(), octets.data(), static_cast<DWORD>(octets.size()),
                                   nullptr, &operation);
            });
            if (count == 0) {
                return false;
            }
            octets.remove_prefix(count);
        }
        return true;
    }
    // The next one; nothing: the other end is gone, or says nothing for kPatience.
    std::optional<char> octet() {
        if (at_ == unread_.size()) {
            unread_.resize(kReadAtOnce);
            unread_.resize(moved([this](OVERLAPPED& operation) {
                return ::ReadFile(pipe_.get(), unread_.data(), kReadAtOnce, nullptr, &operation);
            }));
            at_ = 0;
        }
        return at_ < unread_.size() ? std::optional(unread_[at_++]) : std::nullopt;
    }
    void close() { pipe_.reset(); }
    [[nodiscard]] HANDLE handle() const { return pipe_.get(); }

    DWORD level = SECURITY_IDENTIFICATION;

  private:
    static constexpr DWORD kReadAtOnce = 4096;

    template <class Begin>
    DWORD moved(Begin begin) {
        const UniqueWinHandle over(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
        OVERLAPPED operation{};
        operation.hEvent = over.get();
        if (!begin(operation) && ::GetLastError() != ERROR_IO_PENDING) {
            return 0;
        }
        constexpr auto patience = std::chrono::milliseconds(kPatience).count();
        if (::WaitForSingleObject(over.get(), static_cast<DWORD>(patience)) != WAIT_OBJECT_0) {
            ::CancelIoEx(pipe_.get(), &operation);
        }
        DWORD count = 0;
        return ::GetOverlappedResult(pipe_.get(), &operation, &count, TRUE) ? count : 0;
    }

    UniqueFileHandle pipe_{};
    std::string unread_{};
    std::size_t at_ = 0;
};

// Listens without knowing the language.
class RawServer {
  public:
    explicit RawServer(const std::string& path)
        : pipe_(make_pipe({path, own_account()}, PipeInstance::first).value()) {}
    // Waits for one; the only one.
    RawEnd accept() {
        const UniqueWinHandle over(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
        OVERLAPPED operation{};
        operation.hEvent = over.get();
        DWORD count = 0;
        if (!::ConnectNamedPipe(pipe_.get(), &operation) && ::GetLastError() == ERROR_IO_PENDING) {
            ::GetOverlappedResult(pipe_.get(), &operation, &count, TRUE);
        }
        return RawEnd(std::move(pipe_));
    }

  private:
    UniqueFileHandle pipe_;
};

inline std::size_t open_descriptors() {
    DWORD count = 0;
    ::GetProcessHandleCount(::GetCurrentProcess(), &count);
    return count;
}

}  // namespace ae::service::test
