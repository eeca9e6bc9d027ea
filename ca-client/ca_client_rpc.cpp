#include "ca-client/ca_client.h"
#include "ca-client/issued_certificates.h"
#include "ca-client/pkcs10.h"
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

    Result<engine::EncodedRequest> build(const engine::Template& wanted,
                                         const engine::Account& account,
                                         const engine::DirectoryServer& server,
                                         engine::PrivateKey& key) override {
        auto octets = build_pkcs10({.wanted = wanted,
                                    .machine_fqdn = options_.machine_fqdn,
                                    .dc_fqdn = server.dns_name,
                                    .account_name = account_name(account),
                                    .process_name = "aeclient"},
                                   key, crypto_);
        if (!octets) {
            return pass(octets, "build the request");
        }
        return engine::EncodedRequest{engine::EncodedRequest::Format::pkcs10, std::move(*octets)};
    }

    Result<engine::CaReply> submit(const engine::CaRef& ca,
                                   const engine::EncodedRequest& request) override {
        Attempt attempt = submit_once(ca, request);
        if (attempt.stale) {
            log("activate once more: " + attempt.reply.error().sentence());
            attempt = submit_once(ca, request);
        }
        return std::move(attempt.reply);
    }

  private:
    struct Attempt {
        Result<engine::CaReply> reply;
        // The object was gone before it could run anything: a fresh activation is safe and may
        // help.
        bool stale = false;
    };

    Attempt submit_once(const engine::CaRef& ca, const engine::EncodedRequest& request) {
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
            return {.reply = pass(activated)};
        }
        auto object = RemoteObject::connect(peer, wanted.causality, *activated);
        if (!object) {
            if (object.error().code == kCallFailed) {
                object.error().code = kServerUnavailable;
            }
            const bool lost = object.error().code == kServerUnavailable;
            return {.reply = pass(object), .stale = lost};
        }
        return ask(*object, activated->chosen, wanted.causality, ca, request);
    }

    Attempt ask(RemoteObject& object, const Interface& interface, const Guid& causality,
                const engine::CaRef& ca, const engine::EncodedRequest& request) {
        const bool second = interface == iface::kCertRequestD2;
        log("ask " + printable(ca.config()) + " through " +
            (second ? "ICertRequestD2" : "ICertRequestD"));
        const CertificateRequest call{
            .causality = causality, .authority = ca.name, .octets = request.octets};
        auto stub = object.call(second ? opnum::kRequest2 : opnum::kRequest,
                                second ? encode_request2(call) : encode_request(call),
                                options_.timeouts.request);
        if (!stub) {
            return unanswered(object, std::move(stub.error()));
        }
        object.release(options_.log);
        auto answer = decode_certificate_answer(*stub);
        if (!answer) {
            answer.error().code = kCallFailed;  // W7: an answer that nobody can read is none
            return {.reply = pass(answer, "read the answer")};
        }
        return {.reply = reply_of(*answer)};
    }

    engine::CaReply reply_of(const CertificateAnswer& answer) const {
        engine::CaReply reply = judge(answer);
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
    static Attempt unanswered(const RemoteObject& object, Error error) {
        const FaultSaid said = object.fault_said();
        const bool gone = error.code == kObjectDisconnected || error.code == kInvalidObject;
        if (object.request_went_out() && said == FaultSaid::nothing) {
            error.code = kCallFailed;
        }
        return {.reply = fail(std::move(error)),
                .stale = gone && said == FaultSaid::unexecuted_under_seal};
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
