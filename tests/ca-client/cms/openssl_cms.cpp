#include "tests/ca-client/cms/openssl_cms.h"

#include <catch2/catch.hpp>
#include <openssl/cms.h>

namespace ae::ca {
namespace {

struct CmsTraits {
    using value_type = CMS_ContentInfo*;
    static value_type none() noexcept { return nullptr; }
    static void close(value_type message) noexcept { ::CMS_ContentInfo_free(message); }
};
using UniqueCms = UniqueHandle<CmsTraits>;

UniqueCms read(const Bytes& octets) {
    const unsigned char* at = octets.data();
    UniqueCms message(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(octets.size())));
    REQUIRE(message);
    REQUIRE(at == octets.data() + octets.size());
    return message;
}

}  // namespace

Judged judge_by_openssl(const Bytes& signed_data, const std::vector<X509*>& others) {
    const UniqueCms message = read(signed_data);
    STACK_OF(X509)* bag = sk_X509_new_null();
    for (X509* certificate : others) {
        sk_X509_push(bag, certificate);
    }
    const UniqueBio out(BIO_new(BIO_s_mem()));
    Judged judged;
    judged.good = CMS_verify(message.get(), bag, nullptr, nullptr, out.get(),
                             CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;
    judged.content = content_of(out.get());
    if (STACK_OF(X509)* signers = CMS_get0_signers(message.get())) {
        for (int i = 0; i < sk_X509_num(signers); ++i) {
            judged.signers.push_back(encoded(sk_X509_value(signers, i)));
        }
        sk_X509_free(signers);
    }
    sk_X509_free(bag);
    return judged;
}

std::optional<Bytes> decrypt_by_openssl(const Bytes& enveloped_data, X509* certificate,
                                        EVP_PKEY* key) {
    const UniqueCms message = read(enveloped_data);
    const UniqueBio out(BIO_new(BIO_s_mem()));
    if (CMS_decrypt(message.get(), key, certificate, nullptr, out.get(),
                    CMS_BINARY | CMS_DEBUG_DECRYPT) != 1) {
        return std::nullopt;
    }
    return content_of(out.get());
}

}  // namespace ae::ca
