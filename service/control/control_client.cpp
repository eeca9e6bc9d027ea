#include "service/control/control_client.h"

#include "engine/base/hresult_table.h"
#include "service/control/control_call.h"
#include "service/control/control_session.h"

#include <utility>
#include <vector>

namespace ae::service {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{64} * 1024;

class Conversation {
  public:
    static Result<Conversation> begin(const ControlAddress& address, const ControlRequest& request,
                                      std::chrono::milliseconds time) {
        auto call = call_service(address, time);
        if (!call) {
            return pass(call);
        }
        if (Done sent = (*call)->send(line_of(request)); !sent) {
            return pass(sent);
        }
        return Conversation(std::move(*call));
    }

    // The next answer that is understood; what the service refuses with is the error.
    Result<ControlAnswer> next(const ControlDeadline& deadline) {
        while (true) {
            auto line = lines_.next();
            if (!line) {
                return pass(line, "the answer of the service");
            }
            if (!*line) {
                if (Done more = receive(deadline); !more) {
                    return pass(more);
                }
                continue;
            }
            auto answer = answer_from_line(**line);
            if (!answer) {
                return pass(answer);
            }
            if (!*answer) {
                continue;  // a later version's
            }
            ControlAnswer known = made_printable(std::move(**answer));
            if (auto* refused = std::get_if<Refused>(&known)) {
                return fail(std::move(refused->error));
            }
            return known;
        }
    }

  private:
    explicit Conversation(std::unique_ptr<ControlCall> call) : call_(std::move(call)) {}

    Done receive(const ControlDeadline& deadline) {
        auto count = call_->receive(octets_, deadline);
        if (!count) {
            return pass(count);
        }
        if (*count == 0) {
            return fail(kOperationAborted,
                        deadline ? "the service ended before it answered"
                                 : "the service ended before the run did",
                        "Look into its log; once it runs again: aeclient status");
        }
        lines_.add({octets_.data(), *count});
        return done();
    }

    std::unique_ptr<ControlCall> call_;
    LineReader lines_{kLargestAnswer};
    std::vector<char> octets_ = std::vector<char>(kReadAtOnce);
};

tl::unexpected<Error> fail_out_of_turn() {
    return fail(kInvalidData, "the service answered something else than was asked",
                "Use the aeclient that belongs to the service; after an update restart it");
}

enum class Ending { accepted, result };

Result<RunResult> converse(const ControlAddress& address, const ControlRequest& request,
                           Ending until, const Hear& hear, std::chrono::milliseconds server_time) {
    const ControlDeadline deadline = ControlClock::now() + server_time;
    auto talk = Conversation::begin(address, request, server_time);
    if (!talk) {
        return pass(talk);
    }
    auto answer = talk->next(deadline);
    if (answer && !std::holds_alternative<Accepted>(*answer)) {
        return fail_out_of_turn();
    }
    while (answer) {
        if (auto* result = std::get_if<RunResult>(&*answer)) {
            return std::move(*result);
        }
        if (std::holds_alternative<HostStatus>(*answer)) {
            return fail_out_of_turn();
        }
        hear(*answer);
        if (until == Ending::accepted) {
            return RunResult{};
        }
        answer = talk->next(std::nullopt);
    }
    return pass(answer);
}

}  // namespace

Error no_answer(const ControlAddress& address) {
    return {kTimeout, "the service at " + address.path + " does not answer",
            "Look into its log, and restart it if it hangs"};
}

Error nobody_listens(const ControlAddress& address) {
    return {kServiceNotActive, "nobody listens at " + address.path, start_remedy(address)};
}

Error out_of_reach(const ControlAddress& address) {
    return {kAccessDenied, "this account may not reach " + address.path, own_context_remedy()};
}

Result<HostStatus> ask_status(const ControlAddress& address,
                              std::chrono::milliseconds server_time) {
    const ControlDeadline deadline = ControlClock::now() + server_time;
    auto talk = Conversation::begin(address, StatusAsk{}, server_time);
    if (!talk) {
        return pass(talk);
    }
    auto answer = talk->next(deadline);
    if (!answer) {
        return pass(answer);
    }
    const auto* status = std::get_if<HostStatus>(&*answer);
    return status != nullptr ? Result<HostStatus>(*status) : fail_out_of_turn();
}

Result<RunResult> ask_pulse(const ControlAddress& address, const PulseAsk& ask, const Hear& hear,
                            std::chrono::milliseconds server_time) {
    return converse(address, ask, ask.wait ? Ending::result : Ending::accepted, hear, server_time);
}

Result<RunResult> ask_inspection(const ControlAddress& address, const InspectAsk& ask,
                                 std::chrono::milliseconds server_time) {
    return converse(
        address, ask, Ending::result, [](const ControlAnswer&) {}, server_time);
}

}  // namespace ae::service
