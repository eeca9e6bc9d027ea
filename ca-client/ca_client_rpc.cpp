#include "ca-client/ca_client.h"
#include "ca-client/issued_certificates.h"
#include "ca-client/pkcs10.h"
#include "ca-client/renewal.h"
#include "ca-client/rpc/fault.h"
#include "ca-client/wcce/cert_request.h"
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

class RpcCaClient final : public engine::CaClient {
  public:
    RpcCaClient(CaClientOptions options, engine::Crypto& crypto)
        : options_(std::move(options)), crypto_(crypto) {}

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
        if (!asked.stub) {
            if (asked.may_have_acted) {
                asked.stub.error().code = kCallFailed;
            }
            return pass(asked.stub);
        }
        auto answer = decode_certificate_answer(*asked.stub);
        if (!answer) {
            answer.error().code = kCallFailed;  // W7: an answer that nobody can read is none
            return pass(answer, "read the answer");
        }
        return with_chain(judge(*answer), *answer);
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
    struct Asked {
        Result<Bytes> stub;
        // The object was gone before it could run anything: a fresh activation is safe and may
        // help.
        bool stale = false;
        bool may_have_acted = false;  // W7: it went out, and nothing that was heard denies it
    };

    // The CA looks up a row and asks nobody, so it gets the time of any other call.
    Result<engine::CaReply> retrieve_once(const engine::CaRef& ca, const CertificateRequest& call) {
        auto asked = ask(ca, call, options_.timeouts.call);
        if (!asked.stub) {
            return pass(asked.stub);
        }
        auto answer = decode_certificate_answer(*asked.stub);
        if (!answer) {
            return pass(answer, "read the answer");
        }
        auto reply = judge_retrieval(*answer, call.request_id);
        return reply ? with_chain(std::move(*reply), *answer) : std::move(reply);
    }

    Asked ask(const engine::CaRef& ca, const CertificateRequest& call,
              std::chrono::milliseconds timeout) {
        Asked asked = ask_once(ca, call, timeout);
        if (asked.stale) {
            log("activate once more: " + asked.stub.error().sentence());
            asked = ask_once(ca, call, timeout);
        }
        return asked;
    }

    Asked ask_once(const engine::CaRef& ca, CertificateRequest call,
                   std::chrono::milliseconds timeout) {
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
            return {.stub = pass(activated)};
        }
        auto object = RemoteObject::connect(peer, wanted.causality, *activated);
        if (!object) {
            if (object.error().code == kCallFailed) {
                object.error().code = kServerUnavailable;
            }
            const bool lost = object.error().code == kServerUnavailable;
            return {.stub = pass(object), .stale = lost};
        }
        const bool second = activated->chosen == iface::kCertRequestD2;
        log("ask " + printable(ca.config()) + " through " +
            (second ? "ICertRequestD2" : "ICertRequestD"));
        call.causality = wanted.causality;
        auto stub = object->call(second ? opnum::kRequest2 : opnum::kRequest,
                                 second ? encode_request2(call) : encode_request(call), timeout);
        if (!stub) {
            return unanswered(*object, std::move(stub.error()));
        }
        object->release(options_.log);
        return {.stub = std::move(stub)};
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

    // W7: once the request went out, only a server that says it ran nothing leaves the way to
    // another CA open; everything else, an answer that cannot be opened included, tells as little
    // as none.
    static Asked unanswered(const RemoteObject& object, Error error) {
        const FaultSaid said = object.fault_said();
        const bool gone = error.code == kObjectDisconnected || error.code == kInvalidObject;
        return {.stub = fail(std::move(error)),
                .stale = gone && said == FaultSaid::unexecuted_under_seal,
                .may_have_acted = object.request_went_out() && said == FaultSaid::nothing};
    }

    void log(const std::string& text) const {
        if (options_.log) {
            options_.log(text);
        }
    }

    CaClientOptions options_;
    engine::Crypto& crypto_;
};

}  // namespace

std::unique_ptr<engine::CaClient> create_ca_client(CaClientOptions options,
                                                   engine::Crypto& crypto) {
    return std::make_unique<RpcCaClient>(std::move(options), crypto);
}

}  // namespace ae::ca
