#include "ca-client/transport_icpr.h"

#include "ca-client/icpr/passage_session.h"
#include "ca-client/wcce/cert_passage.h"
#include "engine/base/hresult_table.h"

namespace ae::ca {
namespace {

constexpr std::uint16_t kContext = 0;
// No CA has a request of this number, so to ask for it changes nothing, and its "no such request"
// says that the CA serves, knows the caller, goes by that name and reads its database ([MS-WCCE]
// 3.2.1.4.2.1.3).  ICertPassage has no Ping; a request with neither number nor octets would tell
// less, since that is refused with any code.
constexpr std::uint32_t kNobodysRequest = 0xFFFFFFFF;
constexpr Hresult kNoSuchRequest = hresult(0x80094004);

tl::unexpected<Error> no_properties() {
    return fail(kNotSupported,
                "ICertPassage does not give properties of the certification authority");
}

class IcprTransport final : public CertRequestTransport {
  public:
    IcprTransport(const CaClientOptions& options, DcomWorld world)
        : options_(options), sessions_(options_, std::move(world)) {}

    Asked ask(const engine::CaRef& ca, CertificateRequest call,
              std::chrono::milliseconds timeout) override {
        const auto held = sessions_.hold(ca);
        if (!held.session) {
            return {.answer = fail(held.session.error())};
        }
        PassageSession& session = **held.session;
        const Bytes stub = encode_cert_server_request(call);
        auto reply = session.association.call({.context_id = kContext,
                                               .opnum = opnum::kCertServerRequest,
                                               .stub = stub,
                                               .timeout = timeout,
                                               .after_stop = call.octets.empty()
                                                                 ? std::chrono::milliseconds{}
                                                                 : options_.timeouts.after_stop});
        if (!reply) {
            Asked asked = unanswered(held, call, std::move(reply.error()));
            if (!session.association.usable()) {
                sessions_.drop(ca);
            }
            return asked;
        }
        auto answer = decode_cert_server_request(*reply);
        if (!answer) {
            sessions_.drop(ca);
            // W7: an answer that nobody can read is none.
            return {.answer = pass(answer, "read the answer"), .may_have_acted = true};
        }
        return {.answer = std::move(answer)};
    }

    Done reach(const engine::CaRef& ca) override {
        auto held = sessions_.hold(ca);
        return held.session ? done() : fail(without_effect(std::move(held.session.error())));
    }

    Done ping(const engine::CaRef& ca) override {
        const CertificateRequest nothing{
            .authority = ca.name, .flags = kFormatNone, .request_id = kNobodysRequest};
        Asked asked = ask(ca, nothing, options_.timeouts.call);
        if (asked.stale) {
            asked = ask(ca, nothing, options_.timeouts.call);
        }
        if (!asked.answer) {
            return fail(without_effect(std::move(asked.answer.error())));
        }
        const engine::CaReply reply = judge(*asked.answer);
        if (reply.code != kNoSuchRequest) {
            return fail(failed(reply.code) ? reply.code : kUnexpected,
                        "the certification authority does not serve");
        }
        return done();
    }

    Result<Bytes> property(const engine::CaRef&, const PropertyQuery&) override {
        return no_properties();
    }
    Result<PropertyInfo> property_info(const engine::CaRef&) override { return no_properties(); }

    // Nothing is owed to the server.
    void disconnect() override { sessions_.drop_all(); }

  private:
    // W7, as over ICertRequestD2: once the request went out, only a server that says under seal
    // that it ran nothing leaves the way to another CA open.
    static Asked unanswered(const PassageSessions::Held& held, const CertificateRequest& call,
                            Error error) {
        const PassageSession& session = **held.session;
        const Association& association = session.association;
        // The server hung up on an association that had worked before; one that had not would only
        // end alike, and after a silence be as silent.
        const bool hung_up = held.reused && !association.ran_late() && !association.usable() &&
                             (error.code == kServerUnavailable || error.code == kCallFailed);
        const bool went_out = association.request_went_out();
        const bool ran_nothing = call.octets.empty() || !went_out;
        return {.answer = fail(std::move(error).within("CertServerRequest " + session.where)),
                .stale = hung_up && ran_nothing,
                .may_have_acted = went_out && association.fault_said() == FaultSaid::nothing};
    }

    CaClientOptions options_;
    PassageSessions sessions_;
};

}  // namespace

std::unique_ptr<CertRequestTransport> make_icpr_transport(const CaClientOptions& options,
                                                          DcomWorld world) {
    return std::make_unique<IcprTransport>(options, std::move(world));
}

std::unique_ptr<CertRequestTransport> make_icpr_transport(const CaClientOptions& options) {
    return make_icpr_transport(options, {});
}

}  // namespace ae::ca
