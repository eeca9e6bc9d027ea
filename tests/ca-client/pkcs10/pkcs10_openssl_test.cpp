#include "engine/base/der.h"
#include "tests/ca-client/pkcs10/openssl_fixture.h"
#include "tests/ca-client/pkcs10/request_fixture.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace ae::ca {
namespace {

using engine::KeyAlgorithm;
using engine::Template;

constexpr std::string_view kProcess = "aeclient";

struct ListedExtension {
    std::string oid;
    bool critical;
    auto operator<=>(const ListedExtension&) const = default;
};

std::vector<ListedExtension> extensions_by_openssl(X509_REQ* request) {
    STACK_OF(X509_EXTENSION)* list = X509_REQ_get_extensions(request);
    REQUIRE(list != nullptr);
    std::vector<ListedExtension> found;
    for (int i = 0; i < sk_X509_EXTENSION_num(list); ++i) {
        X509_EXTENSION* extension = sk_X509_EXTENSION_value(list, i);
        char oid[128] = {};
        OBJ_obj2txt(oid, sizeof(oid), X509_EXTENSION_get_object(extension), 1);
        found.push_back({oid, X509_EXTENSION_get_critical(extension) != 0});
    }
    sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
    return found;
}

}  // namespace

TEST_CASE("OpenSSL reads the request and its signature is good", "[pkcs10][RFC2986:4]") {
    struct Case {
        KeyAlgorithm algorithm;
        const char* hash;
    };
    for (const Case& row :
         {Case{KeyAlgorithm::rsa, ""}, Case{KeyAlgorithm::rsa, "SHA384"},
          Case{KeyAlgorithm::rsa, "SHA512"}, Case{KeyAlgorithm::ecdsa_p256, "SHA256"},
          Case{KeyAlgorithm::ecdsa_p384, "SHA384"}, Case{KeyAlgorithm::ecdsa_p521, "SHA512"}}) {
        CAPTURE(row.hash);
        Template wanted = computer_template();
        wanted.hash_algorithm = row.hash;
        OpensslKey key(row.algorithm);
        OpensslCrypto crypto;
        const auto octets = build_pkcs10(input_for(wanted), key, crypto);
        REQUIRE(octets);
        const UniqueCertificateRequest request = read_by_openssl(*octets);
        CHECK(X509_REQ_verify(request.get(), key.get()) == 1);
        CHECK(X509_REQ_get_version(request.get()) == 0);
        CHECK(X509_NAME_entry_count(X509_REQ_get_subject_name(request.get())) == 0);
        CHECK(X509_REQ_get_attr_count(request.get()) == 6);
        CHECK(extensions_by_openssl(request.get()) ==
              std::vector<ListedExtension>{{"1.3.6.1.4.1.311.21.7", false},
                                           {"2.5.29.37", false},
                                           {"2.5.29.15", true},
                                           {"1.3.6.1.4.1.311.21.10", false},
                                           {"2.5.29.32", false},
                                           {"2.5.29.19", false},
                                           {"2.5.29.14", false}});
        unsigned char* again = nullptr;
        const int size = i2d_X509_REQ(request.get(), &again);
        REQUIRE(size > 0);
        CHECK(Bytes(again, again + size) == *octets);
        OPENSSL_free(again);
    }
}

TEST_CASE("a signature for other octets is not good", "[pkcs10]") {
    const Template wanted = computer_template();
    OpensslKey key(KeyAlgorithm::ecdsa_p256);
    OpensslCrypto crypto;
    Bytes octets = build_pkcs10(input_for(wanted), key, crypto).value();
    const auto at = std::search(octets.begin(), octets.end(), kProcess.begin(), kProcess.end());
    REQUIRE(at != octets.end());
    *at = 'X';
    const UniqueCertificateRequest request = read_by_openssl(octets);
    CHECK(X509_REQ_verify(request.get(), key.get()) != 1);
}

SCENARIO("our request for User says what the request of Windows says",
         "[pkcs10][MS-WSTEP:4][MS-WCCE:2.2.2.7]") {
    GIVEN("the request that Windows made in the sample, and the same template, names and key") {
        const ReadRequest windows =
            read_request(data_file("wstep-user-p10", "CERTIFICATE REQUEST"));
        Template user;
        user.name = "User";
        user.default_key_spec = 1;
        user.key_usage = {0xA0, 0x00};
        user.extended_key_usages = {"1.3.6.1.4.1.311.10.3.4", "1.3.6.1.5.5.7.3.4",
                                    "1.3.6.1.5.5.7.3.2"};
        user.critical_extensions = {"2.5.29.15"};
        user.providers = {{1, "Microsoft Enhanced Cryptographic Provider v1.0"}};
        FixedKey key;
        key.public_key_info_ = windows.public_key_info;
        OpensslCrypto crypto;
        WHEN("we build ours") {
            const auto octets =
                build_pkcs10({user, "9-1351C0405A.d9-1351C0406A.nttest.microsoft.com",
                              "dc1.corp.example.test", "D9-1351C0406A\\abby", "CesTest.exe"},
                             key, crypto);
            REQUIRE(octets);
            const ReadRequest ours = read_request(*octets);
            THEN("each extension of ours is there with the same octets") {
                CHECK(ours.extensions.size() == 4);
                for (const ReadExtension& extension : ours.extensions) {
                    CAPTURE(extension.oid);
                    const ReadExtension* theirs = windows.extension(extension.oid);
                    REQUIRE(theirs != nullptr);
                    CHECK(theirs->value == extension.value);
                    CHECK(theirs->critical == extension.critical);
                }
            }
            THEN("subject, key and provider are the same octets") {
                CHECK(ours.subject == windows.subject);
                CHECK(ours.public_key_info == windows.public_key_info);
                CHECK(ours.values("1.3.6.1.4.1.311.13.2.2") ==
                      windows.values("1.3.6.1.4.1.311.13.2.2"));
            }
            THEN("the client information differs in the client's number alone") {
                auto theirs = windows.values("1.3.6.1.4.1.311.21.20");
                REQUIRE(theirs.size() == 1);
                REQUIRE(theirs[0][4] == 5);
                theirs[0][4] = 0;
                CHECK(ours.values("1.3.6.1.4.1.311.21.20") == theirs);
            }
            THEN("the operating system version has the same form") {
                const auto theirs = windows.values("1.3.6.1.4.1.311.13.2.3");
                CHECK(theirs == std::vector<Bytes>{der::ia5_string("6.1.7053.2")});
                CHECK(ours.values("1.3.6.1.4.1.311.13.2.3").size() == 1);
            }
        }
    }
}

}  // namespace ae::ca
