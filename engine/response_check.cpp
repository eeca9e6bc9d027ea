#include "engine/response_check.h"

#include "engine/base/hresult_table.h"
#include "engine/base/text.h"
#include "engine/chain_code.h"
#include "engine/full_response_check.h"
#include "engine/held_review.h"
#include "engine/signature_scheme.h"

#include <algorithm>

namespace ae::engine {
namespace {

constexpr std::string_view kProbe = "aeclient: does this key belong to this certificate?";

constexpr Hresult kBadPublicKey = hresult(0x80090015);  // NTE_BAD_PUBLIC_KEY
constexpr Hresult kNoKey = hresult(0x8009000D);         // NTE_NO_KEY
constexpr Hresult kExpired = hresult(0x800B0101);       // CERT_E_EXPIRED

Done check_key(const CertificateFacts& leaf, const PrivateKey& key) {
    if (equal(leaf.public_key_info, key.public_key_info())) {
        return done();
    }
    return fail(kBadPublicKey, "check I5: the certificate is for another key than the one we made",
                "Look at the CA: somebody may have exchanged the request or the answer");
}

Done check_probe(const CertificateFacts& leaf, PrivateKey& key, Crypto& crypto) {
    if (!key.signs()) {
        Done fits = key.probe_agreement();
        return fits ? std::move(fits) : pass(fits, "check I6: the private key does not agree");
    }
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

Done check_chain(const CaReply& reply, const ResponseQuestion& question, ChainChecker& chains) {
    const ChainStatus status =
        chains.check(reply.certificate, reply.chain, question.anchors, question.now);
    if (status.state == ChainState::valid) {
        return done();
    }
    return fail(code_of(status.state),
                "check I7: the certificate does not chain to a trusted root: " + status.detail);
}

// With an algorithm that we cannot verify ourselves, the name decides for a certificate that the
// directory lists, and the chain check (I7) has verified the signature.
Done check_issuer(const CertificateFacts& leaf, const EnrollmentService& ca, CaCertificates& known,
                  Crypto& crypto) {
    const auto issued = [&](const CertificateFacts& one) {
        return one.subject_der == leaf.issuer_der &&
               signature_of(leaf.der, one.public_key_info, crypto) != Signature::wrong;
    };
    if (known.find(issued) != nullptr) {
        return done();
    }
    return fail(kInvalidData,
                "check I8: the certificate comes from " + printable(leaf.issuer) +
                    ", and not from a certificate that the directory lists for " +
                    ca.ref().config() + known.why_not(),
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

// I1 of the full answer, I2, I3 and I4.
Done check_full(const CaReply& reply, const CertificateFacts& leaf, CaCertificates& known,
                Crypto& crypto) {
    if (!reply.full_problem.empty()) {
        return fail(kInvalidData, "check I1: " + reply.full_problem);
    }
    if (!reply.full) {
        return done();
    }
    return check_status(reply, *reply.full)
        .and_then([&](auto) { return check_signature(*reply.full, &leaf, known, crypto); })
        .and_then([&](auto) { return check_issued_hash(*reply.full, leaf, crypto); });
}

// Without a full answer nobody says that a key was archived.
Done check_archival(const CaReply& reply, ByteView sent) {
    static const FullResponse kSilent{};
    return check_archived_key(reply.full ? *reply.full : kSilent, sent);
}

}  // namespace

bool is_undecided(Hresult code) {
    constexpr std::array kUnread = {kServerUnavailable, kCallFailed, kTimeout, kOperationAborted};
    return std::ranges::find(kUnread, code) != kUnread.end();
}

Result<CertificateFacts> check_response(const CaReply& reply, const ResponseQuestion& question,
                                        ChainChecker& chains, Crypto& crypto) {
    auto leaf = parse_certificate(reply.certificate);
    if (!leaf) {
        return pass(leaf, "check I1: the answer holds no certificate");
    }
    CaCertificates known(question.ca, question.anchors, question.now, question.own_certificates,
                         chains);
    auto checked =
        check_full(reply, *leaf, known, crypto)
            .and_then([&](auto) { return check_key(*leaf, question.key); })
            .and_then([&](auto) { return check_probe(*leaf, question.key, crypto); })
            .and_then([&](auto) { return check_chain(reply, question, chains); })
            .and_then([&](auto) { return check_issuer(*leaf, question.ca, known, crypto); })
            .and_then([&](auto) { return check_template(*leaf, question.wanted); })
            .and_then([&](auto) { return check_dates(*leaf, question.now); })
            .and_then([&](auto) { return check_type(*leaf, question.wanted); })
            .and_then([&](auto) { return check_archival(reply, question.archived_key_hash); });
    if (!checked) {
        if (is_undecided(known.problem())) {
            checked.error().code = known.problem();
        }
        return pass(checked);
    }
    if (question.note && !known.note().empty()) {
        question.note(known.note());
    }
    return leaf;
}

Done check_standing(const CaReply& reply, const StandingQuestion& question, ChainChecker& chains,
                    Crypto& crypto) {
    if (!reply.full_problem.empty()) {
        return fail(kInvalidData, "check I1: " + reply.full_problem);
    }
    if (!reply.full) {
        return done();
    }
    CaCertificates known(question.ca, question.anchors, question.now, question.own_certificates,
                         chains);
    return check_status(reply, *reply.full).and_then([&](auto) {
        return check_signature(*reply.full, nullptr, known, crypto);
    });
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
