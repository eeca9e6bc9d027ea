#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/pkcs10/renewal_fixture.h"

#include <catch2/catch.hpp>

namespace ae::ca {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;
using engine::Template;

constexpr const char* kRenewalCertificate = "1.3.6.1.4.1.311.13.1";
constexpr const char* kAlternativeNames = "2.5.29.17";
constexpr std::uint32_t kSubject = engine::name_flag::kEnrolleeSuppliesSubject;
constexpr std::uint32_t kAltName = engine::name_flag::kEnrolleeSuppliesAltName;
constexpr std::uint32_t kOldNames = engine::name_flag::kOldCertificateSuppliesNames;

engine::Signer old_signer(const CertificateParts& parts = old_parts()) {
    return signer_of(parts, std::make_unique<FixedKey>());
}

Result<Bytes> built(const Template& wanted, const engine::Signer& signer) {
    FixedKey key;
    FixedCrypto crypto;
    return build_renewal(input_for(wanted), key, signer, crypto);
}

ReadRenewal renewal_for(const Template& wanted, const CertificateParts& parts = old_parts()) {
    const auto octets = built(wanted, old_signer(parts));
    if (!octets) {
        FAIL(octets.error().sentence());
    }
    return read_renewal(*octets);
}

}  // namespace

SCENARIO("a renewal is signed by what it renews", "[renewal][MS-WCCE:3.1.1.4.3.2.1][RFC5652:5]") {
    GIVEN("a certificate, its key, and a new key") {
        const CertificateParts parts = old_parts();
        const Template wanted = computer_template();
        auto old_key = std::make_unique<FixedKey>();
        FixedKey* const old_signs = old_key.get();
        const engine::Signer signer = signer_of(parts, std::move(old_key));
        FixedKey key;
        key.public_key_info_.back() = 0x77;
        FixedCrypto crypto;
        WHEN("the renewal is built") {
            const auto octets = build_renewal(input_for(wanted), key, signer, crypto);
            REQUIRE(octets);
            const ReadRenewal renewal = read_renewal(*octets);
            THEN("it is plain data in the oldest form of SignedData") {
                CHECK(renewal.version == 1);
                CHECK(renewal.signer_version == 1);
                CHECK(renewal.content_type == "1.2.840.113549.1.7.1");
                CHECK(renewal.digest_algorithms == std::vector<Bytes>{renewal.signer_digest});
            }
            THEN("the old certificate is in the bag and names the signer, octet by octet") {
                CHECK(renewal.certificates == std::vector<Bytes>{signer.certificate});
                CHECK(renewal.issuer == parts.issuer);
                CHECK(renewal.serial_number == parts.serial_number);
            }
            THEN("the old key signed the request's octets and nothing else") {
                CHECK(old_signs->message == renewal.request);
                CHECK(old_signs->hashes == std::vector{HashAlgorithm::sha256});
                CHECK(renewal.signature == Bytes{0x5A, 0x5A, 0x5A, 0x5A});
            }
            THEN("the request inside is the new key's, and carries the old certificate once") {
                const ReadRequest request = read_request(renewal.request);
                CHECK(request.public_key_info == key.public_key_info_);
                CHECK(key.message == request.info);
                CHECK(request.values(kRenewalCertificate) ==
                      std::vector<Bytes>{signer.certificate});
                CHECK(request.attributes.size() == 7);
            }
        }
    }
}

TEST_CASE("a new request carries no certificate", "[renewal]") {
    FixedKey key;
    FixedCrypto crypto;
    const Template wanted = computer_template();
    const auto octets = build_pkcs10(input_for(wanted), key, crypto);
    REQUIRE(octets);
    CHECK(read_request(*octets).values(kRenewalCertificate).empty());
}

