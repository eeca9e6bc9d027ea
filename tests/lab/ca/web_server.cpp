#include "tests/lab/ca/web_server.h"

#include "tests/lab/ca/rpc_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

namespace ae::labca {
namespace {

constexpr std::size_t kMostOctets = 65536;
constexpr int kMilliseconds = 5000;
constexpr std::string_view kLength = "content-length:";

std::size_t content_length(std::string head) {
    std::ranges::transform(head, head.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    const auto at = head.find(kLength);
    if (at == std::string::npos) {
        return 0;
    }
    const char* digits = head.c_str() + at + kLength.size();
    while (*digits == ' ') {
        ++digits;
    }
    std::size_t length = 0;
    std::from_chars(digits, head.c_str() + head.size(), length);
    return length;
}

}  // namespace

std::optional<WebRequest> parse_web_request(std::string_view text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string head(text.substr(0, end));
    const auto first = head.find(' ');
    const auto second = head.find(' ', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
        throw std::runtime_error("a request without a method and a path");
    }
    const std::size_t length = content_length(head);
    const std::string_view content = text.substr(end + 4);
    if (content.size() < length) {
        return std::nullopt;
    }
    return WebRequest{head.substr(0, first),
                      head.substr(first + 1, second - first - 1),
                      {content.begin(), content.begin() + static_cast<std::ptrdiff_t>(length)}};
}

WebServer::WebServer(const std::string& address, std::uint16_t port, WebHandler handler)
    : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) {
        throw std::runtime_error(fmt::format("{} is not an IPv4 address", address));
    }
    const int on = 1;
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0 ||
        ::listen(listener_.get(), 64) != 0) {
        throw std::runtime_error(
            fmt::format("cannot listen on {}:{}: {}", address, port, std::strerror(errno)));
    }
    thread_ = std::thread([this] { loop(); });
}

WebServer::~WebServer() {
    stopping_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
}

void WebServer::loop() {
    while (!stopping_) {
        const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client || stopping_) {
            continue;
        }
        try {
            serve(client.get());
        } catch (const std::exception& error) {
            fmt::print(stderr, "labca: web: {}\n", error.what());
        }
    }
}

void WebServer::serve(int client) const {
    std::string text;
    std::optional<WebRequest> request;
    while (!request && text.size() < kMostOctets && wait_readable(client, kMilliseconds)) {
        std::array<char, 4096> buffer{};
        const ssize_t got = ::recv(client, buffer.data(), buffer.size(), 0);
        if (got <= 0) {
            return;
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
        request = parse_web_request(text);
    }
    const auto found = request ? handler_(*request) : std::nullopt;
    const WebContent content = found.value_or(WebContent{"text/plain", {}});
    const std::string head = fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        found ? "200 OK" : "404 Not Found", content.media_type, content.content.size());
    if (write_all(client, view_of(head))) {
        write_all(client, content.content);
    }
}

}  // namespace ae::labca
