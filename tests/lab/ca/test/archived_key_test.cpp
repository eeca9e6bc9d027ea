#include "tests/lab/ca/archived_key.h"

#include "tests/lab/ca/test/support.h"

#include <openssl/cms.h>
#include <openssl/pem.h>

using namespace ae::labca;
using namespace ae::labca::test;

namespace {

using UniqueBio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

Bytes content_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, data + size};
}

Bytes blob_of(EVP_PKEY* key) {
    const UniqueBio out(BIO_new(BIO_s_mem()));
    i2b_PrivateKey_bio(out.get(), key);
    return content_of(out.get());
}

Bytes encrypted(const Bytes& content, X509* recipient) {
    STACK_OF(X509)* recipients = sk_X509_new_null();
    sk_X509_push(recipients, recipient);
    const UniqueBio in(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
    CMS_ContentInfo* message = CMS_encrypt(recipients, in.get(), EVP_aes_256_cbc(), CMS_BINARY);
    const UniqueBio out(BIO_new(BIO_s_mem()));
    i2d_CMS_bio(out.get(), message);
    CMS_ContentInfo_free(message);
    sk_X509_free(recipients);
    return content_of(out.get());
}

struct Archive {
    TemporaryFolder folder{};
    CaIdentity ca = made();
    UniqueKey key = make_key(KeyKind::rsa2048);

    CaIdentity made() const {
        create_hierarchy({folder.path() / "ca", folder.path() / "root", "Corp Issuing CA 1",
                          "ca1.corp.example.test", KeyKind::ec256});
        return load_identity(folder.path() / "ca");
    }
    std::uint32_t refusal(const Bytes& enveloped) const {
        try {
            check_archived_key(enveloped, ca, key.get());
        } catch (const HresultError& error) {
            return error.code;
        }
        return 0;
    }
};

}  // namespace

TEST_CASE("an archived key is the request's own, readable with the exchange key",
          "[archival][MS-WCCE:3.1.1.4.3.6]") {
    const Archive archive;
    X509* exchange = archive.ca.exchange_certificate.get();
    const Bytes blob = blob_of(archive.key.get());
    CHECK(archive.refusal(encrypted(blob, exchange)) == 0);

    const UniqueKey other = make_key(KeyKind::rsa2048);
    CHECK(archive.refusal(encrypted(blob_of(other.get()), exchange)) == 0x8009400C);
    CHECK(archive.refusal(encrypted(blob, archive.ca.root.get())) == 0x8009400C);
    CHECK(archive.refusal(blob) == 0x8009400C);
    CHECK(archive.refusal({}) == 0x8009400C);
}

TEST_CASE("an archived key is one private key BLOB, whole and sound",
          "[archival][MS-WCCE:2.2.2.9.1]") {
    const Archive archive;
    X509* exchange = archive.ca.exchange_certificate.get();
    const Bytes blob = blob_of(archive.key.get());
    Bytes signature_key = blob;
    signature_key[5] = 0x24;  // CALG_RSA_SIGN
    CHECK(archive.refusal(encrypted(signature_key, exchange)) == 0x8009400C);
    Bytes longer = blob;
    longer.push_back(0);
    CHECK(archive.refusal(encrypted(longer, exchange)) == 0x8009400C);
    Bytes shorter = blob;
    shorter.pop_back();
    CHECK(archive.refusal(encrypted(shorter, exchange)) == 0x8009400C);
    Bytes unsound = blob;  // the private exponent comes last
    unsound.back() ^= 0x01;
    CHECK(archive.refusal(encrypted(unsound, exchange)) == 0x8009400C);
}
