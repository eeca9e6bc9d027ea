#include "ca-client/cms/enveloped_data.h"

#include "ca-client/cms/signed_data.h"
#include "engine/base/der.h"
#include "engine/base/secret.h"

#include <array>
#include <string_view>

namespace ae::ca::cms {
namespace {

using engine::ContentCipher;

constexpr std::string_view kEnvelopedData = "1.2.840.113549.1.7.3";
constexpr std::string_view kRsaEncryption = "1.2.840.113549.1.1.1";
// RFC 5652 6.1, 6.2.1: no originator, no attributes, a recipient by issuer and serial number.
constexpr std::int64_t kVersion = 0;

struct CipherRow {
    ContentCipher cipher;
    std::string_view oid;  // RFC 3370 5.1, RFC 3565 4.1
    std::size_t key_size;  // octets
    std::size_t block_size;
};
constexpr std::array kCiphers = {
    CipherRow{ContentCipher::triple_des, "1.2.840.113549.3.7", 24, 8},
    CipherRow{ContentCipher::aes128, "2.16.840.1.101.3.4.1.2", 16, 16},
    CipherRow{ContentCipher::aes192, "2.16.840.1.101.3.4.1.22", 24, 16},
    CipherRow{ContentCipher::aes256, "2.16.840.1.101.3.4.1.42", 32, 16},
};

const CipherRow& row_of(ContentCipher cipher) {
    for (const CipherRow& row : kCiphers) {
        if (row.cipher == cipher) {
            return row;
        }
    }
    return kCiphers.back();
}

Bytes recipient_info(const CertificateView& recipient, ByteView encrypted_key) {
    return der::sequence(
        {der::integer(kVersion), issuer_and_serial(recipient.issuer, recipient.serial_number),
         der::sequence({der::oid(kRsaEncryption), der::null()}), der::octet_string(encrypted_key)});
}

Bytes encrypted_content_info(const CipherRow& cipher, ByteView vector, ByteView encrypted) {
    return der::sequence({der::oid(kData),
                          der::sequence({der::oid(cipher.oid), der::octet_string(vector)}),
                          der::write(der::context(0), encrypted)});
}

}  // namespace

Result<Bytes> enveloped_data(const CertificateView& recipient, ContentCipher cipher,
                             ByteView content, engine::Crypto& crypto) {
    const CipherRow& row = row_of(cipher);
    auto key_octets = crypto.random(row.key_size);
    if (!key_octets) {
        return pass(key_octets, "make a key");
    }
    const Secret key(std::move(*key_octets));
    auto vector = crypto.random(row.block_size);
    if (!vector) {
        return pass(vector, "make an initialization vector");
    }
    auto encrypted_key = crypto.encrypt_key(recipient.public_key_info, key.view());
    if (!encrypted_key) {
        return pass(encrypted_key, "encrypt the key");
    }
    auto encrypted = crypto.encrypt_content(cipher, key.view(), *vector, content);
    if (!encrypted) {
        return pass(encrypted, "encrypt the content");
    }
    return content_info(
        kEnvelopedData,
        der::sequence({der::integer(kVersion),
                       der::write(der::Tag::set, recipient_info(recipient, *encrypted_key)),
                       encrypted_content_info(row, *vector, *encrypted)}));
}

}  // namespace ae::ca::cms
