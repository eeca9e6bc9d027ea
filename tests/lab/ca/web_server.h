// A small HTTP server for what certificates name: lists, certificates, OCSP (publications.h).
//
// For: clients of the lab.  Not for: anything hostile; tests bring their own servers for that.
// Bounds: one connection after the other, a request is at most 64 KiB and has 5 s.
// Threads: the constructor starts one, the destructor ends it.  Errors: std::runtime_error when it
// cannot listen.
#pragma once

#include "tests/lab/ca/bytes.h"
#include "tests/lab/ca/handles.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace ae::labca {

struct WebRequest {
    std::string method{};
    std::string path{};  // as it stands in the request line
    Bytes content{};
};
struct WebContent {
    std::string media_type{};
    Bytes content{};
};
// Nothing: there is no such thing (404).  Called on the server's thread.
using WebHandler = std::function<std::optional<WebContent>(const WebRequest&)>;

class WebServer {
  public:
    WebServer(const std::string& address, std::uint16_t port, WebHandler handler);
    ~WebServer();
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

  private:
    void loop();
    void serve(int client) const;

    WebHandler handler_;
    UniqueFd listener_{};
    std::atomic<bool> stopping_{false};
    std::thread thread_{};
};

// The whole request, or nothing while a part is missing.  Throws std::runtime_error for none.
std::optional<WebRequest> parse_web_request(std::string_view text);

}  // namespace ae::labca
