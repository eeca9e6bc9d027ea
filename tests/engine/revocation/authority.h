// An authority with fake keys, a certificate of it, and the lists and answers that it signs.
#pragma once

#include "engine/revocation.h"
#include "tests/support/fake_crypto.h"
#include "tests/support/revocation_messages.h"

#include <chrono>

#include <catch2/catch.hpp>

namespace ae::test {

inline const Time kNow = *time_from_string("2026-06-01T12:00:00Z");
inline constexpr std::int64_t kSerial = 77;

inline engine::CertificateFacts facts_of(const Bytes& certificate) {
    auto facts = engine::parse_certificate(certificate);
    if (!facts) {
        throw std::runtime_error(facts.error().sentence());
    }
    return *std::move(facts);
}

inline engine::Crl read(const Bytes& list) {
    auto crl = engine::parse_crl(list);
    if (!crl) {
        throw std::runtime_error(crl.error().sentence());
    }
    return *std::move(crl);
}

struct Authority {
    // Certificates of this authority: valid from a day ago for a year.
    Bytes issue(const std::string& subject, const engine::PrivateKey& subject_key, Role role,
                const std::vector<Bytes>& extensions, std::int64_t serial = kSerial) {
        return make_certificate({.subject = subject,
                                 .issuer = name,
                                 .public_key_info = copy(subject_key.public_key_info()),
                                 .serial = serial,
                                 .not_before = kNow - std::chrono::hours(24),
                                 .not_after = kNow + std::chrono::hours(24 * 365),
                                 .role = role,
                                 .extensions = extensions},
                                key);
    }
    [[nodiscard]] engine::CertificateFacts certificate(
        Role role = Role::end_entity, const std::vector<Bytes>& extensions = {
                                          crl_points({"http://pki.corp.example.test/a.crl"})}) {
        return facts_of(issue("ws1", machine_key, role, extensions));
    }
    [[nodiscard]] engine::CertificateFacts self(const std::vector<Bytes>& extensions = {}) {
        return facts_of(issue(name, key, Role::authority, extensions, 1));
    }
    // Made an hour ago, good for a day.
    [[nodiscard]] CrlSpec list(const std::vector<CrlEntrySpec>& entries = {},
                               const std::vector<Bytes>& extensions = {}) const {
        return {.issuer = name,
                .this_update = kNow - std::chrono::hours(1),
                .next_update = kNow + std::chrono::hours(23),
                .entries = entries,
                .extensions = extensions};
    }
    [[nodiscard]] engine::Crl crl(const CrlSpec& spec) { return read(make_crl(spec, key)); }

    std::string name = "Corp Root CA";
    FakeKey key{"root", engine::KeyAlgorithm::ecdsa_p256};
    FakeKey machine_key{"machine", engine::KeyAlgorithm::ecdsa_p256};
    FakeCrypto crypto;
};

inline CrlEntrySpec entry_of(std::int64_t serial, std::optional<int> reason = {}) {
    return {.serial = serial, .revoked = kNow - std::chrono::hours(30), .reason = reason};
}

}  // namespace ae::test
