#include "ca-client/com/bounded_call.h"
#include "ca-client/com/cert_request_object.h"
#include "ca-client/com/com_client.h"
#include "ca-client/com/com_options.h"
#include "ca-client/com/com_outcome.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <map>
#include <optional>
#include <utility>

namespace ae::ca {
namespace {

constexpr Hresult kCallCanceled = hresult(0x80010002);  // RPC_E_CALL_CANCELED

enum class Method : std::uint8_t { reach, request, property, property_info, ping };

// All that the call's thread needs, its own.
struct Question {
    std::string config{};  // for the log
    std::string host{};
    std::string where{};  // the same for people
    Mechanism mechanism{};
    ComOptions com{};
    Method method{};
    CertificateRequest call{};
    Bytes octets{};         // of `call`, which only points to some
    PropertyQuery query{};  // of Method::property
};

// What a call's thread and the transport share.  The transport looks at it before the thread
// starts, and again only once the call has brought an answer.
struct Shared {
    std::optional<CertRequestObject> object{};  // from the call before, and for the next one
    bool too_old = false;                       // that object: give it back, take another
    ValueAnswer value{};
};

std::string_view method_of(Method method, const CertRequestObject& object) {
    switch (method) {
        case Method::reach:
            break;
        case Method::request:
            return object.second() ? "Request2" : "Request";
        case Method::property:
            return object.second() ? "GetCAProperty" : "GetCACert";
        case Method::property_info:
            return "GetCAPropertyInfo";
        case Method::ping:
            return object.second() ? "Ping2" : "Ping";
    }
    return {};
}

Result<CertificateAnswer> perform(const Question& question, CertRequestObject& object,
                                  ValueAnswer& value) {
    const std::string& authority = question.call.authority;
    if (question.method == Method::reach) {
        return CertificateAnswer{};
    }
    if (question.method == Method::request) {
        return object.request(question.call);
    }
    if (question.method == Method::ping) {
        return CertificateAnswer{.result = object.ping(authority)};
    }
    auto answer = question.method == Method::property ? object.property(authority, question.query)
                                                      : object.property_info(authority);
    if (!answer) {
        return pass(answer);
    }
    value = std::move(*answer);
    return CertificateAnswer{.result = value.result};
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

enum class Object { fresh, kept };

// An object that was kept may have lost its server since: another one is due, unless something
// refused this call.  What may have run (W7) is asked again only if that cannot do harm.
bool is_stale(ComOutcome outcome, Hresult said, const Question& question, Object object) {
    if (outcome == ComOutcome::gone || object == Object::fresh) {
        return outcome == ComOutcome::gone;
    }
    return (outcome == ComOutcome::not_run && said != kAccessDenied) ||
           (outcome == ComOutcome::unclear && question.method != Method::request);
}

Asked judge_call(Result<CertificateAnswer> answer, const Question& question, Object object,
                 const std::string& doing) {
    // W7: an answer that nobody can read is none.
    if (!answer) {
        return {.answer = pass(answer, doing + ": read the answer"), .may_have_acted = true};
    }
    const ComOutcome outcome = outcome_of(answer->result);
    if (outcome == ComOutcome::answered) {
        return {.answer = std::move(answer)};
    }
    return {.answer = fail(error_of(answer->result, doing)),
            .stale = is_stale(outcome, answer->result, question, object),
            .may_have_acted = outcome == ComOutcome::unclear};
}

Result<CertRequestObject> reach(const Question& question, BoundedCall& call) {
    auto ready = set_up_com();
    if (!ready) {
        return pass(ready);
    }
    if (!ready->empty()) {
        call.note(*ready);
    }
    auto object = CertRequestObject::activate(question.host, question.mechanism, question.com);
    if (!object) {
        return pass(object, "activate on " + question.where);
    }
    call.note("ask " + question.config + " through " +
              (object->second() ? "ICertRequestD2" : "ICertRequestD"));
    return object;
}

// Fills `object`, unless one was kept.
Result<Object> provide(const Question& question, std::optional<CertRequestObject>& object,
                       BoundedCall& call) {
    if (object) {
        return Object::kept;
    }
    auto made = reach(question, call);
    if (!made) {
        return pass(made);
    }
    object.emplace(std::move(*made));
    return Object::fresh;
}

void carry(const Question& question, Shared& shared, BoundedCall& call) {
    const ComThread thread;
    if (FAILED(thread.joined())) {
        call.finish(
            {.answer = fail(win32_error(static_cast<DWORD>(thread.joined()), "CoInitializeEx"))});
        return;
    }
    if (shared.too_old) {
        shared.object.reset();
    }
    const auto object = provide(question, shared.object, call);
    if (!object) {
        call.finish({.answer = fail(object.error())});
        return;
    }
    if (!call.begin()) {
        shared.object.reset();
        return;
    }
    const std::string doing =
        std::string(method_of(question.method, *shared.object)) + " on " + question.where;
    Asked asked =
        judge_call(perform(question, *shared.object, shared.value), question, *object, doing);
    // What ended without an answer is not asked again.  It goes back after the call is answered,
    // since that asks the host once more.
    std::optional<CertRequestObject> given_back;
    if (!asked.answer) {
        given_back = std::exchange(shared.object, std::nullopt);
    }
    if (!call.finish(std::move(asked))) {
        shared.object.reset();
    }
}

// One object per host.  COM's objects belong to an apartment, and this process has one for all its
// threads (com_client.h): so a thread of its own for each call, which can be left behind when it
// hangs, and the object goes from one to the next.  A thread that is left behind keeps it.
class ComTransport final : public CertRequestTransport {
  public:
    ComTransport(const CaClientOptions& options, ComOptions com)
        : options_(options),
          com_(std::move(com)),
          calls_(com_.most_hanging, cancel_com_call, options.log) {}
    ~ComTransport() override { give_back_all(); }
    ComTransport(const ComTransport&) = delete;
    ComTransport& operator=(const ComTransport&) = delete;

    Asked ask(const engine::CaRef& ca, CertificateRequest call,
              std::chrono::milliseconds timeout) override {
        Question question = about(ca, Method::request);
        question.octets.assign(call.octets.begin(), call.octets.end());
        question.call = std::move(call);
        const auto after_stop =
            question.octets.empty() ? std::chrono::milliseconds{} : options_.timeouts.after_stop;
        return run(std::move(question), timeout, after_stop).asked;
    }

    Done reach(const engine::CaRef& ca) override {
        auto told = run_harmless(about(ca, Method::reach));
        return told.asked.answer ? done() : fail(std::move(told.asked.answer.error()));
    }

    Done ping(const engine::CaRef& ca) override {
        const Told told = run_harmless(about(ca, Method::ping));
        if (!told.asked.answer) {
            return fail(told.asked.answer.error());
        }
        const Hresult said = told.asked.answer->result;
        return failed(said) ? fail(said, "the certification authority does not serve") : done();
    }

    Result<Bytes> property(const engine::CaRef& ca, const PropertyQuery& query) override {
        Question question = about(ca, Method::property);
        question.query = query;
        return value_of_answer(run_harmless(question), "the property").map([](ValueAnswer value) {
            return std::move(value.value);
        });
    }

    Result<PropertyInfo> property_info(const engine::CaRef& ca) override {
        return value_of_answer(run_harmless(about(ca, Method::property_info)),
                               "the list of its properties")
            .map([](ValueAnswer value) {
                return PropertyInfo{.count = value.count, .octets = std::move(value.value)};
            });
    }

    void disconnect() override { give_back_all(); }

  private:
    using Clock = std::chrono::steady_clock;
    struct Kept {
        CertRequestObject object;
        Clock::time_point used{};
    };
    struct Told {
        Asked asked;
        ValueAnswer value{};
    };

    [[nodiscard]] Question about(const engine::CaRef& ca, Method method) const {
        return {.config = printable(ca.config()),
                .host = ca.dns_host,
                .where = printable(ca.dns_host),
                .mechanism = options_.mechanism,
                .com = com_,
                .method = method,
                .call = {.authority = ca.name}};
    }

    static Result<ValueAnswer> value_of_answer(Told told, const std::string& what) {
        if (!told.asked.answer) {
            return fail(std::move(told.asked.answer.error()));
        }
        if (failed(told.value.result)) {
            return fail(told.value.result, "the certification authority did not give " + what);
        }
        return std::move(told.value);
    }

    // Once more with another object where the kept one has lost its server.
    Told run_harmless(const Question& question) {
        Told told = run(question, options_.timeouts.call);
        if (told.asked.stale) {
            told = run(question, options_.timeouts.call);
        }
        if (!told.asked.answer) {
            told.asked.answer = fail(without_effect(std::move(told.asked.answer.error())));
        }
        return told;
    }

    Told run(Question question, std::chrono::milliseconds timeout,
             std::chrono::milliseconds after_stop = {}) {
        // To COM that would mean this machine.
        if (question.host.empty()) {
            return {.asked = {.answer = fail(kInvalidArgument, question.config + " names no host",
                                             "Set dNSHostName of its enrollment service object")}};
        }
        if (options_.stop.stop_requested()) {  // and what is kept stays so
            return {.asked = {.answer = fail(kOperationAborted, "call the object on " +
                                                                    question.where + ": stopped")}};
        }
        const auto& timeouts = options_.timeouts;
        const Limits limits{.activation = timeouts.connect + timeouts.leg + timeouts.call,
                            .call = timeout,
                            .grace = com_.grace,
                            .stop = options_.stop,
                            .after_stop = after_stop};
        const std::string host = question.host;
        const std::string where = question.where;
        const auto shared = take_kept(host);
        Asked asked = calls_.run(
            where, limits, [shared, question = std::move(question)](BoundedCall& call) mutable {
                question.call.octets = question.octets;
                carry(question, *shared, call);
            });
        if (!asked.answer) {
            return {.asked = std::move(asked)};
        }
        kept_.insert_or_assign(host, Kept{std::move(*shared->object), Clock::now()});
        return {.asked = std::move(asked), .value = std::move(shared->value)};
    }

    std::shared_ptr<Shared> take_kept(const std::string& host) {
        auto shared = std::make_shared<Shared>();
        if (auto kept = kept_.extract(host)) {
            shared->object.emplace(std::move(kept.mapped().object));
            shared->too_old = Clock::now() - kept.mapped().used >= com_.idle;
        }
        return shared;
    }

    void give_back_all() {
        for (auto& [host, kept] : kept_) {
            give_back(printable(host), std::move(kept.object));
        }
        kept_.clear();
    }

    // On a thread that can be left behind, since it asks the host.
    void give_back(const std::string& where, CertRequestObject object) {
        auto shared = std::make_shared<Shared>();
        shared->object.emplace(std::move(object));
        const Limits limits{.activation = com_.grace, .call = com_.grace, .grace = com_.grace};
        const Asked given = calls_.run(where, limits, [shared](BoundedCall& call) {
            const ComThread thread;
            shared->object.reset();
            call.finish({.answer = CertificateAnswer{}});
        });
        if (!given.answer && options_.log) {
            options_.log("give back the object on " + where + ": " +
                         given.answer.error().sentence());
        }
    }

    CaClientOptions options_;
    ComOptions com_;
    BoundedCalls calls_;
    std::map<std::string, Kept> kept_{};  // by host
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
