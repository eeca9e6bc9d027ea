#include "tests/lab/ca/control.h"

#include "tests/lab/ca/rpc_server.h"

#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace ae::labca {
namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr int kCommandMilliseconds = 5000;

sockaddr_un address_of(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof(address.sun_path)) {
        throw std::runtime_error("the path of the control socket is too long: " + text);
    }
    std::copy(text.begin(), text.end(), address.sun_path);
    return address;
}

std::string read_text(int fd, std::size_t limit, bool one_line) {
    std::string text;
    std::array<char, 4096> buffer{};
    while (text.size() < limit && wait_readable(fd, kCommandMilliseconds)) {
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) {
            break;
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (one_line && text.find('\n') != std::string::npos) {
            text.resize(text.find('\n'));
            break;
        }
    }
    return text;
}

std::uint32_t row_id(const std::string& text) {
    std::uint32_t id = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (failed != std::errc{} || end != text.data() + text.size()) {
        throw std::invalid_argument(fmt::format("\"{}\" is not a request id", text));
    }
    return id;
}

}  // namespace

std::string run_command(const std::string& line, Enrollment& enrollment, FaultSwitch& faults) {
    const std::size_t blank = line.find(' ');
    const std::string command = line.substr(0, blank);
    const std::string argument = blank == std::string::npos ? "" : line.substr(blank + 1);
    try {
        if (command == "list") {
            return "ok\n" + enrollment.list();
        }
        if (command == "approve") {
            return "ok\n" + enrollment.approve(row_id(argument)) + "\n";
        }
        if (command == "deny") {
            return "ok\n" + enrollment.deny(row_id(argument)) + "\n";
        }
        if (command == "revoke") {
            return "ok\n" + enrollment.revoke(row_id(argument)) + "\n";
        }
        if (command == "set") {
            if (!argument.empty()) {
                faults.set(argument);
            }
            return "ok\n" + faults.describe();
        }
        return fmt::format("error no command \"{}\"\n", command);
    } catch (const std::exception& error) {
        return fmt::format("error {}\n", error.what());
    }
}

ControlServer::ControlServer(std::filesystem::path socket, Enrollment& enrollment,
                             FaultSwitch& faults)
    : path_(std::move(socket)), enrollment_(enrollment), faults_(faults) {
    const sockaddr_un address = address_of(path_);
    std::filesystem::remove(path_);
    listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const mode_t before = ::umask(0177);
    const int bound =
        ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::umask(before);
    if (bound != 0 || ::listen(listener_.get(), 8) != 0) {
        throw std::runtime_error(
            fmt::format("cannot listen on {}: {}", path_.string(), std::strerror(errno)));
    }
    thread_ = std::thread([this] { loop(); });
}

ControlServer::~ControlServer() {
    stopping_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

void ControlServer::loop() {
    while (!stopping_) {
        const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client || stopping_) {
            continue;
        }
        const std::string line = read_text(client.get(), kMaxLine, true);
        write_all(client.get(), view_of(run_command(line, enrollment_, faults_)));
    }
}

ControlAnswer send_command(const std::filesystem::path& socket, const std::string& line) {
    const sockaddr_un address = address_of(socket);
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        return {false,
                fmt::format("no CA answers on {}: {}", socket.string(), std::strerror(errno))};
    }
    write_all(fd.get(), view_of(line + "\n"));
    constexpr std::size_t kMaxAnswer = std::size_t{64} << 20U;
    const std::string text = read_text(fd.get(), kMaxAnswer, false);
    if (text.starts_with("ok\n")) {
        return {true, text.substr(3)};
    }
    return {false, text.starts_with("error ") ? text.substr(6) : "the CA did not answer"};
}

}  // namespace ae::labca
