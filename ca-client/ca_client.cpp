#include "ca-client/ca_client.h"

#include "ca-client/cert_request_transport.h"
#include "ca-client/issued_certificates.h"
#include "ca-client/pkcs10.h"
#include "ca-client/renewal.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

namespace ae::ca {
namespace {

using TransportOrWhyNot = Result<std::unique_ptr<CertRequestTransport>>;

// "corp.example.test", "WS1$" -> "CORP\WS1$".  Display data in the request; the CA trusts only the
// Kerberos identity, so the first label may stand for the NetBIOS name.
std::string account_name(const engine::Account& account) {
    std::string domain = account.domain_dns.substr(0, account.domain_dns.find('.'));
    for (char& c : domain) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return domain + '\\' + account.sam_account_name;
}

// Everything in the answer's bag but the certificate itself.
Result<std::vector<Bytes>> chain_of(const CertificateAnswer& answer) {
    auto bag = certificates_of_signed_data(answer.full_response);
    if (bag) {
        std::erase_if(*bag, [&](const Bytes& each) { return equal(each, answer.certificate); });
    }
    return bag;
}

class DcomCaClient final : public engine::CaClient {
  public:
    DcomCaClient(CaClientOptions options, engine::Crypto& crypto, TransportOrWhyNot transport)
        : options_(std::move(options)), crypto_(crypto), transport_(std::move(transport)) {}

    Result<engine::EncodedRequest> build(const engine::RequestParts& parts) override {
        using Format = engine::EncodedRequest::Format;
        if (parts.authority != nullptr) {
            return fail(kNotSupported,
                        "build the request for template " + printable(parts.wanted.name) +
                            ": a signature by another own certificate is not supported",
                        "Set the number of authorized signatures to 0 in the template's issuance "
                        "requirements");
        }
        const Pkcs10Input input{.wanted = parts.wanted,
                                .machine_fqdn = options_.machine_fqdn,
                                .dc_fqdn = parts.server.dns_name,
                                .account_name = account_name(parts.account),
                                .process_name = "aeclient"};
        const bool renewal = parts.predecessor != nullptr;
        auto octets = renewal ? build_renewal(input, parts.key, *parts.predecessor, crypto_)
                              : build_pkcs10(input, parts.key, crypto_);
        if (!octets) {
            return pass(octets, "build the request");
        }
        return engine::EncodedRequest{renewal ? Format::pkcs7 : Format::pkcs10, std::move(*octets)};
    }

    Result<engine::CaReply> submit(const engine::CaRef& ca,
                                   const engine::EncodedRequest& request) override {
        auto asked = ask(
            ca, {.authority = ca.name, .flags = flags_of(request.format), .octets = request.octets},
            options_.timeouts.request);
        if (!asked.answer) {
            if (asked.may_have_acted) {
                asked.answer.error().code = kCallFailed;
            }
            return pass(asked.answer);
        }
        return with_chain(judge(*asked.answer), *asked.answer);
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

  private:
    // The CA looks up a row and asks nobody, so it gets the time of any other call.
    Result<engine::CaReply> retrieve_once(const engine::CaRef& ca, const CertificateRequest& call) {
        auto asked = ask(ca, call, options_.timeouts.call);
        if (!asked.answer) {
            return pass(asked.answer);
        }
        auto reply = judge_retrieval(*asked.answer, call.request_id);
        return reply ? with_chain(std::move(*reply), *asked.answer) : std::move(reply);
    }

    Asked ask(const engine::CaRef& ca, const CertificateRequest& call,
              std::chrono::milliseconds timeout) {
        if (!transport_) {
            return {.answer = fail(transport_.error())};
        }
        Asked asked = (*transport_)->ask(ca, call, timeout);
        if (asked.stale) {
            log("activate once more: " + asked.answer.error().sentence());
            asked = (*transport_)->ask(ca, call, timeout);
        }
        return asked;
    }

    engine::CaReply with_chain(engine::CaReply reply, const CertificateAnswer& answer) const {
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
    return std::make_unique<DcomCaClient>(std::move(options), crypto, std::move(transport));
}

std::unique_ptr<engine::CaClient> create_ca_client(
    CaClientOptions options, engine::Crypto& crypto,
    std::unique_ptr<CertRequestTransport> transport) {
    return std::make_unique<DcomCaClient>(std::move(options), crypto, std::move(transport));
}

Done ping_ca(const CaClientOptions& options, const engine::CaRef& ca) {
    const std::string step = "ping " + printable(ca.config());
    auto transport = make_transport(options);
    if (!transport) {
        return pass(transport, step);
    }
    auto answered = (*transport)->ping(ca);
    return answered ? std::move(answered) : pass(answered, step);
}

}  // namespace ae::ca
