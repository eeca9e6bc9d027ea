#include "ca-client/cert_request_transport.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <random>

namespace ae::ca {
namespace {

// RFC 4122 4.4, in wire order: the version stands in octet 7, the variant in octet 8.
Guid random_guid() {
    std::random_device source;
    Guid guid;
    for (std::uint8_t& octet : guid.wire) {
        octet = static_cast<std::uint8_t>(source());
    }
    guid.wire[7] = static_cast<std::uint8_t>((guid.wire[7] & 0x0F) | 0x40);
    guid.wire[8] = static_cast<std::uint8_t>((guid.wire[8] & 0x3F) | 0x80);
    return guid;
}

// The CA's object, held for one call.
struct Session {
    RemoteObject object;
    Guid causality{};
    bool second = false;  // through ICertRequestD2
};

struct Reached {
    Result<Session> session;
    bool lost = false;  // it was activated, and then nobody answered at its place
};

// W7: once the request went out, only a server that says it ran nothing leaves the way to another
// CA open; everything else, an answer that cannot be opened included, tells as little as none.
Asked unanswered(const RemoteObject& object, Error error) {
    const FaultSaid said = object.fault_said();
    const bool gone = error.code == kObjectDisconnected || error.code == kInvalidObject;
    return {.answer = fail(std::move(error)),
            .stale = gone && said == FaultSaid::unexecuted_under_seal,
            .may_have_acted = object.request_went_out() && said == FaultSaid::nothing};
}

class RpcTransport final : public CertRequestTransport {
  public:
    explicit RpcTransport(const CaClientOptions& options) : options_(options) {}

    Asked ask(const engine::CaRef& ca, CertificateRequest call,
              std::chrono::milliseconds timeout) override {
        Reached reached = reach(ca);
        if (!reached.session) {
            return {.answer = pass(reached.session), .stale = reached.lost};
        }
        Session& session = *reached.session;
        call.causality = session.causality;
        auto stub = session.object.call(
            session.second ? opnum::kRequest2 : opnum::kRequest,
            session.second ? encode_request2(call) : encode_request(call), timeout);
        if (!stub) {
            return unanswered(session.object, std::move(stub.error()));
        }
        session.object.release(options_.log);
        auto answer = decode_certificate_answer(*stub);
        if (!answer) {
            // W7: an answer that nobody can read is none.
            return {.answer = pass(answer, "read the answer"), .may_have_acted = true};
        }
        return {.answer = std::move(answer)};
    }

    Done ping(const engine::CaRef& ca) override {
        auto reached = reach(ca);
        if (!reached.session) {
            return pass(reached.session);
        }
        Session& session = *reached.session;
        // Ping takes what Ping2 takes.
        auto stub =
            session.object.call(session.second ? opnum::kPing2 : opnum::kPing,
                                encode_ping2(session.causality, ca.name), options_.timeouts.call);
        if (!stub) {
            return fail(without_effect(std::move(stub.error())));
        }
        session.object.release(options_.log);
        auto result = decode_plain_result(*stub);
        if (!result) {
            return pass(result, "read the answer");
        }
        return failed(*result) ? fail(*result, "the certification authority does not serve")
                               : done();
    }

  private:
    Reached reach(const engine::CaRef& ca) {
        const Peer peer{.host = ca.dns_host,
                        .mechanism = options_.mechanism,
                        .credential_cache = options_.credential_cache,
                        .timeouts = options_.timeouts};
        const Wanted wanted{.causality = random_guid(),
                            .object_class = kCertRequestClass,
                            .better = iface::kCertRequestD2,
                            .fallback = iface::kCertRequestD};
        auto activated = activate(peer, wanted);
        if (!activated) {
            return {.session = pass(activated)};
        }
        auto object = RemoteObject::connect(peer, wanted.causality, *activated);
        if (!object) {
            if (object.error().code == kCallFailed) {
                object.error().code = kServerUnavailable;
            }
            const bool lost = object.error().code == kServerUnavailable;
            return {.session = pass(object), .lost = lost};
        }
        const bool second = activated->chosen == iface::kCertRequestD2;
        log("ask " + printable(ca.config()) + " through " +
            (second ? "ICertRequestD2" : "ICertRequestD"));
        return {.session = Session{std::move(*object), wanted.causality, second}};
    }

    void log(const std::string& text) const {
        if (options_.log) {
            options_.log(text);
        }
    }

    CaClientOptions options_;
};

}  // namespace

std::unique_ptr<CertRequestTransport> make_rpc_transport(const CaClientOptions& options) {
    return std::make_unique<RpcTransport>(options);
}

}  // namespace ae::ca
