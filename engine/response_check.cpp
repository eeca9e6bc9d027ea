#include "engine/response_check.h"

#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/held_review.h"

#include <algorithm>
#include <array>
#include <optional>

namespace ae::engine {
namespace {

constexpr std::string_view kProbe = "aeclient: does this key belong to this certificate?";

constexpr Hresult kBadPublicKey = hresult(0x80090015);   // NTE_BAD_PUBLIC_KEY
constexpr Hresult kNoKey = hresult(0x8009000D);          // NTE_NO_KEY
constexpr Hresult kExpired = hresult(0x800B0101);        // CERT_E_EXPIRED
constexpr Hresult kUntrustedRoot = hresult(0x800B0109);  // CERT_E_UNTRUSTEDROOT
constexpr Hresult kChaining = hresult(0x800B010A);       // CERT_E_CHAINING
constexpr Hresult kRevoked = hresult(0x800B010C);        // CERT_E_REVOKED

Done check_key(const CertificateFacts& leaf, const PrivateKey& key) {
    if (equal(leaf.public_key_info, key.public_key_info())) {
        return done();
    }
    return fail(kBadPublicKey, "check I5: the certificate is for another key than the one we made",
                "Look at the CA: somebody may have exchanged the request or the answer");
}

Done check_probe(const CertificateFacts& leaf, PrivateKey& key, Crypto& crypto) {
    auto signature = key.sign(HashAlgorithm::sha256, as_bytes(kProbe));
    if (!signature) {
        return pass(signature, "check I6: the private key does not sign");
    }
    auto good =
        crypto.verify(leaf.public_key_info, HashAlgorithm::sha256, as_bytes(kProbe), *signature);
    if (!good) {
        return pass(good, "check I6: the certificate's key does not verify");
    }
    if (!*good) {
        return fail(kNoKey,
                    "check I6: a signature of the private key does not fit the certificate");
    }
    return done();
}

Hresult code_of(ChainState state) {
    switch (state) {
        case ChainState::revoked:
            return kRevoked;
        case ChainState::expired:
            return kExpired;
        case ChainState::untrusted:
            return kUntrustedRoot;
        case ChainState::valid:
        case ChainState::malformed:
            break;
    }
    return kChaining;
}

Done check_chain(const CaReply& reply, const ResponseQuestion& question, ChainChecker& chains) {
    const ChainStatus status =
        chains.check(reply.certificate, reply.chain, question.anchors, question.now);
    if (status.state == ChainState::valid) {
        return done();
    }
    return fail(code_of(status.state),
                "check I7: the certificate does not chain to a trusted root: " + status.detail);
}

// RFC 5280 4.1.1: what a certificate's signature is over, and how it was made.
struct SignedPart {
    ByteView body{};
    HashAlgorithm hash{};
    ByteView signature{};
};

struct SignatureName {
    std::string_view oid;
    HashAlgorithm hash;
};
constexpr std::array kSignatureNames = {
    SignatureName{"1.2.840.113549.1.1.5", HashAlgorithm::sha1},  // RFC 8017 A.2.4
    SignatureName{"1.2.840.113549.1.1.11", HashAlgorithm::sha256},
    SignatureName{"1.2.840.113549.1.1.12", HashAlgorithm::sha384},
    SignatureName{"1.2.840.113549.1.1.13", HashAlgorithm::sha512},
    SignatureName{"1.2.840.10045.4.1", HashAlgorithm::sha1},  // RFC 5758 3.2
    SignatureName{"1.2.840.10045.4.3.2", HashAlgorithm::sha256},
    SignatureName{"1.2.840.10045.4.3.3", HashAlgorithm::sha384},
    SignatureName{"1.2.840.10045.4.3.4", HashAlgorithm::sha512},
};

// Nothing for an algorithm that Crypto does not verify, RSASSA-PSS above all.
std::optional<SignedPart> signed_part(ByteView certificate) {
    der::Reader outer(certificate);
    auto fields = outer.enter(der::Tag::sequence);
    if (!fields) {
        return std::nullopt;
    }
    const auto body = fields->expect(der::Tag::sequence);
    auto algorithm = fields->enter(der::Tag::sequence);
    const auto signature = fields->expect(der::Tag::bit_string);
    if (!body || !algorithm || !signature) {
        return std::nullopt;
    }
    const auto oid = algorithm->next_oid();
    const auto octets = der::read_bit_string(signature->content);
    if (!oid || !octets) {
        return std::nullopt;
    }
    for (const SignatureName& name : kSignatureNames) {
        if (name.oid == *oid) {
            return SignedPart{body->whole, name.hash, *octets};
        }
    }
    return std::nullopt;
}

// With an algorithm that we cannot verify ourselves, the name decides here and the chain check (I7)
// has verified the signature.
bool issued_by(const CertificateFacts& leaf, ByteView issuer, Crypto& crypto) {
    const auto facts = parse_certificate(issuer);
    if (!facts || facts->subject_der != leaf.issuer_der) {
        return false;
    }
    const auto part = signed_part(leaf.der);
    if (!part) {
        return true;
    }
    return crypto.verify(facts->public_key_info, part->hash, part->body, part->signature)
        .value_or(false);
}

Done check_issuer(const CertificateFacts& leaf, const EnrollmentService& ca, Crypto& crypto) {
    for (const Bytes& certificate : ca.certificates) {
        if (issued_by(leaf, certificate, crypto)) {
            return done();
        }
    }
    return fail(kInvalidData,
                "check I8: the certificate comes from " + printable(leaf.issuer) +
                    ", and not from a certificate that the directory lists for " +
                    ca.ref().config(),
                "If the CA renewed its certificate, wait until the directory lists the new one");
}

Done check_template(const CertificateFacts& leaf, const Template& wanted) {
    const auto& reference = leaf.template_reference;
    if (!reference) {
        return fail(kInvalidData, "check I9: the certificate names no template");
    }
    const bool by_oid = !reference->oid.empty() && !wanted.oid.empty();
    const bool same =
        by_oid ? reference->oid == wanted.oid : equal_ignoring_case(reference->name, wanted.name);
    if (!same) {
        return fail(kInvalidData, "check I9: the certificate is of template " +
                                      printable(by_oid ? reference->oid : reference->name));
    }
    if (by_oid && reference->major_version < wanted.major_version) {
        return fail(kInvalidData,
                    "check I9: the certificate has major version " +
                        std::to_string(reference->major_version) + " of the template, " +
                        std::to_string(wanted.major_version) + " was asked for",
                    "Wait until the CA has read the new version of the template");
    }
    return done();
}

Done check_dates(const CertificateFacts& leaf, Time now) {
    if (leaf.not_before > now + kClockSkew) {
        return fail(
            kExpired,
            "check I10: the certificate is not valid before " + ae::to_string(leaf.not_before),
            "Compare the clocks of this machine and of the CA");
    }
    if (now >= leaf.not_after) {
        return fail(kExpired,
                    "check I10: the certificate expired at " + ae::to_string(leaf.not_after),
                    "Compare the clocks of this machine and of the CA");
    }
    return done();
}

Done check_type(const CertificateFacts& leaf, const Template& wanted) {
    const bool ca_template =
        (wanted.general_flags & (general_flag::kIsCa | general_flag::kIsCrossCa)) != 0;
    if (leaf.is_ca && !ca_template) {
        return fail(kInvalidData, "check I11: the certificate is one of a CA");
    }
    return done();
}

}  // namespace

Result<CertificateFacts> check_response(const CaReply& reply, const ResponseQuestion& question,
                                        ChainChecker& chains, Crypto& crypto) {
    auto leaf = parse_certificate(reply.certificate);
    if (!leaf) {
        return pass(leaf, "check I1: the answer holds no certificate");
    }
    return check_key(*leaf, question.key)
        .and_then([&](auto) { return check_probe(*leaf, question.key, crypto); })
        .and_then([&](auto) { return check_chain(reply, question, chains); })
        .and_then([&](auto) { return check_issuer(*leaf, question.ca, crypto); })
        .and_then([&](auto) { return check_template(*leaf, question.wanted); })
        .and_then([&](auto) { return check_dates(*leaf, question.now); })
        .and_then([&](auto) { return check_type(*leaf, question.wanted); })
        .map([&](auto) { return std::move(*leaf); });
}

std::vector<Bytes> issuers_of(const CertificateFacts& leaf, const std::vector<Bytes>& others) {
    std::vector<CertificateFacts> known;
    for (const Bytes& octets : others) {
        auto facts = parse_certificate(octets);
        if (facts && facts->subject_der != facts->issuer_der) {
            known.push_back(std::move(*facts));
        }
    }
    std::vector<Bytes> path;
    Bytes wanted = leaf.issuer_der;
    while (true) {
        const auto next = std::ranges::find(known, wanted, &CertificateFacts::subject_der);
        if (next == known.end()) {
            return path;
        }
        path.push_back(std::move(next->der));
        wanted = std::move(next->issuer_der);
        known.erase(next);  // once each: names may go in a circle
    }
}

}  // namespace ae::engine
