// A signature that a device made, checked before anybody sees it: a TPM or a token that pads
// another way than was asked for is better said here than refused by the CA with no reason.
// Internal to the backends of keys in devices.  Pure but for OpenSSL; any thread.
#pragma once

#include "engine/base/hresult_table.h"
#include "stores/crypto.h"

#include <string>

namespace ae::stores {

struct SignatureQuestion {
    ByteView public_key_info;
    const engine::SignatureScheme& scheme;
    ByteView message;
    const std::string& reference;  // of the key
};

// kNotSupported: it is not the signature that was asked for.
inline Result<Bytes> checked_signature(Result<Bytes> signature, const SignatureQuestion& asked) {
    if (!signature) {
        return pass(signature, "sign with key " + asked.reference);
    }
    const Result<bool> good =
        make_crypto()->verify(asked.public_key_info, asked.scheme, asked.message, *signature);
    if (!good || !*good) {
        return fail(kNotSupported,
                    "the signature that the device made with key " + asked.reference +
                        " is not the one that was asked for",
                    "Clear the template's alternate signature format, or name another provider");
    }
    return signature;
}

}  // namespace ae::stores
