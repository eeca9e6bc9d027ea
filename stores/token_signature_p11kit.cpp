#include "engine/base/hresult_table.h"
#include "stores/openssl_handles.h"
#include "stores/public_key_info.h"
#include "stores/token_key_p11kit.h"

#include <algorithm>
#include <array>

namespace ae::stores {
namespace {

// How PKCS #11 names a digest for RSASSA-PSS, and what RFC 8017 9.2 puts before it otherwise.
struct DigestFacts {
    CK_MECHANISM_TYPE mechanism;
    unsigned long mask;
    std::string_view prefix;  // hex
};

DigestFacts facts_of(engine::HashAlgorithm hash) {
    switch (hash) {
        case engine::HashAlgorithm::sha1:
            return {CKM_SHA_1, CKG_MGF1_SHA1, "3021300906052b0e03021a05000414"};
        case engine::HashAlgorithm::sha256:
            return {CKM_SHA256, CKG_MGF1_SHA256, "3031300d060960864801650304020105000420"};
        case engine::HashAlgorithm::sha384:
            return {CKM_SHA384, CKG_MGF1_SHA384, "3041300d060960864801650304020205000430"};
        case engine::HashAlgorithm::sha512:
            break;
    }
    return {CKM_SHA512, CKG_MGF1_SHA512, "3051300d060960864801650304020305000440"};
}

Result<Bytes> digest(engine::HashAlgorithm hash, ByteView message) {
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    if (EVP_Digest(message.data(), message.size(), value.data(), &size, digest_of(hash), nullptr) !=
        1) {
        return fail(openssl_error(kUnexpected, "digest what is to be signed"));
    }
    value.resize(size);
    return value;
}

Result<Bytes> sign_octets(const TokenSession& session, CK_OBJECT_HANDLE key, CK_MECHANISM mechanism,
                          Bytes octets) {
    CK_FUNCTION_LIST* const module = session.module();
    CK_RV answer = module->C_SignInit(session.handle(), &mechanism, key);
    // Longer than a signature of any key that is made here.
    Bytes signature(2048);
    CK_ULONG size = signature.size();
    if (answer == CKR_OK) {
        answer =
            module->C_Sign(session.handle(), octets.data(), octets.size(), signature.data(), &size);
    }
    if (answer != CKR_OK || size > signature.size()) {
        return fail(token_error(answer, "sign with this scheme"));
    }
    signature.resize(size);
    return signature;
}

}  // namespace

// The digest is made here: tokens know fewer of them, and the line to them is slow.
Result<Bytes> sign_by_token(const TokenSession& session, CK_OBJECT_HANDLE key,
                            engine::KeyAlgorithm algorithm, const engine::SignatureScheme& scheme,
                            ByteView message) {
    Result<Bytes> value = digest(scheme.hash, message);
    if (!value) {
        return value;
    }
    if (algorithm != engine::KeyAlgorithm::rsa) {
        // FIPS 186-5 6.4: of a digest that is longer than the order, its leftmost octets.
        value->resize(std::min(value->size(), coordinate_size(algorithm)));
        Result<Bytes> numbers =
            sign_octets(session, key, {CKM_ECDSA, nullptr, 0}, std::move(*value));
        if (!numbers) {
            return numbers;
        }
        if (numbers->size() % 2 != 0 || numbers->empty()) {
            return fail(kInvalidData, "the token's signature has no two numbers");
        }
        return ecdsa_signature_of_numbers(*numbers);
    }
    const DigestFacts facts = facts_of(scheme.hash);
    if (scheme.padding == engine::RsaPadding::pss) {
        CK_RSA_PKCS_PSS_PARAMS parameters{facts.mechanism, facts.mask, value->size()};
        return sign_octets(session, key, {CKM_RSA_PKCS_PSS, &parameters, sizeof parameters},
                           std::move(*value));
    }
    Bytes info = from_hex(facts.prefix).value_or(Bytes{});
    info.insert(info.end(), value->begin(), value->end());
    return sign_octets(session, key, {CKM_RSA_PKCS, nullptr, 0}, std::move(info));
}

}  // namespace ae::stores
