#include "engine/key_choice.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

const std::vector<std::string> kHere = {
    "Microsoft RSA SChannel Cryptographic Provider",
    "Microsoft Enhanced Cryptographic Provider v1.0",
    "Microsoft Strong Cryptographic Provider",
    "Microsoft Software Key Storage Provider",
    "Microsoft Base DSS Cryptographic Provider",
    "Microsoft DH SChannel Cryptographic Provider",
    "Microsoft Base DSS and Diffie-Hellman Cryptographic Provider",
    "Acme Key Box"};

Template v2(std::vector<ProviderChoice> providers, std::uint32_t key_spec, std::uint32_t bits) {
    Template t = autoenrolled("T");
    t.providers = std::move(providers);
    t.default_key_spec = key_spec;
    t.minimal_key_size = bits;
    return t;
}

Template v4(std::string algorithm, std::uint32_t bits, std::string hash = {}) {
    Template t = autoenrolled("T");
    t.schema_version = 4;
    t.providers = {{1, "Microsoft Software Key Storage Provider"}};
    t.asymmetric_algorithm = std::move(algorithm);
    t.hash_algorithm = std::move(hash);
    t.minimal_key_size = bits;
    return t;
}

TEST_CASE("keys that this client makes", "[key][WCCE:3.1.2.4.2.2]") {
    struct Row {
        const char* what;
        Template wanted;
        KeyAlgorithm algorithm;
        unsigned bits;
        HashAlgorithm hash;
    };
    using enum KeyAlgorithm;
    const Row row = GENERATE(values<Row>({
        {"the template's length", v2({}, 1, 4096), rsa, 4096, HashAlgorithm::sha256},
        {"never below 2048", v2({}, 1, 1024), rsa, 2048, HashAlgorithm::sha256},
        {"rounded up to what providers accept", v2({}, 1, 2049), rsa, 2112, HashAlgorithm::sha256},
        {"16384 is the most", v2({}, 1, 16384), rsa, 16384, HashAlgorithm::sha256},
        {"a known provider for exchange",
         v2({{1, "Microsoft RSA SChannel Cryptographic Provider"}}, 1, 2048), rsa, 2048,
         HashAlgorithm::sha256},
        {"Schannel has nothing for signature, the next has",
         v2({{1, "Microsoft RSA SChannel Cryptographic Provider"},
             {2, "microsoft enhanced cryptographic provider V1.0"}},
            2, 2048),
         rsa, 2048, HashAlgorithm::sha256},
        {"nobody offers anything: RSA",
         v2({{1, "Microsoft RSA SChannel Cryptographic Provider"}}, 2, 2048), rsa, 2048,
         HashAlgorithm::sha256},
        {"an unknown provider is stepped over",
         v2({{1, "Contoso HSM"}, {2, "Microsoft Strong Cryptographic Provider"}}, 1, 2048), rsa,
         2048, HashAlgorithm::sha256},
        {"a DSS provider behind an RSA one",
         v2({{1, "Microsoft Enhanced Cryptographic Provider v1.0"},
             {3, "Microsoft Base DSS Cryptographic Provider"}},
            2, 2048),
         rsa, 2048, HashAlgorithm::sha256},
        {"DSS has nothing for exchange",
         v2({{1, "Microsoft Base DSS Cryptographic Provider"}}, 1, 2048), rsa, 2048,
         HashAlgorithm::sha256},
        {"an own provider makes RSA keys", v2({{1, "acme KEY box"}}, 2, 3072), rsa, 3072,
         HashAlgorithm::sha256},
        {"a provider that is here decides, not one that is not",
         v2({{1, "Microsoft Base Cryptographic Provider v1.0"},
             {2, "Microsoft Enhanced Cryptographic Provider v1.0"},
             {3, "Microsoft Base DSS Cryptographic Provider"}},
            2, 2048),
         rsa, 2048, HashAlgorithm::sha256},
        {"v4 without a name", v4("", 2048), rsa, 2048, HashAlgorithm::sha256},
        {"P-256", v4("ECDSA_P256", 256, "SHA256"), ecdsa_p256, 256, HashAlgorithm::sha256},
        {"P-384", v4("ecdsa_p384", 384, "sha384"), ecdsa_p384, 384, HashAlgorithm::sha384},
        {"P-521", v4("ECDSA_P521", 521, "SHA512"), ecdsa_p521, 521, HashAlgorithm::sha512},
        {"ECDH is a key on the same curve", v4("ECDH_P256", 256, "SHA1"), ecdsa_p256, 256,
         HashAlgorithm::sha1},
    }));
    INFO(row.what);
    const auto choice = choose_key(row.wanted, kHere);
    REQUIRE(std::holds_alternative<KeyChoice>(choice));
    const auto& chosen = std::get<KeyChoice>(choice);
    CHECK(chosen.key.algorithm == row.algorithm);
    CHECK(chosen.key.bits == row.bits);
    CHECK(chosen.key.template_name == "T");
    CHECK(chosen.hash == row.hash);
}

