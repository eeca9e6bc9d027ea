// What the AlgorithmIdentifier of a signature means for Crypto.
#include "engine/signature_scheme.h"

#include "engine/base/der.h"
#include "tests/support/fake_certificate.h"

#include <functional>

#include <catch2/catch.hpp>

namespace ae::engine {
namespace {

using namespace test;

constexpr const char* kPss = "1.2.840.113549.1.1.10";
constexpr const char* kMgf1 = "1.2.840.113549.1.1.8";
constexpr const char* kSha1 = "1.3.14.3.2.26";
constexpr const char* kSha256 = "2.16.840.1.101.3.4.2.1";
constexpr const char* kSha384 = "2.16.840.1.101.3.4.2.2";
constexpr const char* kSha512 = "2.16.840.1.101.3.4.2.3";

// RFC 4055 3.1; an empty part stands for its default.
struct PssParts {
    std::string hash = kSha256;
    std::string mask = kSha256;
    std::string mask_function = kMgf1;
    std::int64_t salt = 32;
    std::int64_t trailer = 0;  // absent
};

Bytes algorithm(const std::string& oid) { return der::sequence({der::oid(oid), der::null()}); }

Bytes pss(const PssParts& parts) {
    Bytes content;
    const auto add = [&](unsigned number, const Bytes& value) {
        const Bytes part = der::write(der::context_constructed(number), value);
        content.insert(content.end(), part.begin(), part.end());
    };
    if (!parts.hash.empty()) {
        add(0, algorithm(parts.hash));
    }
    if (!parts.mask.empty()) {
        add(1, der::sequence({der::oid(parts.mask_function), algorithm(parts.mask)}));
    }
    if (parts.salt >= 0) {
        add(2, der::integer(parts.salt));
    }
    if (parts.trailer != 0) {
        add(3, der::integer(parts.trailer));
    }
    return der::write(der::Tag::sequence, content);
}

std::optional<SignatureScheme> scheme(const char* oid, ByteView parameters = {},
                                      std::optional<HashAlgorithm> digest = {}) {
    return scheme_of({oid, parameters}, digest);
}

TEST_CASE("an algorithm's name tells digest and padding", "[I3][I8][signature]") {
    struct Row {
        const char* oid;
        HashAlgorithm hash;
    };
    const Row row = GENERATE(values<Row>({
        {"1.2.840.113549.1.1.5", HashAlgorithm::sha1},
        {"1.2.840.113549.1.1.11", HashAlgorithm::sha256},
        {"1.2.840.113549.1.1.12", HashAlgorithm::sha384},
        {"1.2.840.113549.1.1.13", HashAlgorithm::sha512},
        {"1.2.840.10045.4.1", HashAlgorithm::sha1},
        {"1.2.840.10045.4.3.2", HashAlgorithm::sha256},
        {"1.2.840.10045.4.3.3", HashAlgorithm::sha384},
        {"1.2.840.10045.4.3.4", HashAlgorithm::sha512},
    }));
    const auto read = scheme(row.oid, {}, HashAlgorithm::sha1);
    REQUIRE(read);
    CHECK(read->hash == row.hash);
    CHECK(read->padding == RsaPadding::pkcs1);
}

TEST_CASE("a name without a digest takes the signer's", "[I3][signature][RFC5652:5.3]") {
    const char* oid = GENERATE("1.2.840.113549.1.1.1", "1.2.840.10045.2.1");
    CHECK(scheme(oid, {}, HashAlgorithm::sha384)->hash == HashAlgorithm::sha384);
    CHECK_FALSE(scheme(oid));
}

TEST_CASE("X9.62's form names its digest beside it", "[I3][I8][signature]") {
    CHECK(scheme("1.2.840.10045.4.3", algorithm(kSha384))->hash == HashAlgorithm::sha384);
    CHECK_FALSE(scheme("1.2.840.10045.4.3", {}, HashAlgorithm::sha256));
    CHECK_FALSE(scheme("1.2.840.10045.4.3", algorithm("1.2.3")));
}

TEST_CASE("an unknown algorithm is not understood", "[I3][I8][signature]") {
    CHECK_FALSE(scheme("1.2.840.113549.1.1.4", {}, HashAlgorithm::sha256));  // with MD5
    CHECK_FALSE(scheme("", {}, HashAlgorithm::sha256));
    CHECK_FALSE(hash_of("1.2.840.113549.2.5"));
}

TEST_CASE("RSASSA-PSS is understood with one digest and a salt of its length",
          "[I3][I8][signature][RFC4055:3.1]") {
    struct Row {
        const char* what;
        PssParts parts;
        std::optional<HashAlgorithm> hash;
    };
    const Row row = GENERATE(values<Row>({
        {"all defaults", {"", "", kMgf1, -1}, HashAlgorithm::sha1},
        {"SHA-1 spelt out", {kSha1, kSha1, kMgf1, 20, 1}, HashAlgorithm::sha1},
        {"SHA-256", {}, HashAlgorithm::sha256},
        {"SHA-384", {kSha384, kSha384, kMgf1, 48}, HashAlgorithm::sha384},
        {"SHA-512", {kSha512, kSha512, kMgf1, 64, 1}, HashAlgorithm::sha512},
        {"the mask's default with another digest", {kSha256, "", kMgf1, 32}, {}},
        {"two digests", {kSha256, kSha384, kMgf1, 32}, {}},
        {"a longer salt", {kSha256, kSha256, kMgf1, 33}, {}},
        {"the default salt with another digest", {kSha256, kSha256, kMgf1, -1}, {}},
        {"another mask function", {kSha256, kSha256, "1.2.3", 32}, {}},
        {"an unknown digest", {"1.2.3", "1.2.3", kMgf1, 32}, {}},
        {"another trailer", {kSha256, kSha256, kMgf1, 32, 2}, {}},
    }));
    INFO(row.what);
    const auto read = scheme(kPss, pss(row.parts));
    REQUIRE(read.has_value() == row.hash.has_value());
    if (read) {
        CHECK(read->hash == *row.hash);
        CHECK(read->padding == RsaPadding::pss);
    }
}

TEST_CASE("broken parameters of RSASSA-PSS are not understood", "[I3][I8][signature][hostile]") {
    const Bytes good = pss({});
    for (std::size_t cut = 0; cut < good.size(); ++cut) {
        CHECK_FALSE(scheme(kPss, ByteView(good).first(cut)));
    }
    Bytes longer = good;
    longer.push_back(0);
    CHECK_FALSE(scheme(kPss, longer));
    CHECK_FALSE(scheme(kPss, der::null()));
    const Bytes stray = der::sequence({der::write(der::context_constructed(4), der::null())});
    CHECK_FALSE(scheme(kPss, stray));
}

TEST_CASE("an AlgorithmIdentifier has a name, one parameter at most, and an end",
          "[signature][hostile]") {
    const auto content = [](std::initializer_list<ByteView> parts) {
        Bytes all;
        for (const ByteView part : parts) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    };
    const Bytes name = der::oid(kSha256);
    CHECK(read_algorithm(name)->parameters.empty());
    const Bytes with_null = content({name, der::null()});
    CHECK(equal(read_algorithm(with_null)->parameters, der::null()));
    CHECK_FALSE(read_algorithm({}));
    CHECK_FALSE(read_algorithm(der::null()));
    CHECK_FALSE(read_algorithm(content({name, der::null(), der::null()})));
    CHECK_FALSE(read_algorithm(content({name, Bytes{0x05}})));
}

TEST_CASE("a certificate's signature is good, wrong or not understood", "[I8][signature]") {
    FakeCrypto crypto;
    CertificateSpec spec{.subject_key = fake_public_key("leaf"),
                         .issuer_key = fake_public_key("issuer")};
    const Bytes certificate = make_certificate(spec);
    CHECK(signature_of(certificate, fake_public_key("issuer"), crypto) == Signature::good);
    CHECK(signature_of(certificate, fake_public_key("other"), crypto) == Signature::wrong);
    spec.signature_oid = "1.2.3";
    CHECK(signature_of(make_certificate(spec), fake_public_key("issuer"), crypto) ==
          Signature::not_understood);
    CHECK(signature_of(Bytes{0x30, 0x00}, fake_public_key("issuer"), crypto) ==
          Signature::not_understood);
}

}  // namespace
}  // namespace ae::engine
