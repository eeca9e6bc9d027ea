// Lists of revoked certificates and OCSP answers as an authority signs them, and the extensions of
// certificates that lead to them; written with the project's own DER writer and signed through
// ports.h, so that the same tests run on every platform, with fake keys and with real ones.
#pragma once

#include "engine/certificate.h"
#include "engine/ocsp.h"
#include "engine/ports.h"
#include "tests/contract/test_certificates.h"

#include <optional>
#include <string>
#include <vector>

namespace ae::test {

struct CrlEntrySpec {
    std::int64_t serial = 0;
    Time revoked{};
    std::optional<int> reason{};
    std::vector<Bytes> extensions{};
};

struct CrlSpec {
    std::string issuer = "Corp Root CA";
    Time this_update{};
    std::optional<Time> next_update{};
    std::vector<CrlEntrySpec> entries{};
    std::vector<Bytes> extensions{};  // whole
};
Bytes make_crl(const CrlSpec& spec, engine::PrivateKey& key);

struct OcspSpec {
    engine::OcspCertificateId id{};
    engine::OcspState state = engine::OcspState::good;
    Time revoked{};
    std::optional<int> reason{};
    Time this_update{};
    std::optional<Time> next_update{};
    std::optional<Time> produced{};  // nothing: with this_update
    std::string responder_name{};    // empty: by key
    Bytes responder_key_hash{};
    std::vector<Bytes> extensions{};         // whole
    std::vector<Bytes> single_extensions{};  // whole
    std::vector<Bytes> certificates{};
};
Bytes make_ocsp_answer(const OcspSpec& spec, engine::PrivateKey& key);
Bytes make_ocsp_refusal(std::uint8_t status);
Bytes nonce_extension(ByteView nonce);
// What a question asks for; fails the caller's test by an exception when it is none.
engine::OcspQuestion read_ocsp_question(ByteView request);

Bytes distribution_points(const std::vector<std::string>& urls);  // the value
Bytes crl_number(std::int64_t number);                            // whole extensions
Bytes delta_indicator(std::int64_t base);
Bytes crl_points(const std::vector<std::string>& urls);
Bytes freshest_points(const std::vector<std::string>& urls);
Bytes responder_at(const std::string& url);
Bytes next_publish_at(Time time);
Bytes key_usage(std::uint8_t bits);
Bytes extended_key_usage(const std::string& oid);

}  // namespace ae::test
