#include "stores/token_key_p11kit.h"

#include "engine/base/hresult_table.h"
#include "stores/public_key_info.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace ae::stores {
namespace {

using engine::KeyAlgorithm;

// DER of the curve's OBJECT IDENTIFIER (RFC 5480 2.1.1.1), as CKA_EC_PARAMS has it.
struct Curve {
    KeyAlgorithm algorithm;
    std::string_view parameters;  // hex
};
constexpr std::array<Curve, 3> kCurves{{{KeyAlgorithm::ecdsa_p256, "06082a8648ce3d030107"},
                                        {KeyAlgorithm::ecdsa_p384, "06052b81040022"},
                                        {KeyAlgorithm::ecdsa_p521, "06052b81040023"}}};

constexpr std::array<std::uint8_t, 3> kExponent{1, 0, 1};  // 65537

// Attributes whose values live as long as the list.
class Attributes {
  public:
    Attributes& flag(CK_ATTRIBUTE_TYPE type, bool value) {
        return octets(type, Bytes{static_cast<std::uint8_t>(value ? CK_TRUE : CK_FALSE)});
    }
    Attributes& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
        const auto* const at = reinterpret_cast<const std::uint8_t*>(&value);
        return octets(type, Bytes(at, at + sizeof value));
    }
    Attributes& octets(CK_ATTRIBUTE_TYPE type, Bytes value) {
        values_.push_back(std::move(value));
        list_.push_back({type, nullptr, values_.back().size()});
        return *this;
    }
    CK_ATTRIBUTE* data() {
        for (std::size_t i = 0; i < list_.size(); ++i) {
            list_[i].pValue = values_[i].data();
        }
        return list_.data();
    }
    [[nodiscard]] CK_ULONG size() const { return list_.size(); }

  private:
    std::vector<Bytes> values_;
    std::vector<CK_ATTRIBUTE> list_;
};

Bytes octets_of(const std::string& text) { return {text.begin(), text.end()}; }

Attributes named(CK_OBJECT_CLASS type, const TokenKeyName& name) {
    Attributes wanted;
    wanted.number(CKA_CLASS, type).flag(CKA_TOKEN, true).octets(CKA_ID, name.id);
    if (!name.label.empty()) {
        wanted.octets(CKA_LABEL, octets_of(name.label));
    }
    return wanted;
}

Result<std::vector<CK_OBJECT_HANDLE>> find(const TokenSession& session, CK_OBJECT_CLASS type,
                                           const TokenKeyName& name) {
    // Without an id every key of the token would do.
    if (name.id.empty()) {
        return fail(kInvalidData, "the URI names no key");
    }
    Attributes wanted = named(type, name);
    CK_FUNCTION_LIST* const module = session.module();
    CK_RV answer = module->C_FindObjectsInit(session.handle(), wanted.data(), wanted.size());
    std::array<CK_OBJECT_HANDLE, 8> found{};
    CK_ULONG count = 0;
    if (answer == CKR_OK) {
        answer = module->C_FindObjects(session.handle(), found.data(), found.size(), &count);
        module->C_FindObjectsFinal(session.handle());
    }
    if (answer != CKR_OK) {
        return fail(token_error(answer, "look for the key"));
    }
    return std::vector<CK_OBJECT_HANDLE>(found.begin(), found.begin() + static_cast<long>(count));
}

Result<Bytes> attribute(const TokenSession& session, CK_OBJECT_HANDLE object,
                        CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE one{type, nullptr, 0};
    CK_RV answer = session.module()->C_GetAttributeValue(session.handle(), object, &one, 1);
    constexpr CK_ULONG kLongest = 4096;
    if (answer == CKR_OK && one.ulValueLen <= kLongest) {
        Bytes value(one.ulValueLen);
        one.pValue = value.data();
        answer = session.module()->C_GetAttributeValue(session.handle(), object, &one, 1);
        if (answer == CKR_OK) {
            value.resize(std::min<std::size_t>(value.size(), one.ulValueLen));
            return value;
        }
    }
    return fail(token_error(answer, "tell about the key"));
}

Bytes without_zeros(Bytes number) {
    number.erase(number.begin(),
                 std::ranges::find_if(number, [](auto octet) { return octet != 0; }));
    return number;
}

Result<Bytes> rsa_public_key(const TokenSession& session, CK_OBJECT_HANDLE object) {
    Result<Bytes> modulus = attribute(session, object, CKA_MODULUS);
    if (!modulus) {
        return modulus;
    }
    Result<Bytes> exponent = attribute(session, object, CKA_PUBLIC_EXPONENT);
    if (!exponent) {
        return exponent;
    }
    return write_public_key_info(
        RsaPublicKey{without_zeros(std::move(*modulus)), without_zeros(std::move(*exponent))});
}

// PKCS #11 2.40, 2.3.3: CKA_EC_POINT is an OCTET STRING; some tokens give its content alone.
std::optional<Bytes> coordinates(Bytes point, std::size_t whole) {
    constexpr std::uint8_t kUncompressed = 4;
    if (point.size() > whole + 1) {
        point.erase(point.begin(), point.end() - static_cast<long>(whole + 1));
    }
    if (point.size() != whole + 1 || point.front() != kUncompressed) {
        return std::nullopt;
    }
    point.erase(point.begin());
    return point;
}