TEST_CASE("keys that this client does not make", "[key][E8]") {
    struct Row {
        Template wanted;
        KeyObstacle obstacle;
        const char* reason;
    };
    const Row row = GENERATE(values<Row>({
        {v2({{1, "Microsoft Base Smart Card Crypto Provider"}, {2, "Contoso HSM"}}, 1, 2048),
         KeyObstacle::provider,
         "none of its providers is here: Microsoft Base Smart Card Crypto Provider, Contoso "
         "HSM"},
        {v2({{1, "Microsoft Base DSS Cryptographic Provider"}}, 2, 1024), KeyObstacle::algorithm,
         "this client makes no DSA keys"},
        {v2({{1, "Microsoft DH SChannel Cryptographic Provider"}}, 1, 1024), KeyObstacle::algorithm,
         "this client makes no DH keys"},
        {v2({{1, "Microsoft Base DSS and Diffie-Hellman Cryptographic Provider"}}, 1, 1024),
         KeyObstacle::algorithm, "this client makes no DH keys"},
        {v2({{1, "Microsoft Base DSS and Diffie-Hellman Cryptographic Provider"}}, 2, 1024),
         KeyObstacle::algorithm, "this client makes no DSA keys"},
        {v2({{1, "Microsoft Base Cryptographic Provider v1.0"},
             {2, "Microsoft Base DSS Cryptographic Provider"}},
            2, 2048),
         KeyObstacle::algorithm, "this client makes no DSA keys"},
        {v2({}, 1, 16385), KeyObstacle::algorithm, "no RSA key has 16385 bits here"},
        {v2({}, 1, 0xFFFFFFFF), KeyObstacle::algorithm, "no RSA key has 4294967295 bits here"},
        {v4("DSA", 1024), KeyObstacle::algorithm, "this client makes no DSA keys"},
        {v4("ECDSA_P999", 999), KeyObstacle::algorithm, "this client makes no ECDSA_P999 keys"},
        {v4("ECDSA_P256", 257), KeyObstacle::algorithm,
         "ECDSA_P256 is shorter than the template's own minimum of 257 bits"},
        {v4("RSA", 2048, "MD5"), KeyObstacle::algorithm, "this client signs no request with MD5"},
    }));
    const auto choice = choose_key(row.wanted, kHere);
    REQUIRE(std::holds_alternative<KeyRefusal>(choice));
    CHECK(std::get<KeyRefusal>(choice).obstacle == row.obstacle);
    CHECK(std::get<KeyRefusal>(choice).reason == row.reason);
}

