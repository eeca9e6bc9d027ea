#include "ca-client/archived_key.h"

#include "ca-client/certificate_view.h"
#include "ca-client/cms/enveloped_data.h"
#include "engine/base/hresult_table.h"
#include "engine/base/text.h"

#include <array>
#include <string>
#include <string_view>

namespace ae::ca {
namespace {

using engine::ContentCipher;

struct CipherName {
    std::string_view algorithm;
    std::uint32_t bits;  // 0: the template names no length
    ContentCipher cipher;
};
// Triple DES has 168 bits that count; 192 with parity.
constexpr std::array kCipherNames = {
    CipherName{"", 0, ContentCipher::aes256},
    CipherName{"AES", 0, ContentCipher::aes256},
    CipherName{"AES", 128, ContentCipher::aes128},
    CipherName{"AES", 192, ContentCipher::aes192},
    CipherName{"AES", 256, ContentCipher::aes256},
    CipherName{"3DES", 0, ContentCipher::triple_des},
    CipherName{"3DES", 168, ContentCipher::triple_des},
    CipherName{"3DES", 192, ContentCipher::triple_des},
};

}  // namespace

Result<ContentCipher> archival_cipher(const engine::Template& wanted) {
    for (const CipherName& row : kCipherNames) {
        if (equal_ignoring_case(row.algorithm, wanted.symmetric_algorithm) &&
            row.bits == wanted.symmetric_key_length) {
            return row.cipher;
        }
    }
    return fail(kNotSupported,
                "the symmetric algorithm \"" + printable(wanted.symmetric_algorithm) + "\" with " +
                    std::to_string(wanted.symmetric_key_length) + " bits is not supported",
                "Choose AES with 128, 192 or 256 bits in the template's request handling settings");
}

Result<ArchivedKey> archive_key(const engine::Template& wanted, engine::PrivateKey& key,
                                ByteView exchange_certificate, engine::HashAlgorithm hash,
                                engine::Crypto& crypto) {
    const std::string what = "archive the key";
    auto cipher = archival_cipher(wanted);
    if (!cipher) {
        return pass(cipher, what);
    }
    auto recipient = view_certificate(exchange_certificate, "the exchange certificate of the CA");
    if (!recipient) {
        return pass(recipient, what);
    }
    auto blob = key.archival_blob();
    if (!blob) {
        return pass(blob, what);
    }
    auto enveloped = cms::enveloped_data(*recipient, *cipher, blob->view(), crypto);
    if (!enveloped) {
        return pass(enveloped, what);
    }
    Bytes digest = crypto.digest(hash, *enveloped);
    if (digest.empty()) {  // check I12 would take it for "nothing was sent"
        return fail(kNotSupported, what + ": this system does not make the digest of the request");
    }
    return ArchivedKey{.enveloped = std::move(*enveloped), .hash = std::move(digest)};
}

}  // namespace ae::ca
