// The answer of a Windows CA, judged with this platform's real cryptography.
#include "ca-client/full_response.h"
#include "engine/full_response_check.h"
#include "engine/signature_scheme.h"
#include "stores/crypto.h"
#include "tests/ca-client/cmc/response_builder.h"
#include "tests/support/fake_ports.h"

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

using namespace engine;

// Read from the sample: root, subordinate CA and leaf, in this order.
struct Sample {
    std::unique_ptr<Crypto> crypto = stores::make_crypto();
    FullResponse full = read_full_response(windows_response()).value();
    CertificateFacts leaf = parse_certificate(full.certificates.at(2)).value();
    EnrollmentService ca{.name = "FB_EntSubCA",
                         .dns_host = "ca.example.test",
                         .certificates = {full.certificates.at(1)}};
    Anchors anchors{};
    test::FakeChainChecker chains{};

    Done signature(const CertificateFacts* of) {
        CaCertificates known(ca, anchors, Time{}, {}, chains);
        return check_signature(full, of, known, *crypto);
    }
    std::string refusal() {
        const Done said = signature(&leaf);
        return said ? std::string() : said.error().context;
    }
};

TEST_CASE("a Windows CA's full answer passes every check",
          "[full_response][I2][I3][I4][I8][I12][MS-WSTEP:4]") {
    Sample sample;
    CHECK(check_status({.disposition = Disposition::issued}, sample.full));
    CHECK(sample.signature(&sample.leaf));
    CHECK(sample.signature(nullptr));
    CHECK(check_issued_hash(sample.full, sample.leaf, *sample.crypto));
    CHECK(check_archived_key(sample.full, {}));
    const auto issuer = parse_certificate(sample.ca.certificates.front()).value();
    CHECK(signature_of(sample.leaf.der, issuer.public_key_info, *sample.crypto) == Signature::good);
}

TEST_CASE("one changed octet anywhere in what is signed is seen", "[full_response][I3][hostile]") {
    Sample sample;
    const auto spoil = [&](Bytes& octets, const char* sentence) {
        for (std::size_t at = 0; at < octets.size(); ++at) {
            octets[at] ^= 1;
            CHECK(sample.refusal() == sentence);
            octets[at] ^= 1;
        }
    };
    spoil(sample.full.content, "check I3: the full answer is not the one that was signed");
    spoil(sample.full.message_digest, "check I3: the full answer is not the one that was signed");
    spoil(sample.full.signed_octets, "check I3: the signature of the full answer is wrong");
    spoil(sample.full.signature, "check I3: the signature of the full answer is wrong");
    CHECK(sample.refusal().empty());
}

TEST_CASE("the same answer under another CA's name is refused", "[full_response][I3][I4]") {
    Sample sample;
    const CertificateFacts root = parse_certificate(sample.full.certificates.at(0)).value();
    SECTION("the directory lists only the root") {
        sample.ca.certificates = {root.der};
        CHECK(sample.refusal() ==
              "check I3: the full answer is signed by the certificate with serial number "
              "610c7cdc000000000002, which is none of the CA's");
    }
    SECTION("the certificate is not of the key that signed the answer") {
        CHECK(sample.signature(&root).error().context ==
              "check I3: the key that signed the full answer did not sign the certificate");
    }
    SECTION("the digest is said to be another one") {
        sample.full.digest_oid = "2.16.840.1.101.3.4.2.1";
        CHECK(sample.refusal() == "check I3: the full answer is not the one that was signed");
    }
    SECTION("the hash is of another certificate") {
        CHECK(check_issued_hash(sample.full, root, *sample.crypto).error().context ==
              "check I4: the full answer is about another certificate");
    }
}

}  // namespace
}  // namespace ae::ca