TEST_CASE(
    "names are carried over where the template lets the requester supply them, and only there",
    "[renewal][MS-WCCE:3.1.2.4.2.2.2.10]") {
    struct Case {
        std::uint32_t flags;
        bool carried;
    };
    for (const Case& row :
         {Case{kSubject | kOldNames, true}, Case{kAltName | kOldNames, true},
          Case{kSubject | kAltName | kOldNames, true}, Case{0, false}, Case{kOldNames, false},
          Case{kSubject, false}, Case{kAltName, false}, Case{0x18000000 | kOldNames, false}}) {
        CAPTURE(row.flags);
        Template wanted = computer_template();
        wanted.name_flags = row.flags;
        const ReadRequest request = read_request(renewal_for(wanted).request);
        const ReadExtension* names = request.extension(kAlternativeNames);
        CHECK(request.subject == (row.carried ? old_parts().subject : der::sequence({})));
        REQUIRE((names != nullptr) == row.carried);
        if (row.carried) {
            CHECK(names->value == general_names("ws1.corp.example.test"));
            CHECK_FALSE(names->critical);
        }
    }
}

TEST_CASE("carried names keep what the old certificate has, and the template says what is critical",
          "[renewal][MS-CRTD:2.11]") {
    Template wanted = computer_template();
    wanted.name_flags = kSubject | kOldNames;
    CertificateParts parts = old_parts();
    parts.extensions.pop_back();
    CHECK(read_request(renewal_for(wanted, parts).request).extension(kAlternativeNames) == nullptr);
    parts.extensions.clear();
    parts.version.clear();  // version 1 has neither
    CHECK(read_request(renewal_for(wanted, parts).request).subject == parts.subject);

    wanted.critical_extensions = {kAlternativeNames};
    CHECK(read_request(renewal_for(wanted).request).extension(kAlternativeNames)->critical);
}

TEST_CASE("a new request for a template with carried names stays without names",
          "[renewal][MS-WCCE:3.1.2.4.2.2.2.10]") {
    FixedKey key;
    FixedCrypto crypto;
    Template wanted = computer_template();
    wanted.name_flags = kSubject | kOldNames;
    const ReadRequest request = read_request(build_pkcs10(input_for(wanted), key, crypto).value());
    CHECK(to_hex(request.subject) == "3000");
    CHECK(request.extension(kAlternativeNames) == nullptr);
}

TEST_CASE("each signature names its own key's algorithm", "[renewal][RFC3370:3.2][RFC5754:3.3]") {
    struct Case {
        const char* name;
        HashAlgorithm hash;
        const char* digest;
        const char* ecdsa;
    };
    for (const Case& row :
         {Case{"", HashAlgorithm::sha256, "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"},
          Case{"SHA1", HashAlgorithm::sha1, "1.3.14.3.2.26", "1.2.840.10045.4.1"},
          Case{"SHA384", HashAlgorithm::sha384, "2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.3"},
          Case{"SHA512", HashAlgorithm::sha512, "2.16.840.1.101.3.4.2.3", "1.2.840.10045.4.3.4"}}) {
        CAPTURE(row.name);
        Template wanted = computer_template();
        wanted.hash_algorithm = row.name;
        for (const KeyAlgorithm old_algorithm :
             {KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p256, KeyAlgorithm::ecdsa_p521}) {
            auto old_key = std::make_unique<FixedKey>(old_algorithm);
            FixedKey* const old_signs = old_key.get();
            FixedKey key(KeyAlgorithm::ecdsa_p384);
            FixedCrypto crypto;
            const engine::Signer signer = signer_of(old_parts(), std::move(old_key));
            const ReadRenewal renewal =
                read_renewal(build_renewal(input_for(wanted), key, signer, crypto).value());
            CHECK(renewal.signer_digest == der::sequence({der::oid(row.digest), der::null()}));
            CHECK(renewal.signer_algorithm ==
                  (old_algorithm == KeyAlgorithm::rsa
                       ? der::sequence({der::oid("1.2.840.113549.1.1.1"), der::null()})
                       : der::sequence({der::oid(row.ecdsa)})));
            CHECK(old_signs->hashes == std::vector{row.hash});
            CHECK(read_request(renewal.request).signature_oid == row.ecdsa);
        }
    }
}