TEST_CASE("a v3 template names its algorithm, a v2 template never does", "[key]") {
    Template wanted = v4("ECDSA_P256", 256);
    wanted.schema_version = 3;
    const auto algorithm = [&] {
        const auto choice = choose_key(wanted, kHere);
        REQUIRE(std::holds_alternative<KeyChoice>(choice));
        return std::get<KeyChoice>(choice).key.algorithm;
    };
    CHECK(algorithm() == KeyAlgorithm::ecdsa_p256);
    wanted.private_key_flags = private_key_flag::kUseLegacyProvider;  // of v4 only
    CHECK(algorithm() == KeyAlgorithm::ecdsa_p256);
    wanted.schema_version = 2;
    CHECK(algorithm() == KeyAlgorithm::rsa);
}

TEST_CASE("a v4 template with the legacy flag takes its algorithm from the providers", "[key]") {
    Template wanted = v4("ECDSA_P256", 2048);
    wanted.private_key_flags = private_key_flag::kUseLegacyProvider;
    wanted.providers = {{1, "Microsoft RSA SChannel Cryptographic Provider"}};
    const auto choice = choose_key(wanted, kHere);
    REQUIRE(std::holds_alternative<KeyChoice>(choice));
    CHECK(std::get<KeyChoice>(choice).key.algorithm == KeyAlgorithm::rsa);
}

KeyRequest request_for(const Template& wanted) {
    const auto choice = choose_key(wanted, kHere);
    REQUIRE(std::holds_alternative<KeyChoice>(choice));
    return std::get<KeyChoice>(choice).key;
}

TEST_CASE("the key's providers are those of the template's list that are here and will do",
          "[key][E8]") {
    using Names = std::vector<std::string>;
    const std::string strong = "Microsoft Strong Cryptographic Provider";
    const std::string schannel = "Microsoft RSA SChannel Cryptographic Provider";
    const std::string dss = "Microsoft Base DSS Cryptographic Provider";
    const std::string storage = "Microsoft Software Key Storage Provider";
    CHECK(request_for(v2({{1, schannel}, {2, strong}}, 1, 2048)).providers ==
          Names{schannel, strong});
    CHECK(request_for(v2({{1, schannel}, {2, strong}}, 2, 2048)).providers == Names{strong});
    CHECK(request_for(v2({{1, "Contoso HSM"}, {2, strong}}, 1, 2048)).providers == Names{strong});
    CHECK(request_for(v2({{1, strong}, {2, dss}, {3, schannel}}, 1, 2048)).providers ==
          Names{strong, schannel});
    CHECK(request_for(v2({{1, strong}, {2, dss}}, 2, 2048)).providers == Names{strong});
    CHECK(request_for(v2({{1, schannel}}, 2, 2048)).providers.empty());
    CHECK(request_for(v2({}, 1, 2048)).providers.empty());
    CHECK(request_for(v4("ECDSA_P256", 256)).providers == Names{storage});
    Template several = v4("RSA", 2048);
    several.providers = {
        {1, "Microsoft Platform Crypto Provider"}, {2, "Acme Key Box"}, {3, storage}};
    CHECK(request_for(several).providers == Names{"Acme Key Box", storage});
}

TEST_CASE("what a template says of its keys reaches the key store", "[key][CRTD:2.27]") {
    Template wanted = v2({}, 1, 2048);
    CHECK(request_for(wanted).spec == KeySpec::exchange);
    CHECK(request_for(wanted).exportable == KeyExport::refused);
    CHECK(request_for(wanted).archival == KeyArchival::none);
    CHECK(request_for(wanted).purpose == KeyPurpose::signature);
    wanted.default_key_spec = 2;
    wanted.private_key_flags = private_key_flag::kExportable;
    wanted.key_security_descriptor = "D:P(A;;GA;;;SY)";
    wanted.cng_key_usage = 2;
    CHECK(request_for(wanted).spec == KeySpec::signature);
    CHECK(request_for(wanted).exportable == KeyExport::allowed);
    CHECK(request_for(wanted).security_descriptor == "D:P(A;;GA;;;SY)");
    CHECK_FALSE(request_for(wanted).cng_usage);  // of key storage providers only
    wanted.schema_version = 3;
    CHECK(request_for(wanted).spec == KeySpec::none);
    CHECK(request_for(wanted).cng_usage == 2U);
}

