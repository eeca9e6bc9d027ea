#include "tests/lab/ca/archived_key.h"

#include "tests/lab/ca/pkcs10.h"

#include <openssl/cms.h>
#include <openssl/pem.h>

namespace ae::labca {
namespace {

constexpr std::uint32_t kBadArchival = 0x8009400C;
constexpr std::size_t kBlobHeader = 8;  // type, version, reserved, key algorithm

using UniqueBio = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using UniqueCms = std::unique_ptr<CMS_ContentInfo, FreeWith<CMS_ContentInfo_free>>;
using UniqueKeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;

Bytes opened(View enveloped, const CaIdentity& ca) {
    const unsigned char* at = enveloped.data();
    const UniqueCms message(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(enveloped.size())));
    if (!message || at != enveloped.data() + enveloped.size() ||
        OBJ_obj2nid(CMS_get0_type(message.get())) != NID_pkcs7_enveloped) {
        refuse(kBadArchival, "the archived key is not EnvelopedData");
    }
    const UniqueBio out(BIO_new(BIO_s_mem()));
    if (CMS_decrypt(message.get(), ca.exchange_key.get(), ca.exchange_certificate.get(), nullptr,
                    out.get(), CMS_BINARY | CMS_DEBUG_DECRYPT) != 1) {
        refuse(kBadArchival, "the archived key is not encrypted to the exchange certificate");
    }
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, data + size};
}

// [MS-WCCE] 2.2.2.9.1: type 7, version 2, reserved, CALG_RSA_KEYX.
bool has_header(const Bytes& blob) {
    static constexpr std::array<std::uint8_t, kBlobHeader> kHeader{0x07, 0x02, 0x00, 0x00,
                                                                   0x00, 0xA4, 0x00, 0x00};
    return blob.size() > kHeader.size() && std::equal(kHeader.begin(), kHeader.end(), blob.begin());
}

}  // namespace

void check_archived_key(View enveloped, const CaIdentity& ca, EVP_PKEY* requested) {
    const Bytes blob = opened(enveloped, ca);
    const UniqueBio in(BIO_new_mem_buf(blob.data(), static_cast<int>(blob.size())));
    const UniqueKey key(has_header(blob) ? b2i_PrivateKey_bio(in.get()) : nullptr);
    if (!key || BIO_pending(in.get()) != 0) {
        refuse(kBadArchival, "the archived key is not an RSA private key BLOB");
    }
    const UniqueKeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
    if (EVP_PKEY_pairwise_check(context.get()) != 1 || EVP_PKEY_eq(key.get(), requested) != 1) {
        refuse(kBadArchival, "the archived key is not the request's");
    }
}

}  // namespace ae::labca
