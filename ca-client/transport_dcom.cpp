#include "ca-client/transport_dcom.h"

#include "ca-client/dcom/ca_session.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::ca {
namespace {

struct Method {
    std::uint16_t opnum = 0;
    Bytes stub{};
};
using MethodOf = std::function<Result<Method>(bool second, const Guid& causality)>;

// What a call may leave behind at the CA.
enum class Effect { none, request };

struct Tried {
    Result<Bytes> stub;
    bool stale = false;
    bool may_have_acted = false;
};

// W7: once the request went out, only a server that says under seal that it ran nothing leaves the
// way to another CA open; everything else, an answer that cannot be opened included, tells as
// little as none.
Tried unanswered(const CaSessions::Held& held, Effect effect, Error error) {
    const RemoteObject& object = (*held.session)->object;
    const FaultSaid said = object.fault_said();
    const bool gone = error.code == kObjectDisconnected || error.code == kInvalidObject;
    // The server hung up on an association that had worked before: on one that had not, the next
    // would end alike, and after a silence it would be as silent.
    const bool hung_up =
        held.reused && !object.ran_late() &&
        (error.code == kServerUnavailable || (error.code == kCallFailed && !object.usable()));
    const bool went_out = object.request_went_out();
    const bool ran_nothing = effect == Effect::none || !went_out;
    return {.stub = fail(std::move(error)),
            .stale = (gone && (ran_nothing || said == FaultSaid::unexecuted)) ||
                     (hung_up && ran_nothing),
            .may_have_acted = went_out && said == FaultSaid::nothing};
}

class DcomTransport final : public CertRequestTransport {
  public:
    DcomTransport(const CaClientOptions& options, DcomWorld world)
        : options_(options), sessions_(options_, std::move(world)) {}

    Asked ask(const engine::CaRef& ca, CertificateRequest call,
              std::chrono::milliseconds timeout) override {
        // [MS-WCCE] 3.1.1.4.3.7: without octets it only looks up what became of a request.
        const Effect effect = call.octets.empty() ? Effect::none : Effect::request;
        AnswerMethod method{};
        Tried tried = attempt(ca, effect, timeout, [&](bool second, const Guid& causality) {
            call.causality = causality;
            method = second ? AnswerMethod::request2 : AnswerMethod::older;
            if (!second) {
                call.flags &= ~kFullResponse;  // Request does not know it
            }
            return Method{second ? opnum::kRequest2 : opnum::kRequest,
                          second ? encode_request2(call) : encode_request(call)};
        });
        if (!tried.stub) {
            return {.answer = pass(tried.stub),
                    .stale = tried.stale,
                    .may_have_acted = tried.may_have_acted};
        }
        auto answer = decode_certificate_answer(*tried.stub);
        if (!answer) {
            sessions_.drop(ca);
            // W7: an answer that nobody can read is none.
            return {.answer = pass(answer, "read the answer"), .may_have_acted = true};
        }
        answer->method = method;
        return {.answer = std::move(answer)};
    }

    Done reach(const engine::CaRef& ca) override {
        auto held = sessions_.hold(ca);
        host_answered_ = held.lost;
        return held.session ? done() : fail(without_effect(std::move(held.session.error())));
    }

    Done ping(const engine::CaRef& ca) override {
        // Ping takes what Ping2 takes.
        auto stub = look_up(ca, [&ca](bool second, const Guid& causality) {
            return Method{second ? opnum::kPing2 : opnum::kPing, encode_ping2(causality, ca.name)};
        });
        if (!stub) {
            return pass(stub);
        }
        auto result = decode_plain_result(*stub);
        if (!result) {
            sessions_.drop(ca);
            return pass(result, "read the answer");
        }
        return failed(*result) ? fail(*result, "the certification authority does not serve")
                               : done();
    }