TEST_CASE("an ECDH key is one that others agree on keys with", "[key][WCCE:2.2.2.6.5]") {
    for (const char* const name : {"ECDH_P256", "ECDH_P384", "ECDH_P521"}) {
        CHECK(request_for(v4(name, 0)).purpose == KeyPurpose::agreement);
    }
    for (const char* const name : {"ECDSA_P256", "ECDSA_P384", "ECDSA_P521", "RSA"}) {
        CHECK(request_for(v4(name, 0)).purpose == KeyPurpose::signature);
    }
}

Template flagged(Template wanted, std::uint32_t flags) {
    wanted.private_key_flags |= flags;
    return wanted;
}

std::string refusal_of(const Template& wanted) {
    const auto choice = choose_key(wanted, kHere);
    const auto* refusal = std::get_if<KeyRefusal>(&choice);
    return refusal == nullptr ? std::string() : refusal->reason;
}

TEST_CASE("a key that is to be archived is made so that it can be, and is an RSA key",
          "[key][E8][WCCE:3.1.2.4.2.2.2.8]") {
    using namespace private_key_flag;
    CHECK(request_for(flagged(v2({}, 1, 2048), kRequireArchival)).archival == KeyArchival::once);
    const KeyRequest both =
        request_for(flagged(v4("RSA", 2048), kRequireArchival | kExportable | kSameKeyRenewal));
    CHECK(both.archival == KeyArchival::once);
    CHECK(both.exportable == KeyExport::allowed);
    CHECK(refusal_of(flagged(v4("ECDH_P256", 256), kRequireArchival)) ==
          "private-key archival is for RSA keys only, and it wants ECDH_P256");
    CHECK(refusal_of(flagged(v4("ECDSA_P384", 384), kRequireArchival)) ==
          "private-key archival is for RSA keys only, and it wants ECDSA_P384");
}

TEST_CASE("a renewal with the same key archives it again only where it may be exported",
          "[key][WCCE:3.1.2.4.2.2.2.8]") {
    using namespace private_key_flag;
    struct Row {
        std::uint32_t flags;
        KeyArchival new_key;
        KeyArchival renewal;
    };
    using enum KeyArchival;
    for (const Row& row :
         {Row{0, none, none}, Row{kExportable | kSameKeyRenewal, none, none},
          Row{kRequireArchival, once, once}, Row{kRequireArchival | kExportable, once, once},
          Row{kRequireArchival | kSameKeyRenewal, once, none},
          Row{kRequireArchival | kSameKeyRenewal | kExportable, once, once}}) {
        INFO(row.flags);
        const Template wanted = flagged(v2({}, 1, 2048), row.flags);
        CHECK(archival_of(wanted, Occasion::enroll) == row.new_key);
        CHECK(archival_of(wanted, Occasion::renew) == row.renewal);
    }
}

TEST_CASE("the alternate signature format needs a key storage provider, where it means anything",
          "[key][E8][WCCE:3.1.2.4.2.2.2.8]") {
    using namespace private_key_flag;
    const std::string reason =
        "a provider of the older kind makes no signatures in the alternate format (RSASSA-PSS)";
    CHECK(refusal_of(flagged(v2({}, 1, 2048), kAlternateSignatureAlgorithm)) == reason);
    CHECK(refusal_of(flagged(v4("RSA", 2048), kAlternateSignatureAlgorithm | kUseLegacyProvider)) ==
          reason);
    CHECK(refusal_of(flagged(v4("RSA", 2048), kAlternateSignatureAlgorithm)).empty());
    CHECK(refusal_of(flagged(v4("ECDSA_P256", 256), kAlternateSignatureAlgorithm)).empty());
}

}  // namespace
}  // namespace ae::engine
