#include "ca-client/ca_client.h"

#include "ca-client/ca_inquiry.h"
#include "ca-client/cert_request_transport.h"
#include "ca-client/full_response.h"
#include "ca-client/issued_certificates.h"
#include "ca-client/request_builder.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::ca {
namespace {

using TransportOrWhyNot = Result<std::unique_ptr<CertRequestTransport>>;

// Everything in the answer's bag but the certificate itself.
Result<std::vector<Bytes>> chain_of(const CertificateAnswer& answer) {
    auto bag = certificates_of_signed_data(answer.full_response);
    if (bag) {
        std::erase_if(*bag, [&](const Bytes& each) { return equal(each, answer.certificate); });
    }
    return bag;
}

class TransportCaClient final : public engine::CaClient {
  public:
    TransportCaClient(CaClientOptions options, engine::Crypto& crypto, TransportOrWhyNot transport)
        : options_(std::move(options)), crypto_(crypto), transport_(std::move(transport)) {}

    Result<engine::EncodedRequest> build(const engine::RequestParts& parts) override {
        auto request = build_request(parts, options_.machine_fqdn, crypto_);
        if (!request) {
            return pass(request, "build the request");
        }
        return request;
    }

    Result<engine::CaReply> submit(const engine::CaRef& ca,
                                   const engine::EncodedRequest& request) override {
        const CertificateRequest call{
            .authority = ca.name, .flags = flags_of(request.format), .octets = request.octets};
        auto asked = ask(ca, call, options_.timeouts.request);
        if (!asked.answer) {
            if (asked.may_have_acted) {
                Error& error = asked.answer.error();
                if (error.code != kCallFailed) {
                    error.context += ": " + describe(error.code);  // what it would be elsewhere
                }
                error.code = kCallFailed;
            }
            return pass(asked.answer);
        }
        return with_content(judge(*asked.answer), *asked.answer, call.flags);
    }

    Result<engine::CaReply> retrieve(const engine::CaRef& ca, std::uint32_t request_id) override {
        auto reply =
            retrieval_of(ca.name, request_id).and_then([&](const CertificateRequest& call) {
                return retrieve_once(ca, call);
            });
        if (!reply) {
            return fail(without_effect(std::move(reply.error()))
                            .within("retrieve request " + std::to_string(request_id)));
        }
        return reply;
    }

    Result<std::vector<Bytes>> signing_certificates(const engine::CaRef& ca) override {
        if (!transport_) {
            return fail(transport_.error());
        }
        return CaInquiry(**transport_, ca).signing_certificates();
    }
    Result<engine::ExchangeCertificate> exchange_certificate(const engine::CaRef& ca) override {
        if (!transport_) {
            return fail(transport_.error());
        }
        return CaInquiry(**transport_, ca).exchange_certificate();
    }
    void disconnect() override {
        if (transport_) {
            (*transport_)->disconnect();
        }
    }

  private:
    // The CA looks up a row and asks nobody, so it gets the time of any other call.
    Result<engine::CaReply> retrieve_once(const engine::CaRef& ca, const CertificateRequest& call) {
        auto asked = ask(ca, call, options_.timeouts.call);
        if (!asked.answer) {
            return pass(asked.answer);
        }
        auto reply = judge_retrieval(*asked.answer, call.request_id);
        return reply ? with_content(std::move(*reply), *asked.answer, call.flags)
                     : std::move(reply);
    }

    Asked ask(const engine::CaRef& ca, const CertificateRequest& call,
              std::chrono::milliseconds timeout) {
        if (!transport_) {
            return {.answer = fail(transport_.error())};
        }
        Asked asked = (*transport_)->ask(ca, call, timeout);
        if (asked.stale) {
            log("ask once more: " + asked.answer.error().sentence());
            asked = (*transport_)->ask(ca, call, timeout);
        }
        return asked;
    }

    // [MS-WCCE] 3.2.1.4.2.1.4.8: a full answer where flag Y went out, whatever the outcome; else a
    // bag of certificates when one was issued.
    engine::CaReply with_content(engine::CaReply reply, const CertificateAnswer& answer,
                                 std::uint32_t flags) const {
        if ((flags & kFullResponse) != 0 && answer.method == AnswerMethod::request2) {
            return with_full_response(std::move(reply), answer.full_response);
        }
        if (reply.disposition != engine::Disposition::issued || answer.full_response.empty()) {
            return reply;
        }
        // The chain only helps: without it the replicated intermediates must do (check I7).
        if (auto chain = chain_of(answer)) {
            reply.chain = std::move(*chain);
        } else {
            log("the chain in the answer is left out: " + chain.error().sentence());
        }
        return reply;
    }

    void log(const std::string& text) const {
        if (options_.log) {
            options_.log(text);
        }
    }

    CaClientOptions options_;
    engine::Crypto& crypto_;
    TransportOrWhyNot transport_;  // that there is none hinders no build()
};

}  // namespace

std::unique_ptr<engine::CaClient> create_ca_client(CaClientOptions options,
                                                   engine::Crypto& crypto) {
    auto transport = make_transport(options);
    return std::make_unique<TransportCaClient>(std::move(options), crypto, std::move(transport));
}

std::unique_ptr<engine::CaClient> create_ca_client(
    CaClientOptions options, engine::Crypto& crypto,
    std::unique_ptr<CertRequestTransport> transport) {
    return std::make_unique<TransportCaClient>(std::move(options), crypto, std::move(transport));
}

Done ping_ca(const CaClientOptions& options, const engine::CaRef& ca) {
    const std::string step = "ping " + printable(ca.config());
    auto transport = make_transport(options);
    if (!transport) {
        return pass(transport, step);
    }
    return CaInquiry(**transport, ca).ping();
}

}  // namespace ae::ca
