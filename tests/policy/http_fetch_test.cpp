// One exchange against servers that answer well, badly and never, on loopback.
#include "policy/http_fetch.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "tests/policy/web_server.h"

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

namespace ae::policy {
namespace {

using std::chrono::milliseconds;
using test::WebAnswer;
using test::WebServer;

WebServer::Handler says(std::string answer) {
    return [answer = std::move(answer)](WebAnswer& out, const std::string&) { out.send(answer); };
}

std::string ok(const std::string& content) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(content.size()) +
           "\r\nConnection: close\r\n\r\n" + content;
}

Hresult code_of(const Result<HttpAnswer>& answer) { return answer ? kOk : answer.error().code; }

TEST_CASE("a GET brings status and content and names nobody", "[http]") {
    WebServer server(says("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 4\r\n\r\nlist"));
    for (int round = 0; round < 2; ++round) {
        const auto answer = exchange({.url = server.url("/x/ca%20one.crl?y=1")}, {});
        INFO((answer ? "" : answer.error().sentence()));
        REQUIRE(answer);
        CHECK(answer->status == 200);
        CHECK(as_text(answer->content) == "list");
    }
    const auto requests = server.requests();
    REQUIRE(requests.size() == 2);
    for (const std::string& request : requests) {
        CHECK(request.starts_with("GET /x/ca%20one.crl?y=1 HTTP/1.1\r\n"));
        for (const char* header : {"cookie:", "authorization:", "referer:", "expect:"}) {
            CHECK(to_lower(request).find(header) == std::string::npos);
        }
    }
}

TEST_CASE("a POST carries its content and says what it is", "[http][RFC6960:A.1]") {
    WebServer server(says(ok("answer")));
    const auto answer = exchange(
        {.url = server.url(), .media_type = "application/ocsp-request", .content = {1, 0, 2}}, {});
    REQUIRE(answer);
    CHECK(as_text(answer->content) == "answer");
    const std::string request = server.requests().at(0);
    CHECK(request.starts_with("POST /ca.crl HTTP/1.1\r\n"));
    CHECK(request.find("Content-Type: application/ocsp-request\r\n") != std::string::npos);
    CHECK(request.ends_with(std::string("\r\n\r\n\x01\x00\x02", 7)));
}

TEST_CASE("a POST of nothing carries nothing", "[http]") {
    WebServer server(says(ok("answer")));
    REQUIRE(exchange({.url = server.url(), .media_type = "application/ocsp-request"}, {}));
    CHECK(server.requests().at(0).ends_with("\r\n\r\n"));
}

TEST_CASE("a redirect is told and not followed", "[http]") {
    WebServer server(
        says("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
             "Content-Length: 0\r\n\r\n"));
    const auto answer = exchange({.url = server.url()}, {});
    REQUIRE(answer);
    CHECK(answer->status == 302);
    CHECK(answer->location == "file:///etc/passwd");
    CHECK(server.requests().size() == 1);
}

TEST_CASE("nobody's credentials answer a challenge", "[http]") {
    WebServer server(
        says("HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\n"
             "Content-Length: 0\r\nConnection: close\r\n\r\n"));
    const auto answer = exchange({.url = server.url()}, {});
    REQUIRE(answer);
    CHECK(answer->status == 401);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("content of the limit is taken and one octet more is not", "[http]") {
    const bool announced = GENERATE(true, false);
    const std::size_t size = GENERATE(1000U, 1001U);
    const std::string content(size, 'x');
    WebServer server(says(announced ? ok(content) : "HTTP/1.0 200 OK\r\n\r\n" + content));
    const auto answer = exchange({.url = server.url()}, {.octets = 1000});
    CAPTURE(announced, size);
    CHECK(code_of(answer) == (size == 1000 ? kOk : kInvalidData));
}

TEST_CASE("content without end costs the limit and no more", "[http]") {
    WebServer server([](WebAnswer& out, const std::string&) {
        const std::string chunk(65536, 'x');
        if (out.send("HTTP/1.0 200 OK\r\n\r\n")) {
            while (out.send(chunk)) {
            }
        }
    });
    CHECK(code_of(exchange({.url = server.url()}, {.octets = 1'000'000})) == kInvalidData);
}

TEST_CASE("headers without end are cut off", "[http]") {
    WebServer server([](WebAnswer& out, const std::string&) {
        const std::string line = "X-Long: " + std::string(1000, 'x') + "\r\n";
        if (out.send("HTTP/1.1 200 OK\r\n")) {
            while (out.send(line)) {
            }
        }
    });
    const auto answer = exchange({.url = server.url()}, {.time = milliseconds(3000)});
    INFO((answer ? "" : answer.error().sentence()));
    CHECK_FALSE(answer);
}

TEST_CASE("a server that says nothing costs the time and no more", "[http]") {
    WebServer server([](WebAnswer& out, const std::string&) { out.wait_for_end(); });
    const auto begin = std::chrono::steady_clock::now();
    CHECK(code_of(exchange({.url = server.url()}, {.time = milliseconds(300)})) == kTimeout);
    CHECK(std::chrono::steady_clock::now() - begin < milliseconds(2500));
}

TEST_CASE("octets that drip cost the time and no more", "[http]") {
    WebServer server([](WebAnswer& out, const std::string&) {
        bool there = out.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        while (there) {
            out.pause();
            there = out.send("x");
        }
    });
    const auto begin = std::chrono::steady_clock::now();
    CHECK(code_of(exchange({.url = server.url()}, {.time = milliseconds(500)})) == kTimeout);
    CHECK(std::chrono::steady_clock::now() - begin < milliseconds(2500));
}

TEST_CASE("a stop ends the waiting", "[http]") {
    WebServer server([](WebAnswer& out, const std::string&) { out.wait_for_end(); });
    std::stop_source stop;
    std::thread stopper([&] {
        server.wait_for_request();
        stop.request_stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    const auto answer =
        exchange({.url = server.url()}, {.time = milliseconds(60000), .stop = stop.get_token()});
    stopper.join();
    CHECK(code_of(answer) == kOperationAborted);
    CHECK(std::chrono::steady_clock::now() - begin < milliseconds(5000));
}

TEST_CASE("what is no whole HTTP answer is none", "[http]") {
    struct Row {
        const char* what;
        const char* answer;
    };
    const auto row = GENERATE(values<Row>(
        {{"another protocol", "SSH-2.0-OpenSSH_9.2\r\n"},
         {"nothing", ""},
         {"half of the content", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"}}));
    WebServer server(says(row.answer));
    const auto answer = exchange({.url = server.url()}, {.time = milliseconds(2000)});
    CAPTURE(row.what);
    CHECK_FALSE(answer);
}

TEST_CASE("a host where nobody listens is unreachable", "[http]") {
    std::uint16_t port = 0;
    {
        WebServer gone(says(""));
        port = gone.port();
    }
    const auto answer = exchange({.url = "http://127.0.0.1:" + std::to_string(port) + "/"},
                                 {.time = milliseconds(4000)});
    INFO((answer ? "" : answer.error().sentence()));
    CHECK((code_of(answer) == kServerUnavailable || code_of(answer) == kTimeout));
}

}  // namespace
}  // namespace ae::policy
