#include "tests/ca-client/lab/bcrypt_key.h"

#include "stores/crypto.h"
#include "stores/public_key_info.h"

#include <cstring>

namespace ae::ca {
namespace {

tl::unexpected<Error> refused(NTSTATUS status, std::string_view doing) {
    return fail(win32_error(static_cast<DWORD>(status), doing));
}

Result<Bytes> public_key_info_of(BCRYPT_KEY_HANDLE key) {
    Bytes blob(2048);
    ULONG size = 0;
    const NTSTATUS status = ::BCryptExportKey(key, nullptr, BCRYPT_RSAPUBLIC_BLOB, blob.data(),
                                              static_cast<ULONG>(blob.size()), &size, 0);
    BCRYPT_RSAKEY_BLOB head{};
    if (!stores::succeeded(status) || size < sizeof(head)) {
        return refused(status, "export the public key");
    }
    std::memcpy(&head, blob.data(), sizeof(head));
    const ByteView numbers =
        ByteView(blob).subspan(sizeof(head), head.cbPublicExp + head.cbModulus);
    const ByteView exponent = numbers.first(head.cbPublicExp);
    const ByteView modulus = numbers.subspan(head.cbPublicExp);
    return stores::write_public_key_info(
        stores::RsaPublicKey{{modulus.begin(), modulus.end()}, {exponent.begin(), exponent.end()}});
}

}  // namespace

Result<BcryptKey> BcryptKey::create() {
    stores::UniqueBcryptAlgorithm rsa;
    stores::UniqueBcryptKey key;
    NTSTATUS status = ::BCryptOpenAlgorithmProvider(rsa.put(), BCRYPT_RSA_ALGORITHM, nullptr, 0);
    if (stores::succeeded(status)) {
        status = ::BCryptGenerateKeyPair(rsa.get(), key.put(), 2048, 0);
    }
    if (stores::succeeded(status)) {
        status = ::BCryptFinalizeKeyPair(key.get(), 0);
    }
    if (!stores::succeeded(status)) {
        return refused(status, "make an RSA key");
    }
    auto info = public_key_info_of(key.get());
    return info ? Result<BcryptKey>(BcryptKey(std::move(key), std::move(*info))) : pass(info);
}

Result<Bytes> BcryptKey::sign(const engine::SignatureScheme& scheme, ByteView message) {
    if (scheme.hash != engine::HashAlgorithm::sha256) {
        return refused(ERROR_NOT_SUPPORTED, "sign another digest than SHA-256");
    }
    Bytes digest = stores::make_crypto()->digest(scheme.hash, message);
    BCRYPT_PKCS1_PADDING_INFO padding = {BCRYPT_SHA256_ALGORITHM};
    Bytes signature(512);
    ULONG size = 0;
    const NTSTATUS status = ::BCryptSignHash(
        key_.get(), &padding, digest.data(), static_cast<ULONG>(digest.size()), signature.data(),
        static_cast<ULONG>(signature.size()), &size, BCRYPT_PAD_PKCS1);
    if (!stores::succeeded(status)) {
        return refused(status, "sign");
    }
    signature.resize(size);
    return signature;
}

}  // namespace ae::ca
