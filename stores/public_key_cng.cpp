#include "stores/public_key_cng.h"

#include "engine/base/hresult_table.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace ae::stores {
namespace {

using engine::KeyAlgorithm;

// Nothing: the provider does not export this kind.
std::optional<Bytes> exported(const UniqueNcrypt& key, const wchar_t* kind) {
    DWORD size = 0;
    if (::NCryptExportKey(key.get(), 0, kind, nullptr, nullptr, 0, &size, 0) != ERROR_SUCCESS) {
        return std::nullopt;
    }
    Bytes octets(size);
    if (::NCryptExportKey(key.get(), 0, kind, nullptr, octets.data(), size, &size, 0) !=
        ERROR_SUCCESS) {
        return std::nullopt;
    }
    octets.resize(size);
    return octets;
}

template <class Header>
std::optional<Header> header_of(const Bytes& blob) {
    Header header{};
    if (blob.size() < sizeof header) {
        return std::nullopt;
    }
    std::memcpy(&header, blob.data(), sizeof header);
    return header;
}

Bytes without_leading_zeros(ByteView number) {
    const auto first = std::ranges::find_if(number, [](std::uint8_t octet) { return octet != 0; });
    return {first, number.end()};
}

std::optional<PublicKey> rsa_from(const Bytes& blob) {
    const auto header = header_of<BCRYPT_RSAKEY_BLOB>(blob);
    if (!header || header->Magic != BCRYPT_RSAPUBLIC_MAGIC) {
        return std::nullopt;
    }
    const ByteView rest = ByteView(blob).subspan(sizeof *header);
    const std::size_t exponent = header->cbPublicExp;
    if (rest.size() < exponent || rest.size() - exponent != header->cbModulus) {
        return std::nullopt;
    }
    return RsaPublicKey{.modulus = without_leading_zeros(rest.subspan(exponent)),
                        .exponent = without_leading_zeros(rest.first(exponent))};
}

std::optional<KeyAlgorithm> curve_of(ULONG magic) {
    switch (magic) {
        case BCRYPT_ECDSA_PUBLIC_P256_MAGIC:
        case BCRYPT_ECDH_PUBLIC_P256_MAGIC:
            return KeyAlgorithm::ecdsa_p256;
        case BCRYPT_ECDSA_PUBLIC_P384_MAGIC:
        case BCRYPT_ECDH_PUBLIC_P384_MAGIC:
            return KeyAlgorithm::ecdsa_p384;
        case BCRYPT_ECDSA_PUBLIC_P521_MAGIC:
        case BCRYPT_ECDH_PUBLIC_P521_MAGIC:
            return KeyAlgorithm::ecdsa_p521;
        default:
            return std::nullopt;
    }
}

std::optional<PublicKey> ec_from(const Bytes& blob) {
    const auto header = header_of<BCRYPT_ECCKEY_BLOB>(blob);
    const auto curve = header ? curve_of(header->dwMagic) : std::nullopt;
    const ByteView rest = ByteView(blob).subspan(header ? sizeof *header : 0);
    if (!curve || rest.size() != 2 * coordinate_size(*curve)) {
        return std::nullopt;
    }
    return EcPublicKey{.curve = *curve, .x_and_y = {rest.begin(), rest.end()}};
}

}  // namespace

Result<PublicKey> public_key_of(const UniqueNcrypt& key) {
    std::optional<PublicKey> found;
    if (const auto rsa = exported(key, BCRYPT_RSAPUBLIC_BLOB)) {
        found = rsa_from(*rsa);
    } else if (const auto ec = exported(key, BCRYPT_ECCPUBLIC_BLOB)) {
        found = ec_from(*ec);
    }
    if (!found) {
        return fail(kNotSupported, "the key is neither RSA nor on a NIST curve");
    }
    return std::move(*found);
}

}  // namespace ae::stores
