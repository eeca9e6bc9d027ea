#include "ca-client/com/bounded_call.h"
#include "ca-client/com/cert_request_object.h"
#include "ca-client/com/com_client.h"
#include "ca-client/com/com_options.h"
#include "ca-client/com/com_outcome.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::ca {
namespace {

constexpr Hresult kCallCanceled = hresult(0x80010002);  // RPC_E_CALL_CANCELED

// All that the call's thread needs, its own.
struct Question {
    std::string config{};  // for the log
    std::string host{};
    std::string where{};  // the same for people
    Mechanism mechanism{};
    ComOptions com{};
    bool ping = false;
    CertificateRequest call{};
    Bytes octets{};  // of `call`, which only points to some
};

std::string_view method_of(const Question& question, const CertRequestObject& object) {
    if (question.ping) {
        return object.second() ? "Ping2" : "Ping";
    }
    return object.second() ? "Request2" : "Request";
}

Error error_of(Hresult said, std::string doing) {
    Error error = win32_error(value_of(said), doing + " ended with " + to_hex(said));
    if (said == kCallCanceled) {
        error.code = kTimeout;
    }
    if (remedy_for(error.code).empty()) {
        error.remedy = "Look at the certificate service and the system log of its host";
    }
    return error;
}

Asked judge_call(Result<CertificateAnswer> answer, const std::string& doing) {
    // W7: an answer that nobody can read is none.
    if (!answer) {
        return {.answer = pass(answer, doing + ": read the answer"), .may_have_acted = true};
    }
    const ComOutcome outcome = outcome_of(answer->result);
    if (outcome == ComOutcome::answered) {
        return {.answer = std::move(answer)};
    }
    return {.answer = fail(error_of(answer->result, doing)),
            .stale = outcome == ComOutcome::gone,
            .may_have_acted = outcome == ComOutcome::unclear};
}

Result<CertRequestObject> reach(const Question& question, const ComThread& thread,
                                BoundedCall& call) {
    if (FAILED(thread.joined())) {
        return fail(win32_error(static_cast<DWORD>(thread.joined()), "CoInitializeEx"));
    }
    auto ready = set_up_com();
    if (!ready) {
        return pass(ready);
    }
    if (!ready->empty()) {
        call.note(*ready);
    }
    auto object = CertRequestObject::activate(question.host, question.mechanism, question.com);
    return object ? std::move(object) : pass(object, "activate on " + question.where);
}

void carry(const Question& question, BoundedCall& call) {
    const ComThread thread;
    auto object = reach(question, thread, call);
    if (!object) {
        call.finish({.answer = pass(object)});
        return;
    }
    const std::string method(method_of(question, *object));
    call.note("ask " + question.config + " through " +
              (object->second() ? "ICertRequestD2" : "ICertRequestD"));
    if (!call.begin()) {
        return;
    }
    // A finished call is answered before its object is given back, which asks the host again.
    call.finish(judge_call(question.ping
                               ? Result<CertificateAnswer>(object->ping(question.call.authority))
                               : object->request(question.call),
                           method + " on " + question.where));
}

class ComTransport final : public CertRequestTransport {
  public:
    ComTransport(const CaClientOptions& options, ComOptions com)
        : options_(options),
          com_(std::move(com)),
          calls_(com_.most_hanging, cancel_com_call, options.log) {}

    Asked ask(const engine::CaRef& ca, CertificateRequest call,
              std::chrono::milliseconds timeout) override {
        Question question = about(ca);
        question.octets.assign(call.octets.begin(), call.octets.end());
        question.call = std::move(call);
        return run(std::move(question), timeout);
    }

    Done ping(const engine::CaRef& ca) override {
        Question question = about(ca);
        question.ping = true;
        question.call.authority = ca.name;
        const Asked asked = run(std::move(question), options_.timeouts.call);
        if (!asked.answer) {
            return fail(without_effect(asked.answer.error()));
        }
        return failed(asked.answer->result)
                   ? fail(asked.answer->result, "the certification authority does not serve")
                   : done();
    }

  private:
    [[nodiscard]] Question about(const engine::CaRef& ca) const {
        return {.config = printable(ca.config()),
                .host = ca.dns_host,
                .where = printable(ca.dns_host),
                .mechanism = options_.mechanism,
                .com = com_};
    }

    Asked run(Question question, std::chrono::milliseconds timeout) {
        // To COM that would mean this machine.
        if (question.host.empty()) {
            return {.answer = fail(kInvalidArgument, question.config + " names no host",
                                   "Set dNSHostName of its enrollment service object")};
        }
        const auto& timeouts = options_.timeouts;
        const Limits limits{.activation = timeouts.connect + timeouts.leg + timeouts.call,
                            .call = timeout,
                            .grace = com_.grace};
        const std::string where = question.where;
        return calls_.run(where, limits,
                          [question = std::move(question)](BoundedCall& call) mutable {
                              question.call.octets = question.octets;
                              carry(question, call);
                          });
    }

    CaClientOptions options_;
    ComOptions com_;
    BoundedCalls calls_;
};

}  // namespace

std::unique_ptr<CertRequestTransport> make_com_transport(const CaClientOptions& options,
                                                         const ComOptions& com) {
    return std::make_unique<ComTransport>(options, com);
}

std::unique_ptr<CertRequestTransport> make_com_transport(const CaClientOptions& options) {
    return make_com_transport(options, ComOptions{});
}

}  // namespace ae::ca