Result<Bytes> ec_public_key(const TokenSession& session, CK_OBJECT_HANDLE object) {
    const Result<Bytes> parameters = attribute(session, object, CKA_EC_PARAMS);
    if (!parameters) {
        return parameters;
    }
    const auto* const curve = std::ranges::find(kCurves, to_hex(*parameters), &Curve::parameters);
    if (curve == kCurves.end()) {
        return fail(kNotSupported, "the key is on no NIST curve");
    }
    Result<Bytes> point = attribute(session, object, CKA_EC_POINT);
    if (!point) {
        return point;
    }
    std::optional<Bytes> both =
        coordinates(std::move(*point), 2 * coordinate_size(curve->algorithm));
    if (!both) {
        return fail(kInvalidData, "the token's public key is no point of its curve");
    }
    return write_public_key_info(EcPublicKey{curve->algorithm, std::move(*both)});
}

Result<CK_ULONG> kind_of(const TokenSession& session, CK_OBJECT_HANDLE object) {
    CK_ULONG kind = 0;
    CK_ATTRIBUTE one{CKA_KEY_TYPE, &kind, sizeof kind};
    if (const CK_RV answer =
            session.module()->C_GetAttributeValue(session.handle(), object, &one, 1);
        answer != CKR_OK) {
        return fail(token_error(answer, "tell about the key"));
    }
    return kind;
}

}  // namespace

Done make_token_key(const TokenSession& session, const engine::KeyRequest& request,
                    const TokenKeyName& name) {
    const bool rsa = request.algorithm == KeyAlgorithm::rsa;
    const bool exportable = request.exportable == engine::KeyExport::allowed;
    Attributes open_half = named(CKO_PUBLIC_KEY, name);
    open_half.flag(CKA_PRIVATE, false).flag(CKA_VERIFY, true);
    Attributes secret_half = named(CKO_PRIVATE_KEY, name);
    secret_half.flag(CKA_PRIVATE, true)
        .flag(CKA_SENSITIVE, !exportable)
        .flag(CKA_EXTRACTABLE, exportable)
        .flag(CKA_SIGN, true);
    if (rsa) {
        open_half.number(CKA_MODULUS_BITS, request.bits)
            .octets(CKA_PUBLIC_EXPONENT, Bytes(kExponent.begin(), kExponent.end()))
            .flag(CKA_ENCRYPT, true);
        secret_half.flag(CKA_DECRYPT, true);
    } else {
        const auto* const curve = std::ranges::find(kCurves, request.algorithm, &Curve::algorithm);
        open_half.octets(CKA_EC_PARAMS, from_hex(curve->parameters).value_or(Bytes{}));
        secret_half.flag(CKA_DERIVE, true);
    }
    CK_MECHANISM mechanism{rsa ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN, nullptr, 0};
    CK_OBJECT_HANDLE made_open = 0;
    CK_OBJECT_HANDLE made_secret = 0;
    const CK_RV answer = session.module()->C_GenerateKeyPair(
        session.handle(), &mechanism, open_half.data(), open_half.size(), secret_half.data(),
        secret_half.size(), &made_open, &made_secret);
    if (answer != CKR_OK) {
        return fail(token_error(answer, "make the key"));
    }
    return done();
}

Result<CK_OBJECT_HANDLE> find_token_key(const TokenSession& session, const TokenKeyName& name) {
    const Result<std::vector<CK_OBJECT_HANDLE>> found = find(session, CKO_PRIVATE_KEY, name);
    if (!found) {
        return tl::unexpected<Error>(found.error());
    }
    if (found->empty()) {
        return fail(kFileNotFound, "the token has no such key");
    }
    return found->front();
}

Result<Bytes> token_public_key(const TokenSession& session, const TokenKeyName& name) {
    const Result<CK_OBJECT_HANDLE> secret_half = find_token_key(session, name);
    if (!secret_half) {
        return tl::unexpected<Error>(secret_half.error());
    }
    const Result<CK_ULONG> kind = kind_of(session, *secret_half);
    if (!kind) {
        return tl::unexpected<Error>(kind.error());
    }
    if (*kind == CKK_RSA) {
        return rsa_public_key(session, *secret_half);  // it knows its modulus
    }
    if (*kind != CKK_EC) {
        return fail(kNotSupported, "the key is neither RSA nor of a NIST curve");
    }
    const Result<std::vector<CK_OBJECT_HANDLE>> open_half = find(session, CKO_PUBLIC_KEY, name);
    if (!open_half) {
        return tl::unexpected<Error>(open_half.error());
    }
    return ec_public_key(session, open_half->empty() ? *secret_half : open_half->front());
}

Done delete_token_key(const TokenSession& session, const TokenKeyName& name) {
    // The secret half last: as long as it is there, the key is found again after a crash.
    for (const CK_OBJECT_CLASS type : {CKO_PUBLIC_KEY, CKO_PRIVATE_KEY}) {
        const Result<std::vector<CK_OBJECT_HANDLE>> found = find(session, type, name);
        if (!found) {
            return tl::unexpected<Error>(found.error());
        }
        for (const CK_OBJECT_HANDLE object : *found) {
            const CK_RV answer = session.module()->C_DestroyObject(session.handle(), object);
            if (answer != CKR_OK && answer != CKR_OBJECT_HANDLE_INVALID) {
                return fail(token_error(answer, "delete the key"));
            }
        }
    }
    return done();
}

}  // namespace ae::stores
