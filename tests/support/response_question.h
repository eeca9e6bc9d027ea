// A question to response_check.h whose answer is good in every way until a test spoils one thing.
#pragma once

#include "engine/response_check.h"
#include "tests/support/builders.h"
#include "tests/support/fake_ports.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::test {

inline const std::string kCaName = "Corp Issuing CA 1";

// What a CA with this certificate and key signs about a leaf; none: under submission, or refused.
inline engine::FullResponse signed_answer(std::int64_t status, const Bytes& ca_certificate,
                                          const Bytes& leaf) {
    const engine::CertificateFacts signer = facts_of(ca_certificate);
    engine::FullResponse full;
    full.status = status;
    full.content = {0x30, 0x01, static_cast<std::uint8_t>(status)};
    full.digest_oid = "2.16.840.1.101.3.4.2.1";
    full.message_digest = fake_digest(full.content);
    full.signed_octets = full.message_digest;
    full.signature_oid = "1.2.840.113549.1.1.1";
    full.signature =
        fake_signature(signer.public_key_info, engine::HashAlgorithm::sha256, full.signed_octets);
    full.signer_issuer = signer.issuer_der;
    full.signer_serial = signer.serial;
    full.certificates = {ca_certificate};
    if (!leaf.empty()) {
        full.certificates.push_back(leaf);
        full.issued_hash = fake_digest(leaf);
    }
    return full;
}

struct Question {
    engine::Template wanted = autoenrolled("T");
    engine::EnrollmentService ca = service(1, {"T"});
    FakeKey key{"key", engine::KeyAlgorithm::rsa};
    FakeChainChecker chains{};
    engine::Anchors anchors{{root_certificate()}, {}};
    FakeCrypto crypto{};
    CertificateSpec leaf{};
    engine::CaReply reply{};
    Bytes archived_key_hash{};
    std::optional<Result<std::vector<Bytes>>> own_certificates{};
    int asked_for_certificates = 0;
    std::vector<std::string> notes{};

    Question() {
        chains.otherwise = engine::ChainStatus{};
        leaf.issuer = kCaName;
        leaf.issuer_key = ca_key(kCaName);
        leaf.subject_key.assign(key.public_key_info().begin(), key.public_key_info().end());
        leaf.not_before = kNow - std::chrono::minutes(5);
        leaf.not_after = kNow + 365 * kDay;
        leaf.template_oid = wanted.oid;
        reply.disposition = engine::Disposition::issued;
        reply.request_id = 17;
    }

    // The leaf as it stands now, and with it a full answer by the CA.
    engine::FullResponse& answer_in_full() {
        reply.certificate = make_certificate(leaf);
        reply.full =
            signed_answer(engine::cmc_status::kSuccess, ca.certificates.front(), reply.certificate);
        return *reply.full;
    }

    engine::AskForCertificates ask_for_certificates() {
        if (!own_certificates) {
            return {};
        }
        return [this] {
            ++asked_for_certificates;
            return *own_certificates;
        };
    }

    Result<engine::CertificateFacts> ask() {
        if (reply.certificate.empty()) {
            reply.certificate = make_certificate(leaf);
        }
        return check_response(
            reply,
            {wanted, ca, key, anchors, kNow, archived_key_hash, ask_for_certificates(),
             [this](const std::string& note) { notes.push_back(note); }},
            chains, crypto);
    }
};

}  // namespace ae::test
