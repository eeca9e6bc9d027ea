#include "engine/exchange_check.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/ca_choice.h"
#include "engine/chain_code.h"
#include "engine/held_review.h"
#include "engine/signature_scheme.h"

#include <algorithm>

namespace ae::engine {
namespace {

constexpr Hresult kExpired = hresult(0x800B0101);     // CERT_E_EXPIRED
constexpr Hresult kWrongUsage = hresult(0x800B0110);  // CERT_E_WRONG_USAGE

constexpr std::string_view kCaExchange = "1.3.6.1.4.1.311.21.5";  // szOID_KP_CA_EXCHANGE
constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";

constexpr std::string_view kRenewExchange =
    "Let the CA make a new exchange certificate (certutil -cainfo xchg at the CA)";

std::string algorithm_of(ByteView public_key_info) {
    der::Reader outer(public_key_info);
    auto name = outer.enter(der::Tag::sequence)
                    .and_then([](der::Reader fields) { return fields.enter(der::Tag::sequence); })
                    .and_then([](der::Reader algorithm) { return algorithm.next_oid(); });
    return name.value_or("");
}

Done check_key(const CertificateFacts& facts) {
    const std::string algorithm = algorithm_of(facts.public_key_info);
    if (algorithm == kRsaEncryption) {
        return done();
    }
    return fail(kNotSupported,
                "the CA exchange certificate has a key of algorithm " + algorithm + ", not RSA",
                std::string(kRenewExchange));
}

Done check_usage(const CertificateFacts& facts) {
    if (facts.is_ca) {
        return fail(kWrongUsage, "the CA exchange certificate is one of a CA",
                    std::string(kRenewExchange));
    }
    if (std::ranges::find(facts.extended_key_usages, kCaExchange) !=
        facts.extended_key_usages.end()) {
        return done();
    }
    return fail(kWrongUsage, "the CA exchange certificate is not meant for key archival",
                std::string(kRenewExchange));
}

Done check_dates(const CertificateFacts& facts, Time now) {
    if (facts.not_before > now + kClockSkew) {
        return fail(
            kExpired,
            "the CA exchange certificate is not valid before " + ae::to_string(facts.not_before),
            "Compare the clocks of this machine and of the CA");
    }
    if (now >= facts.not_after) {
        return fail(kExpired,
                    "the CA exchange certificate expired at " + ae::to_string(facts.not_after),
                    std::string(kRenewExchange));
    }
    return done();
}

Done check_chain(const ExchangeCertificate& given, const ExchangeQuestion& question,
                 ChainChecker& chains) {
    const ChainStatus status =
        chains.check(given.certificate, given.chain, question.anchors, question.now);
    if (is_trusted(status)) {
        return done();
    }
    if (status.state == ChainState::valid) {
        return fail(*status.revocation_problem,
                    "whether the CA exchange certificate is revoked cannot be told");
    }
    return fail(code_of(status.state),
                "the CA exchange certificate does not chain to a trusted root: " + status.detail);
}

Done check_issuer(const CertificateFacts& facts, const ExchangeQuestion& question,
                  ChainChecker& chains, Crypto& crypto) {
    CaCertificates known(question.ca, question.anchors, question.now, question.own_certificates,
                         chains);
    const auto issued = [&](const CertificateFacts& one) {
        return one.subject_der == facts.issuer_der &&
               signature_of(facts.der, one.public_key_info, crypto) != Signature::wrong;
    };
    if (known.find(issued) != nullptr) {
        return done();
    }
    return fail(kInvalidData,
                "the CA exchange certificate comes from " + printable(facts.issuer) +
                    ", and not from " + printable(question.ca.ref().config()) + known.why_not(),
                "Look at the CA: somebody may have exchanged its answer");
}

}  // namespace

Result<CertificateFacts> check_exchange_certificate(const ExchangeCertificate& given,
                                                    const ExchangeQuestion& question,
                                                    ChainChecker& chains, Crypto& crypto) {
    auto facts = parse_certificate(given.certificate);
    if (!facts) {
        return pass(facts, "the CA exchange certificate");
    }
    return check_key(*facts)
        .and_then([&](auto) { return check_usage(*facts); })
        .and_then([&](auto) { return check_dates(*facts, question.now); })
        .and_then([&](auto) { return check_chain(given, question, chains); })
        .and_then([&](auto) { return check_issuer(*facts, question, chains, crypto); })
        .map([&](auto) { return std::move(*facts); });
}

}  // namespace ae::engine
