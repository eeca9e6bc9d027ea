// A web server on loopback for tests, that says exactly what the test tells it to, however wrong.
// One thread; connections one after the other.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

namespace ae::test {

class WebServer;

// The server's side of one connection.
class WebAnswer {
  public:
    WebAnswer(WebServer& server, boost::asio::ip::tcp::socket& socket)
        : server_(server), socket_(socket) {}

    // False: the client has gone, or the test ends.
    bool send(std::string_view text);
    // Until the client has gone or the test ends; whatever it still sends is dropped.
    void wait_for_end();
    void pause();  // 20 ms, or until the test ends

  private:
    WebServer& server_;
    boost::asio::ip::tcp::socket& socket_;
};

class WebServer {
  public:
    using Handler = std::function<void(WebAnswer&, const std::string& request)>;

    explicit WebServer(Handler handler) : handler_(std::move(handler)) {
        acceptor_ =
            boost::asio::ip::tcp::acceptor(context_, {boost::asio::ip::address_v4::loopback(), 0});
        port_ = acceptor_.local_endpoint().port();
        thread_ = std::thread([this] { serve(); });
    }
    ~WebServer() {
        {
            const std::lock_guard lock(guard_);
            ends_ = true;
        }
        changed_.notify_all();
        boost::system::error_code ignored;
        boost::asio::ip::tcp::socket waker(context_);
        waker.connect({boost::asio::ip::address_v4::loopback(), port_}, ignored);
        thread_.join();
    }
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;
    WebServer(WebServer&&) = delete;
    WebServer& operator=(WebServer&&) = delete;

    [[nodiscard]] std::string url(const std::string& path = "/ca.crl") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::vector<std::string> requests() {
        const std::lock_guard lock(guard_);
        return requests_;
    }
    void wait_for_request() {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [this] { return !requests_.empty(); });
    }
    [[nodiscard]] bool ends() const { return ends_; }
    void pause() {
        std::unique_lock lock(guard_);
        changed_.wait_for(lock, std::chrono::milliseconds(20), [this] { return ends(); });
    }

  private:
    void serve() {
        for (;;) {
            boost::system::error_code problem;
            boost::asio::ip::tcp::socket socket(context_);
            acceptor_.accept(socket, problem);
            if (ends_ || problem) {
                return;
            }
            const std::string request = read_request(socket);
            {
                const std::lock_guard lock(guard_);
                requests_.push_back(request);
            }
            changed_.notify_all();
            WebAnswer answer(*this, socket);
            handler_(answer, request);
            socket.shutdown(boost::asio::ip::tcp::socket::shutdown_both, problem);
        }
    }

    static std::size_t length_of(const std::string& head) {
        const auto at = head.find("Content-Length: ");
        return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    }

    static std::string read_request(boost::asio::ip::tcp::socket& socket) {
        std::string request;
        boost::system::error_code problem;
        while (!problem) {
            const auto head = request.find("\r\n\r\n");
            if (head != std::string::npos && request.size() >= head + 4 + length_of(request)) {
                break;
            }
            std::string chunk(4096, '\0');
            chunk.resize(socket.read_some(boost::asio::buffer(chunk), problem));
            request += chunk;
        }
        return request;
    }

    Handler handler_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_{context_};
    std::uint16_t port_ = 0;
    std::atomic<bool> ends_ = false;
    std::mutex guard_;
    std::condition_variable changed_;
    std::vector<std::string> requests_;
    std::thread thread_;
};

inline bool WebAnswer::send(std::string_view text) {
    boost::system::error_code problem;
    boost::asio::write(socket_, boost::asio::buffer(text), problem);
    return !problem && !server_.ends();
}

inline void WebAnswer::pause() { server_.pause(); }

inline void WebAnswer::wait_for_end() {
    boost::system::error_code problem;
    char dropped = 0;
    socket_.non_blocking(true, problem);
    while (!server_.ends()) {
        socket_.read_some(boost::asio::buffer(&dropped, 1), problem);
        if (problem && problem != boost::asio::error::would_block) {
            return;
        }
        pause();
    }
}

}  // namespace ae::test