SCENARIO("our renewal for User says what the renewal of Windows says",
         "[renewal][MS-WSTEP:4][MS-WCCE:2.2.2.7.3]") {
    GIVEN("the renewal that Windows made in the sample, and the same certificate and key") {
        const ReadRenewal windows = read_renewal(data_file("wstep-user-renewal-cms", "CMS"));
        const ReadRequest their_request = read_request(windows.request);
        REQUIRE(windows.certificates.size() == 1);
        Template user;
        user.name = "User";
        user.hash_algorithm = "SHA1";
        // The client of 2009 carried the names over without being told to.
        user.name_flags = kSubject | kOldNames;
        auto old_key = std::make_unique<FixedKey>();
        old_key->public_key_info_ = [&] {
            const auto facts = view_certificate(windows.certificates[0], "it");
            REQUIRE(facts);
            return Bytes(facts->public_key_info.begin(), facts->public_key_info.end());
        }();
        const engine::Signer signer{.certificate = windows.certificates[0],
                                    .key = std::move(old_key)};
        FixedKey key;
        key.public_key_info_ = their_request.public_key_info;
        FixedCrypto crypto;
        WHEN("we build ours") {
            const auto octets = build_renewal(input_for(user), key, signer, crypto);
            REQUIRE(octets);
            const ReadRenewal ours = read_renewal(*octets);
            THEN("everything around the request is the same but for the signature") {
                CHECK(ours.version == windows.version);
                CHECK(ours.digest_algorithms == windows.digest_algorithms);
                CHECK(ours.content_type == windows.content_type);
                CHECK(ours.certificates == windows.certificates);
                CHECK(ours.signer_version == windows.signer_version);
                CHECK(ours.issuer == windows.issuer);
                CHECK(ours.serial_number == windows.serial_number);
                CHECK(ours.signer_digest == windows.signer_digest);
                CHECK(ours.signer_algorithm == windows.signer_algorithm);
            }
            THEN("subject, alternative name and the renewed certificate are the same octets") {
                const ReadRequest request = read_request(ours.request);
                CHECK(request.subject == their_request.subject);
                REQUIRE(request.extension(kAlternativeNames) != nullptr);
                REQUIRE(their_request.extension(kAlternativeNames) != nullptr);
                CHECK(request.extension(kAlternativeNames)->value ==
                      their_request.extension(kAlternativeNames)->value);
                CHECK(request.values(kRenewalCertificate) ==
                      their_request.values(kRenewalCertificate));
            }
        }
    }
}

TEST_CASE("what cannot be renewed says why in one sentence", "[renewal]") {
    const Template wanted = computer_template();
    const auto error = [&](const Template& asked, const engine::Signer& signer) {
        const auto renewal = built(asked, signer);
        REQUIRE_FALSE(renewal);
        return renewal.error();
    };

    engine::Signer no_certificate = old_signer();
    no_certificate.certificate = {0x30, 0x00};
    CHECK(error(wanted, no_certificate).code == kInvalidData);
    CHECK(error(wanted, no_certificate)
              .context.starts_with("renewal for template LabComputer: the certificate to renew "
                                   "cannot be read: "));

    auto mute = std::make_unique<FixedKey>();
    mute->signs_ = false;
    const Error agreement = error(wanted, signer_of(old_parts(), std::move(mute)));
    CHECK(agreement.code == kNotSupported);
    CHECK(agreement.context ==
          "renewal for template LabComputer: the key of the certificate to renew does not sign");

    CertificateParts other = old_parts();
    other.public_key_info.back() = 0x77;
    CHECK(error(wanted, old_signer(other)).code == kInvalidData);
    CHECK(error(wanted, old_signer(other)).context ==
          "renewal for template LabComputer: the key to sign with is not that of the certificate "
          "to renew");

    auto silent = std::make_unique<FixedKey>();
    silent->signature_ = fail(kAccessDenied, "the key store is closed");
    const Error closed = error(wanted, signer_of(old_parts(), std::move(silent)));
    CHECK(closed.code == kAccessDenied);
    CHECK(closed.context ==
          "renewal for template LabComputer: sign with the key of the certificate to renew: the "
          "key store is closed");

    Template unknown = wanted;
    unknown.hash_algorithm = "MD5";
    CHECK(error(unknown, old_signer()).code == kNotSupported);
    Template without_oid = wanted;
    without_oid.oid.clear();
    CHECK(error(without_oid, old_signer()).context ==
          "renewal for template LabComputer: \"\" in msPKI-Cert-Template-OID is no object "
          "identifier");
}

}  // namespace ae::ca
