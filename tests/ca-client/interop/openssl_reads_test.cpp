// The openssl command, as an administrator runs it, reads every form of request that we make.
#include "ca-client/request_builder.h"
#include "tests/ca-client/cms/cms_fixture.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include <catch2/catch.hpp>
#include <openssl/pem.h>

namespace ae::ca {
namespace {

using engine::EncodedRequest;
using engine::KeyAlgorithm;
using engine::KeyPurpose;

constexpr const char* kArchivedKey = "1.3.6.1.4.1.311.21.13";

// A folder of one test, and the command in it.
class Openssl {
  public:
    Openssl() {
        std::string name = (std::filesystem::temp_directory_path() / "ae-openssl-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
    }
    ~Openssl() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Openssl(const Openssl&) = delete;
    Openssl& operator=(const Openssl&) = delete;

    void put(const char* name, const Bytes& octets) {
        std::ofstream(folder_ / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(octets.data()),
                   static_cast<std::streamsize>(octets.size()));
    }
    Bytes get(const char* name) {
        std::ifstream in(folder_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void put_pem(const char* name, EVP_PKEY* key) {
        const UniqueBio out(BIO_new(BIO_s_mem()));
        REQUIRE(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
        put(name, content_of(out.get()));
    }
    void put_pem(const char* name, X509* certificate) {
        const UniqueBio out(BIO_new(BIO_s_mem()));
        REQUIRE(PEM_write_bio_X509(out.get(), certificate));
        put(name, content_of(out.get()));
    }

    // Both streams of "openssl WORDS"; nothing when it fails.
    std::optional<std::string> run(const std::string& words) {
        const std::string command =
            "cd '" + folder_.string() + "' && openssl " + words + " </dev/null 2>&1";
        FILE* const pipe = ::popen(command.c_str(), "r");
        REQUIRE(pipe != nullptr);
        std::string output;
        std::array<char, 4096> part{};
        for (std::size_t read = 0; (read = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
            output.append(part.data(), read);
        }
        const int status = ::pclose(pipe);
        UNSCOPED_INFO("openssl " << words << " ended with " << status << ": "
                                 << output.substr(0, 400));
        return status == 0 ? std::optional(output) : std::nullopt;
    }

  private:
    std::filesystem::path folder_;
};

struct Form {
    explicit Form(KeyAlgorithm algorithm = KeyAlgorithm::rsa,
                  KeyPurpose purpose = KeyPurpose::signature)
        : key(algorithm, purpose), stand_in(self_signed(key, "stands for the new key")) {}

    engine::Signer own_certificate(KeyAlgorithm algorithm) {
        auto own = std::make_unique<OpensslKey>(algorithm);
        engine::Signer signer;
        signer.certificate = encoded(self_signed(*own, "ws1", "ws1.corp.example.test").get());
        signer.key = std::move(own);
        return signer;
    }
    EncodedRequest build(const engine::Signer* predecessor = nullptr,
                         const engine::Signer* authority = nullptr) {
        auto request = build_request({.wanted = wanted,
                                      .account = account,
                                      .server = server,
                                      .key = key,
                                      .predecessor = predecessor,
                                      .authority = authority,
                                      .exchange_certificate = exchange},
                                     "ws1.corp.example.test", crypto);
        if (!request) {
            FAIL(request.error().sentence());
        }
        return *std::move(request);
    }

    engine::Template wanted = computer_template();
    engine::Account account{.sam_account_name = "WS1$", .domain_dns = "corp.example.test"};
    engine::DirectoryServer server{.dns_name = "dc1.corp.example.test"};
    OpensslKey key;
    UniqueCertificate stand_in;  // the new key has no certificate yet
    OpensslCrypto crypto{};
    Bytes exchange{};
};

void reads_der(Openssl& openssl, const char* file) {
    REQUIRE(openssl.run(std::string("asn1parse -inform DER -i -in ") + file));
}

void verifies_request(Openssl& openssl, const Bytes& pkcs10) {
    openssl.put("request.der", pkcs10);
    reads_der(openssl, "request.der");
    const auto said = openssl.run("req -inform DER -in request.der -verify -noout -text");
    REQUIRE(said);
    CHECK(said->find("self-signature verify OK") != std::string::npos);
    CHECK(said->find("Subject: \n") != std::string::npos);  // empty: the directory knows better
    CHECK(said->find("Client Authentication") != std::string::npos);
}

// What was signed, whoever signed it.
Bytes verified_content(Openssl& openssl, const Bytes& message, X509* stand_in) {
    openssl.put("message.der", message);
    reads_der(openssl, "message.der");
    openssl.put_pem("stand-in.pem", stand_in);
    const auto said = openssl.run(
        "cms -verify -inform DER -in message.der -binary -noverify -certfile stand-in.pem "
        "-out content.der");
    REQUIRE(said);
    CHECK(said->find("CMS Verification successful") != std::string::npos);
    return openssl.get("content.der");
}

std::string printed(Openssl& openssl) {
    const auto said = openssl.run("cms -cmsout -inform DER -in message.der -noout -print");
    REQUIRE(said);
    return *said;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

TEST_CASE("openssl req verifies a request for a version 1 template",
          "[openssl][MS-WCCE:3.1.1.4.3.1.1]") {
    Openssl openssl;
    Form form;
    form.wanted = machine_template();
    const auto request = form.build();
    CHECK(request.format == EncodedRequest::Format::pkcs10);
    verifies_request(openssl, request.octets);
}

TEST_CASE("openssl cms verifies the renewal of a version 1 template, and req what is inside",
          "[openssl][MS-WCCE:3.1.1.4.3.2.1]") {
    for (const KeyAlgorithm old : {KeyAlgorithm::rsa, KeyAlgorithm::ecdsa_p256}) {
        Openssl openssl;
        Form form;
        form.wanted = machine_template();
        const auto signer = form.own_certificate(old);
        const auto request = form.build(&signer);
        CHECK(request.format == EncodedRequest::Format::pkcs7);
        verifies_request(openssl, verified_content(openssl, request.octets, form.stand_in.get()));
        CHECK(count(printed(openssl), "d.issuerAndSerialNumber:") == 1);
    }
}

TEST_CASE("openssl reads a full CMC request with any key, and req what is inside",
          "[openssl][cmc][MS-WCCE:3.1.1.4.3.1.3]") {
    struct Row {
        KeyAlgorithm algorithm;
        const char* hash;
        std::uint32_t flags;
    };
    for (const Row& row :
         {Row{KeyAlgorithm::rsa, "", 0}, Row{KeyAlgorithm::rsa, "SHA512", 0},
          Row{KeyAlgorithm::rsa, "", engine::private_key_flag::kAlternateSignatureAlgorithm},
          Row{KeyAlgorithm::ecdsa_p256, "", 0}, Row{KeyAlgorithm::ecdsa_p384, "SHA384", 0},
          Row{KeyAlgorithm::ecdsa_p521, "SHA512", 0}}) {
        CAPTURE(static_cast<int>(row.algorithm), row.hash, row.flags);
        Openssl openssl;
        Form form(row.algorithm);
        form.wanted.hash_algorithm = row.hash;
        form.wanted.private_key_flags = row.flags;
        const auto request = form.build();
        CHECK(request.format == EncodedRequest::Format::cmc);
        const Bytes content = verified_content(openssl, request.octets, form.stand_in.get());
        reads_der(openssl, "content.der");
        verifies_request(openssl, read_pki_data(content).request);
        const std::string print = printed(openssl);
        CHECK(count(print, "eContentType: undefined (1.3.6.1.5.5.7.12.2)") +
                  count(print, "eContentType: id-cct-PKIData (1.3.6.1.5.5.7.12.2)") ==
              1);
        CHECK(count(print, "d.subjectKeyIdentifier:") == 1);
        CHECK(count(print, "d.issuerAndSerialNumber:") == 0);
    }
}

TEST_CASE(
    "openssl finds both signers of a CMC renewal, and of a request that a certificate vouches for",
    "[openssl][cmc][MS-WCCE:3.1.1.4.3.2.2][E6]") {
    for (const bool renews : {true, false}) {
        CAPTURE(renews);
        Openssl openssl;
        Form form(KeyAlgorithm::ecdsa_p256);
        const auto signer = form.own_certificate(KeyAlgorithm::rsa);
        const auto request = renews ? form.build(&signer) : form.build(nullptr, &signer);
        CHECK(request.format == EncodedRequest::Format::cmc);
        const Bytes content = verified_content(openssl, request.octets, form.stand_in.get());
        verifies_request(openssl, read_pki_data(content).request);
        const std::string print = printed(openssl);
        CHECK(count(print, "d.subjectKeyIdentifier:") == 1);
        CHECK(count(print, "d.issuerAndSerialNumber:") == 1);
    }
}

TEST_CASE("openssl cms decrypts the key that is archived",
          "[openssl][archival][MS-WCCE:3.1.1.4.3.6]") {
    Openssl openssl;
    Form form;
    const OpensslKey exchange_key(KeyAlgorithm::rsa);
    const UniqueCertificate exchange = self_signed(exchange_key, "Lab CA-Xchg");
    form.exchange = encoded(exchange.get());
    const auto request = form.build();
    verified_content(openssl, request.octets, form.stand_in.get());
    CHECK(count(printed(openssl), kArchivedKey) == 1);

    openssl.put("key.der", *find(read_signed_data(request.octets).signers.at(0).unsigned_attributes,
                                 kArchivedKey));
    reads_der(openssl, "key.der");
    openssl.put_pem("exchange.pem", exchange.get());
    openssl.put_pem("exchange-key.pem", exchange_key.get());
    REQUIRE(
        openssl.run("cms -decrypt -inform DER -in key.der -binary -recip exchange.pem "
                    "-inkey exchange-key.pem -out key.blob"));
    // The blob of [MS-WCCE] 2.2.2.9.1 is what openssl calls MSBLOB.
    REQUIRE(openssl.run("pkey -inform MSBLOB -in key.blob -pubout -outform DER -out public.der"));
    CHECK(equal(openssl.get("public.der"), form.key.public_key_info()));
}

TEST_CASE("openssl prints a request of a key that does not sign, and finds no signature in it",
          "[openssl][cmc][MS-WCCE:2.2.2.6.5]") {
    Openssl openssl;
    Form form(KeyAlgorithm::ecdsa_p256, KeyPurpose::agreement);
    const auto request = form.build();
    openssl.put("message.der", request.octets);
    reads_der(openssl, "message.der");
    const std::string print = printed(openssl);
    CHECK(count(print, "1.3.6.1.5.5.7.6.2") == 1);  // id-alg-noSignature
    openssl.put("request.der", read_pki_data(read_signed_data(request.octets).content).request);
    reads_der(openssl, "request.der");
    const auto shown = openssl.run("req -inform DER -in request.der -noout -text");
    REQUIRE(shown);
    CHECK(shown->find("Public-Key: (256 bit)") != std::string::npos);
    const auto verified = openssl.run("req -inform DER -in request.der -verify -noout");
    CHECK((!verified || verified->find("verify OK") == std::string::npos));
}

TEST_CASE("openssl finds what was changed on the way", "[openssl][cmc]") {
    Openssl openssl;
    Form form;
    auto request = form.build();
    openssl.put_pem("stand-in.pem", form.stand_in.get());
    const std::string verify =
        "cms -verify -inform DER -in message.der -binary -noverify -certfile stand-in.pem "
        "-out content.der";
    openssl.put("message.der", request.octets);
    REQUIRE(openssl.run(verify));
    request.octets.back() ^= 1;
    openssl.put("message.der", request.octets);
    CHECK_FALSE(openssl.run(verify));
}

}  // namespace ae::ca