    Result<Bytes> property(const engine::CaRef& ca, const PropertyQuery& query) override {
        auto stub = look_up(ca, [&](bool second, const Guid& causality) {
            return second ? Method{opnum::kGetCaProperty,
                                   encode_get_ca_property({.causality = causality,
                                                           .authority = ca.name,
                                                           .id = query.id,
                                                           .index = query.index,
                                                           .type = query.type})}
                          : get_ca_cert(ca, query, causality);
        });
        return stub ? decoded(ca, decode_ca_property(*stub)) : std::move(stub);
    }

    Result<PropertyInfo> property_info(const engine::CaRef& ca) override {
        auto stub = look_up(ca, [&](bool second, const Guid& causality) -> Result<Method> {
            if (!second) {
                return not_offered("the list of its properties");
            }
            return Method{opnum::kGetCaPropertyInfo,
                          encode_get_ca_property_info(causality, ca.name)};
        });
        return stub ? decoded(ca, decode_ca_property_info(*stub))
                    : Result<PropertyInfo>(pass(stub));
    }

    bool host_answered() const override { return host_answered_; }

    void disconnect() override { sessions_.release_all(); }

  private:
    static tl::unexpected<Error> not_offered(std::string_view what) {
        return fail(kNotSupported,
                    "the certification authority has only ICertRequestD, which does not give " +
                        std::string(what));
    }

    static Result<Method> get_ca_cert(const engine::CaRef& ca, const PropertyQuery& query,
                                      const Guid& causality) {
        const auto same = get_ca_cert_query(query);
        if (!same) {
            return not_offered("property " + std::to_string(query.id));
        }
        return Method{opnum::kGetCaCert, encode_get_ca_cert(causality, ca.name, *same)};
    }

    // A value that cannot be read says that the server is not to be trusted with more.
    template <class T>
    Result<T> decoded(const engine::CaRef& ca, Result<T> value) {
        if (!value && value.error().code == kInvalidData) {
            sessions_.drop(ca);
        }
        return value;
    }

    Tried attempt(const engine::CaRef& ca, Effect effect, std::chrono::milliseconds timeout,
                  const MethodOf& method_of) {
        auto held = sessions_.hold(ca);
        host_answered_ = held.lost;
        if (!held.session) {
            return {.stub = pass(held.session), .stale = held.lost};
        }
        CaSession& session = **held.session;
        const auto method = method_of(session.second, random_guid());
        if (!method) {
            return {.stub = fail(method.error())};
        }
        auto stub = session.object.call(
            method->opnum, method->stub, timeout,
            effect == Effect::request ? options_.timeouts.after_stop : std::chrono::milliseconds{});
        if (stub) {
            return {.stub = std::move(stub)};
        }
        Tried tried = unanswered(held, effect, std::move(stub.error()));
        if (tried.stale || !session.object.usable()) {
            sessions_.drop(ca);
        }
        return tried;
    }

    // A call that changes nothing: repeated once where a fresh object may help.
    Result<Bytes> look_up(const engine::CaRef& ca, const MethodOf& method_of) {
        Tried tried = attempt(ca, Effect::none, options_.timeouts.call, method_of);
        if (!tried.stub && tried.stale) {
            tried = attempt(ca, Effect::none, options_.timeouts.call, method_of);
        }
        if (!tried.stub) {
            return fail(without_effect(std::move(tried.stub.error())));
        }
        return std::move(tried.stub);
    }

    CaClientOptions options_;
    CaSessions sessions_;
    bool host_answered_ = false;  // activation did
};

}  // namespace

Peer peer_of(const engine::CaRef& ca, const CaClientOptions& options, const DcomWorld& world) {
    return {.host = ca.dns_host,
            .mechanism = options.mechanism,
            .credential_cache = options.credential_cache,
            .timeouts = options.timeouts,
            .stop = options.stop,
            .mapper_port = world.mapper_port,
            .security = world.security};
}

std::unique_ptr<CertRequestTransport> make_dcom_transport(const CaClientOptions& options,
                                                          DcomWorld world) {
    return std::make_unique<DcomTransport>(options, std::move(world));
}

std::unique_ptr<CertRequestTransport> make_dcom_transport(const CaClientOptions& options) {
    return make_dcom_transport(options, {});
}

}  // namespace ae::ca
