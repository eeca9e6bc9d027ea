// Full CMC requests, octet by octet as far as rules speak of them.
#include "engine/base/der.h"
#include "engine/base/hresult_table.h"
#include "tests/ca-client/cms/request_world.h"

#include <algorithm>

namespace ae::ca {
namespace {

using engine::HashAlgorithm;
using engine::KeyAlgorithm;
using engine::RsaPadding;

constexpr const char* kContentType = "1.2.840.113549.1.9.3";
constexpr const char* kMessageDigest = "1.2.840.113549.1.9.4";
constexpr const char* kRenewalCertificate = "1.3.6.1.4.1.311.13.1";
constexpr const char* kClientInfo = "1.3.6.1.4.1.311.21.20";
constexpr const char* kKeyHash = "1.3.6.1.4.1.311.21.21";
constexpr const char* kArchivedKey = "1.3.6.1.4.1.311.21.13";
constexpr const char* kPkiData = "1.3.6.1.5.5.7.12.2";
const Bytes kRsa = der::sequence({der::oid("1.2.840.113549.1.1.1"), der::null()});

// The signed attributes are the two that RFC 5652 5.3 demands, over this content.
void check_attributes(const ReadSigner& signer) {
    REQUIRE(signer.signed_attributes.size() == 2);
    CHECK(*find(signer.signed_attributes, kContentType) == der::oid(kPkiData));
    // FixedCrypto's digest of anything
    CHECK(*find(signer.signed_attributes, kMessageDigest) == der::octet_string(Bytes(20, 0x11)));
}

// A certificate with a key that remembers what it signed.
struct Other {
    explicit Other(std::uint8_t serial, KeyAlgorithm algorithm = KeyAlgorithm::rsa) {
        parts.serial_number.back() = serial;
        auto own = std::make_unique<FixedKey>(algorithm);
        own->signature_ = Bytes{0x77};
        key = own.get();
        signer = signer_of(parts, std::move(own));
    }
    CertificateParts parts = old_parts();
    FixedKey* key = nullptr;
    engine::Signer signer{};
};

}  // namespace

TEST_CASE("around the request stands what Windows writes there",
          "[cmc][MS-WCCE:3.1.1.4.3.1.3][RFC2797:3]") {
    // The tags of a request that certreq of Windows Server 2019 made (SHA-1, no name-value pairs).
    RequestWorld world;
    world.wanted.hash_algorithm = "SHA1";
    world.machine.clear();
    world.server.dns_name.clear();
    const auto request = world.build();
    CHECK(outline(request.octets) ==
          "SEQUENCE(OID(1.2.840.113549.1.7.2) [0](SEQUENCE("
          "INTEGER(3) SET(SEQUENCE(OID(1.3.14.3.2.26) NULL)) "
          "SEQUENCE(OID(1.3.6.1.5.5.7.12.2) [0](OCTETS)) "
          "SET(SEQUENCE(INTEGER(3) [0] SEQUENCE(OID(1.3.14.3.2.26) NULL) "
          "[0](SEQUENCE(OID(1.2.840.113549.1.9.3) SET(OID(1.3.6.1.5.5.7.12.2))) "
          "SEQUENCE(OID(1.2.840.113549.1.9.4) SET(OCTETS))) "
          "SEQUENCE(OID(1.2.840.113549.1.1.1) NULL) OCTETS)))))");
    const auto data = read_pki_data(read_signed_data(request.octets).content);
    CHECK(data.controls ==
          std::vector<std::pair<std::int64_t, std::string>>{{2, "1.3.6.1.4.1.311.10.10.1"}});
    CHECK(data.attributes_are_of == std::vector<std::int64_t>{1});
    CHECK(data.request_part == 1);
    REQUIRE(data.attributes.size() == 1);
    CHECK(data.attributes[0].first == kClientInfo);
    // Windows' CMC says who asks in both places, with the same octets.
    CHECK(read_request(data.request).values(kClientInfo) ==
          std::vector<Bytes>{data.attributes[0].second});
}

SCENARIO("a new request is signed by the new key", "[cmc][MS-WCCE:3.1.1.4.3.1.3]") {
    GIVEN("a template of version 2 and a key") {
        RequestWorld world;
        WHEN("the request is built") {
            const auto message = world.message();
            const auto data = read_pki_data(message.content);
            const auto request = read_request(data.request);
            REQUIRE(message.signers.size() == 1);
            const ReadSigner& signer = message.signers[0];
            THEN("the signer is named by the identifier that the request asks for") {
                CHECK(signer.version == 3);
                CHECK(signer.key_identifier == Bytes(20, 0x11));
                CHECK(request.extension("2.5.29.14")->value ==
                      der::octet_string(signer.key_identifier));
                CHECK(message.certificates.empty());
            }
            THEN("the key signed the PKCS #10 and then the attributes as a SET OF") {
                CHECK(world.key.messages == std::vector<Bytes>{request.info, signer.signed_octets});
                CHECK(signer.signature == Bytes{0x5A, 0x5A, 0x5A, 0x5A});
                check_attributes(signer);
                CHECK(signer.unsigned_attributes.empty());
            }
            THEN("body parts are distinct and not zero") {
                CHECK(data.request_part == 1);
                CHECK(data.controls ==
                      std::vector<std::pair<std::int64_t, std::string>>{
                          {2, "1.3.6.1.4.1.311.10.10.1"}, {3, "1.3.6.1.5.5.7.7.18"}});
            }
            THEN("the request is the one that PKCS #10 alone would be") {
                CHECK(data.request ==
                      build_pkcs10(input_for(world.wanted), world.key, world.crypto));
            }
        }
    }
}

SCENARIO("a renewal has two signers", "[cmc][renewal][MS-WCCE:3.1.1.4.3.2.2]") {
    GIVEN("a certificate with its key, and a new key") {
        Other old(0x31, KeyAlgorithm::ecdsa_p256);
        RequestWorld world;
        world.predecessor = &old.signer;
        WHEN("the renewal is built") {
            const auto message = world.message();
            REQUIRE(message.signers.size() == 2);
            const ReadSigner& first = message.signers[0];
            const ReadSigner& second = message.signers[1];
            THEN("the first is the new key, the second the old certificate's") {
                CHECK(first.version == 3);
                CHECK(first.key_identifier == Bytes(20, 0x11));
                CHECK(first.signature_algorithm == kRsa);
                CHECK(second.version == 1);
                CHECK(second.issuer == old.parts.issuer);
                CHECK(second.serial_number == old.parts.serial_number);
                CHECK(to_hex(second.signature_algorithm) == "300a06082a8648ce3d040302");
                CHECK(second.signature == Bytes{0x77});
            }
            THEN("both signed the same attributes") {
                check_attributes(first);
                check_attributes(second);
                CHECK(old.key->messages == std::vector<Bytes>{second.signed_octets});
                CHECK(message.digest_algorithms == std::vector<Bytes>{first.digest_algorithm});
            }
            THEN("the old certificate is in the bag and in the request") {
                CHECK(message.certificates == std::vector<Bytes>{old.signer.certificate});
                CHECK(read_request(read_pki_data(message.content).request)
                          .values(kRenewalCertificate) ==
                      std::vector<Bytes>{old.signer.certificate});
            }
        }
    }
}

TEST_CASE("a renewal in CMC carries names over where the template says so, and only there",
          "[cmc][renewal][MS-WCCE:3.1.2.4.2.2.2.10]") {
    namespace flag = engine::name_flag;
    struct Case {
        std::uint32_t flags;
        bool carried;
    };
    Other old(0x31);
    for (const Case& row :
         {Case{flag::kEnrolleeSuppliesSubject | flag::kOldCertificateSuppliesNames, true},
          Case{flag::kEnrolleeSuppliesAltName | flag::kOldCertificateSuppliesNames, true},
          Case{flag::kEnrolleeSuppliesSubject, false},
          Case{flag::kOldCertificateSuppliesNames, false}, Case{0, false}}) {
        CAPTURE(row.flags);
        RequestWorld world;
        world.wanted.name_flags = row.flags;
        world.predecessor = &old.signer;
        const auto request = read_request(world.data().request);
        CHECK(request.subject == (row.carried ? old.parts.subject : der::sequence({})));
        CHECK((request.extension("2.5.29.17") != nullptr) == row.carried);
    }
}

TEST_CASE("a certificate of one's own vouches as second signer", "[cmc][E6][MS-WCCE:3.1.2.4.2.1]") {
    Other authority(0x32);
    RequestWorld world;
    world.authority = &authority.signer;
    const auto message = world.message();
    REQUIRE(message.signers.size() == 2);
    CHECK(message.signers[0].key_identifier == Bytes(20, 0x11));
    CHECK(message.signers[1].serial_number == authority.parts.serial_number);
    CHECK(message.signers[1].signature == Bytes{0x77});
    CHECK(message.certificates == std::vector<Bytes>{authority.signer.certificate});
    check_attributes(message.signers[1]);
}

TEST_CASE("the new key signs in the alternate format, other keys in their usual one",
          "[cmc][MS-WCCE:3.1.2.4.2.2.2.8][RFC4056:3]") {
    Other old(0x31);
    RequestWorld world;
    world.wanted.private_key_flags = engine::private_key_flag::kAlternateSignatureAlgorithm;
    world.predecessor = &old.signer;
    const auto message = world.message();
    CHECK(world.key.paddings == std::vector{RsaPadding::pss, RsaPadding::pss});
    CHECK(old.key->paddings == std::vector{RsaPadding::pkcs1});
    CHECK(to_hex(message.signers[0].signature_algorithm).starts_with("304106092a864886f70d01010a"));
    CHECK(message.signers[1].signature_algorithm == kRsa);

    // X9.62's form is for the PKCS #10; a SignerInfo names what RFC 5753 2.1.1 names.
    RequestWorld curve;
    curve.wanted = world.wanted;
    curve.key = FixedKey(KeyAlgorithm::ecdsa_p384);
    const auto signer = curve.message().signers[0];
    CHECK(to_hex(signer.signature_algorithm) == "300a06082a8648ce3d040302");
}

TEST_CASE("a key that does not sign gives its digests, and signs nothing",
          "[cmc][MS-WCCE:2.2.2.6.5][RFC2797:3.3.3.1]") {
    RequestWorld world;
    world.key.signs_ = false;
    const auto message = world.message();
    REQUIRE(message.signers.size() == 1);
    const ReadSigner& signer = message.signers[0];
    CHECK(to_hex(signer.signature_algorithm) == "300c06082b060105050706020500");
    CHECK(signer.signature == Bytes(20, 0x11));
    CHECK(world.crypto.digested.back() == std::pair(HashAlgorithm::sha256, signer.signed_octets));
    CHECK(signer.key_identifier == Bytes(20, 0x11));
    CHECK(read_request(read_pki_data(message.content).request).signature_oid ==
          "2.16.840.1.101.3.4.2.1");
    CHECK(world.key.messages.empty());
}

SCENARIO("a key is archived with the request", "[cmc][archival][MS-WCCE:3.1.1.4.3.6.1]") {
    GIVEN("a template, a key that its store gives out, and the CA's exchange certificate") {
        RequestWorld world;
        CertificateParts exchange = old_parts();
        exchange.serial_number.back() = 0x55;
        world.exchange = certificate_of(exchange);
        Other old(0x31);
        world.predecessor = &old.signer;
        WHEN("the request is built") {
            const auto request = world.build();
            const auto message = read_signed_data(request.octets);
            const auto data = read_pki_data(message.content);
            THEN("the encrypted key hangs on the first signer, unsigned, and on no other") {
                REQUIRE(message.signers.size() == 2);
                REQUIRE(message.signers[0].unsigned_attributes.size() == 1);
                CHECK(message.signers[0].unsigned_attributes[0].first == kArchivedKey);
                CHECK(message.signers[1].unsigned_attributes.empty());
            }
            THEN("it is EnvelopedData for the exchange certificate") {
                const Bytes& enveloped =
                    *find(message.signers[0].unsigned_attributes, kArchivedKey);
                CHECK(outline(enveloped) ==
                      "SEQUENCE(OID(1.2.840.113549.1.7.3) [0](SEQUENCE(INTEGER(0) "
                      "SET(SEQUENCE(INTEGER(0) "
                      "SEQUENCE(SEQUENCE(SET(SEQUENCE(OID(2.5.4.3) TEXT))) INTEGER) "
                      "SEQUENCE(OID(1.2.840.113549.1.1.1) NULL) OCTETS)) "
                      "SEQUENCE(OID(1.2.840.113549.1.7.1) "
                      "SEQUENCE(OID(2.16.840.1.101.3.4.1.42) OCTETS) [0]))))");
            }
            THEN("the hash of it stands beside the client's name, and is what the answer repeats") {
                REQUIRE(data.attributes.size() == 2);
                CHECK(*find(data.attributes, kKeyHash) ==
                      der::octet_string(request.archived_key_hash));
                CHECK(find(data.attributes, kClientInfo) != nullptr);
                const Bytes& enveloped =
                    *find(message.signers[0].unsigned_attributes, kArchivedKey);
                CHECK(std::ranges::count(world.crypto.digested,
                                         std::pair(HashAlgorithm::sha256, enveloped)) == 1);
                CHECK(data.controls.size() == 2);  // no control of its own
            }
        }
    }
}

TEST_CASE("without archival nothing of it is in the request", "[cmc][archival]") {
    RequestWorld world;
    world.wanted.private_key_flags = engine::private_key_flag::kRequireArchival;
    const auto request = world.build();
    CHECK(request.archived_key_hash.empty());
    const auto message = read_signed_data(request.octets);
    CHECK(message.signers[0].unsigned_attributes.empty());
    CHECK(find(read_pki_data(message.content).attributes, kKeyHash) == nullptr);
}

TEST_CASE("the template names the cipher of the archived key",
          "[archival][MS-WCCE:3.1.2.4.2.2.2.5][MS-CRTD:2.23.2]") {
    struct Case {
        const char* algorithm;
        std::uint32_t bits;
        const char* oid;  // null: not supported
    };
    constexpr const char* kAes128 = "2.16.840.1.101.3.4.1.2)";
    constexpr const char* kAes192 = "2.16.840.1.101.3.4.1.22)";
    constexpr const char* kAes256 = "2.16.840.1.101.3.4.1.42)";
    constexpr const char* kTripleDes = "1.2.840.113549.3.7)";
    for (const Case& row :
         {Case{"", 0, kAes256}, Case{"AES", 0, kAes256}, Case{"AES", 128, kAes128},
          Case{"aes", 192, kAes192}, Case{"AES", 256, kAes256}, Case{"3DES", 0, kTripleDes},
          Case{"3des", 168, kTripleDes}, Case{"3DES", 192, kTripleDes}, Case{"3DES", 112, nullptr},
          Case{"AES", 168, nullptr}, Case{"AES", 127, nullptr}, Case{"DES", 56, nullptr},
          Case{"RC2", 128, nullptr}, Case{"", 168, nullptr}}) {
        CAPTURE(row.algorithm, row.bits);
        RequestWorld world;
        world.exchange = certificate_of(old_parts());
        world.wanted.symmetric_algorithm = row.algorithm;
        world.wanted.symmetric_key_length = row.bits;
        const auto request = world.try_build();
        REQUIRE(request.has_value() == (row.oid != nullptr));
        if (row.oid == nullptr) {
            CHECK(request.error().code == kNotSupported);
            CHECK_FALSE(request.error().remedy.empty());
            continue;
        }
        const auto message = read_signed_data(request->octets);
        CHECK(outline(*find(message.signers[0].unsigned_attributes, kArchivedKey))
                  .find(std::string("OID(") + row.oid) != std::string::npos);
    }
}

TEST_CASE("what cannot be built says why in one sentence", "[cmc]") {
    const auto error = [](RequestWorld& world) {
        const auto request = world.try_build();
        REQUIRE_FALSE(request);
        return request.error();
    };
    {
        RequestWorld world;
        world.key.signature_ = fail(kAccessDenied, "the key store is closed");
        CHECK(error(world).context ==
              "request for template LabComputer: sign: the key store is closed");
    }
    {
        Other old(0x31);
        old.key->signature_ = fail(kAccessDenied, "the key store is closed");
        RequestWorld world;
        world.predecessor = &old.signer;
        CHECK(
            error(world).context ==
            "renewal for template LabComputer: sign with the key of the certificate to renew: the "
            "key store is closed");
        world.predecessor = nullptr;
        world.authority = &old.signer;
        CHECK(error(world).context ==
              "request for template LabComputer: sign with the key of the certificate that vouches "
              "for it: the key store is closed");
        CHECK(error(world).code == kAccessDenied);
    }
    {
        Other old(0x31);
        old.key->signs_ = false;
        RequestWorld world;
        world.predecessor = &old.signer;
        CHECK(error(world).code == kNotSupported);
        CHECK(
            error(world).context ==
            "renewal for template LabComputer: the key of the certificate to renew does not sign");
    }
    {
        Other authority(0x31);
        authority.signer.certificate.pop_back();
        RequestWorld world;
        world.authority = &authority.signer;
        CHECK(error(world).code == kInvalidData);
        CHECK(error(world).context.starts_with(
            "request for template LabComputer: the certificate that vouches for the request cannot "
            "be read: "));
    }
    {
        RequestWorld world;
        world.exchange = {0x30, 0x00};
        CHECK(error(world).code == kInvalidData);
        CHECK(error(world).context.starts_with(
            "request for template LabComputer: archive the key: the exchange certificate of the CA "
            "cannot be read: "));
        world.exchange = certificate_of(old_parts());
        world.key.blob_ = fail(kNotSupported, "the key store does not give this key out");
        CHECK(error(world).context ==
              "request for template LabComputer: archive the key: the key store does not give this "
              "key out");
    }
}

}  // namespace ae::ca
