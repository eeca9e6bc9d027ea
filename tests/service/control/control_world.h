// A control server with a loop of its own, and clients that speak as rudely as a test wants.
// Their ends are the platform's: unix/control_ends.h, pipe/control_ends.h.
// Every wait ends after kPatience: a test fails, it never hangs.
#pragma once

#include "engine/base/hresult_table.h"
#include "service/control/control_client.h"
#include "service/control/control_server.h"

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "control_ends.h"
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

namespace ae::service::test {

// Keeps who waits; answers as the test says.
class FakeHost : public ControlHandler {
  public:
    HostStatus status() override {
        if (broken) {
            throw std::runtime_error("a bug");
        }
        HostStatus status;
        status.process = 71;
        status.state = "idle";
        return status;
    }
    Result<Accepted> pulse(const PulseAsk& ask, std::weak_ptr<Listener> waiting) override {
        asked.push_back(ask);
        listeners.push_back(waiting);
        for (const auto& line : told_at_once) {
            waiting.lock()->tell(line);
        }
        return answer;
    }
    Result<Accepted> inspect(const InspectAsk& ask, std::weak_ptr<Listener> waiting) override {
        inspected.push_back(ask);
        listeners.push_back(waiting);
        for (const auto& line : told_at_once) {
            waiting.lock()->tell(line);
        }
        return answer;
    }

    std::vector<InspectAsk> inspected{};
    std::vector<PulseAsk> asked{};
    std::vector<std::weak_ptr<Listener>> listeners{};
    std::vector<std::string> told_at_once{};
    Result<Accepted> answer = Accepted{};
    bool broken = false;
};

class Service {
  public:
    explicit Service(const ControlAddress& where, const ControlLimits& limits = {})
        : address(where) {
        auto made = listen_for_control(loop_, address, host, limits);
        if (!made) {
            FAIL(made.error().sentence());
        }
        server_ = std::move(*made);
        thread_ = std::thread([this] { loop_.run(); });
    }
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    Service(Service&&) = delete;
    Service& operator=(Service&&) = delete;
    ~Service() {
        stop();
        work_.reset();
        thread_.join();
    }

    // Runs it on the loop's thread, the only one that may touch `host`.
    template <class Act>
    auto on_loop(Act act) {
        std::packaged_task<decltype(act())()> task(act);
        auto result = task.get_future();
        boost::asio::post(loop_, [&task] { task(); });
        return result.get();
    }
    void stop() {
        on_loop([this] { server_.reset(); });
    }
    // Between each look the loop goes on.
    template <class Holds>
    bool eventually(Holds holds) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        while (std::chrono::steady_clock::now() < end) {
            if (on_loop(holds)) {
                return true;
            }
        }
        return false;
    }
    bool eventually_asked(std::size_t times) {
        return eventually([this, times] { return host.asked.size() == times; });
    }
    void tell(const ControlAnswer& answer, std::size_t listener = 0) {
        on_loop([&] { host.listeners.at(listener).lock()->tell(line_of(answer)); });
    }
    void finish(const RunResult& result, std::size_t listener = 0) {
        on_loop([&] {
            const auto one = host.listeners.at(listener).lock();
            one->tell(line_of(ControlAnswer(result)));
            one->finish();
        });
    }

    FakeHost host{};
    ControlAddress address;

  private:
    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        loop_.get_executor()};
    std::unique_ptr<ControlServer> server_{};
    std::thread thread_{};
};

// A client that speaks as it likes.
class RawClient : public RawEnd {
  public:
    RawClient() = default;
    explicit RawClient(const std::string& path) { REQUIRE(connect(path)); }
    explicit RawClient(RawEnd end) : RawEnd(std::move(end)) {}

    using RawEnd::send;
    bool send(const ControlRequest& request) { return send(line_of(request)); }
    // One line without its end; "" at the end of all.
    std::string line() {
        std::string text;
        while (const auto c = octet()) {
            if (*c == '\n') {
                break;
            }
            text += *c;
        }
        return text;
    }
    std::string rest() {
        std::string text;
        while (const auto c = octet()) {
            text += *c;
        }
        return text;
    }
    Error refusal() {
        const auto answer = answer_from_line(line());
        if (!answer || !*answer || !std::holds_alternative<Refused>(**answer)) {
            return {};
        }
        return std::get<Refused>(**answer).error;
    }
};

inline bool is_status(const std::string& line) {
    const auto answer = answer_from_line(line);
    return answer && *answer && std::holds_alternative<HostStatus>(**answer) &&
           std::get<HostStatus>(**answer).process == 71;
}

}  // namespace ae::service::test
